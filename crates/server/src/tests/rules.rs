//! The approval rules at the REST door: who may write them, who may agree, and what a bad text gets.

use grantbook_core::{
    approval::AppRequest,
    view::{
        Page, Problem, Role,
        approvals::{BacktestView, RulesCheckView, RulesState, RulesVersionView, RulesView},
        audit::AuditView,
    },
};
use grantbook_flows::{House, approvals};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::harness::{Answer, Browser, Harness, request};

const RULES: &str = "/api/v1/rules";
const OURS: &str = r#"
[[rules]]
id = "ours"
name = "Our own apps"
when = { distribution = { is = "internal" } }
then = { approve = {} }
"#;
const OTHERS: &str = r#"
[[rules]]
id = "ours"
name = "Our own apps"
when = { distribution = { is = "internal" } }
then = { approve = {} }

[[rules]]
id = "others"
name = "Everybody else"
when = { all = [] }
then = { restrict = { reason = "Ask for an internal one." } }
"#;

struct Desk {
    console: Harness,
    ada: Browser,
    orla: Browser,
    petra: Browser,
}

impl Desk {
    /// Two administrators, Ada and Petra, and Orla who approves.
    async fn new() -> Self {
        let console = Harness::new().await;
        Self {
            ada: console.signed_in("ada", Role::Admin).await,
            orla: console.signed_in("orla", Role::Approver).await,
            petra: console.signed_in("petra", Role::Admin).await,
            console,
        }
    }

    fn house(&self) -> &House {
        &self.console.state.house
    }

    async fn post(&self, browser: &Browser, path: &str, body: &Value) -> Answer {
        let path = format!("{RULES}{path}");
        self.console.page(browser, Method::POST, &path, Some(body)).await
    }

    async fn get(&self, path: &str) -> Answer {
        let path = format!("{RULES}{path}");
        self.console.page(&self.orla, Method::GET, &path, None).await
    }

    async fn draft(&self, browser: &Browser, text: &str) -> u64 {
        let saved = self.post(browser, "", &json!({ "text": text, "note": "a try" })).await;
        assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text());
        saved.json::<RulesView>().version.version
    }

    async fn step(&self, browser: &Browser, version: u64, step: &str) -> Answer {
        self.post(browser, &format!("/versions/{version}/{step}"), &json!({}))
            .await
    }

    /// Orla writes and asks, Ada agrees.
    async fn in_force(&self, text: &str) -> u64 {
        let version = self.draft(&self.orla, text).await;
        let asked = self.step(&self.orla, version, "propose").await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
        let agreed = self.step(&self.ada, version, "agree").await;
        assert_eq!(agreed.status, StatusCode::OK, "{}", agreed.text());
        version
    }

    /// Requests for one internal app and several others.
    async fn requests(&self) {
        let now = self.house().clock.now();
        let asked = |number: i64| {
            let internal = number == 0;
            let asked = json!({
                "id": format!("Ar{number:06}"),
                "app": {
                    "id": format!("A{number:06}"), "name": format!("App {number}"),
                    "developer_type": if internal { "internal" } else { "third_party" },
                },
                "user": { "id": "W1", "name": "robin" },
                "team": { "id": "T061EG9R6" },
                "scopes": [{ "name": "chat:write", "token_type": "bot" }],
            });
            AppRequest::from_slack(&asked, now).unwrap()
        };
        let asked: Vec<AppRequest> = (0..5).map(asked).collect();
        let enterprise = "E0N0RTHW1".parse().unwrap();
        let new = self.house().store.take_app_requests(1, &enterprise, &asked, now).await;
        assert_eq!(new.unwrap(), 5);
    }
}

#[tokio::test]
async fn before_the_first_version_nothing_is_decided_by_rules() {
    let desk = Desk::new().await;
    let rules: RulesView = desk.get("").await.json();
    assert_eq!((rules.version.version, rules.version.state), (0, RulesState::InForce));
    assert!(rules.rules.rules.is_empty() && rules.second_person);
    let deciding = approvals::rules::in_force(desk.house()).await.unwrap();
    assert_eq!((deciding.version, deciding.rules.rules.len()), (0, 0));
}

#[tokio::test]
async fn a_second_person_puts_rules_in_force() {
    let desk = Desk::new().await;
    let version = desk.draft(&desk.ada, OURS).await;
    desk.step(&desk.ada, version, "agree")
        .await
        .assert_problem(409, "rules_state");
    assert_eq!(desk.step(&desk.ada, version, "propose").await.status, StatusCode::OK);
    desk.step(&desk.ada, version, "agree")
        .await
        .assert_problem(403, "second_person_required");
    desk.step(&desk.orla, version, "agree")
        .await
        .assert_problem(403, "admin_only");
    let agreed: RulesView = desk.step(&desk.petra, version, "agree").await.json();
    assert_eq!(agreed.version.state, RulesState::InForce);
    assert_eq!(agreed.version.agreed_by.as_deref(), Some("user:petra"));
    assert_eq!(agreed.states[0].sentence, "distribution is `internal`");
    let deciding = approvals::rules::in_force(desk.house()).await.unwrap();
    assert_eq!((deciding.version, deciding.rules.rules.len()), (version, 1));
    desk.step(&desk.petra, version, "agree")
        .await
        .assert_problem(409, "rules_state");
    let audit = desk
        .console
        .page(&desk.ada, Method::GET, "/api/v1/audit?what=rules.put_in_force", None)
        .await;
    let audit: Page<AuditView> = audit.json();
    assert_eq!(audit.items[0].who, "user:petra");
    assert_eq!(audit.items[0].subject, format!("rules:{version}"));
}

#[tokio::test]
async fn an_api_key_writes_rules_and_never_agrees() {
    let desk = Desk::new().await;
    let made = json!({ "name": "git", "role": "admin" });
    let made: Value = desk
        .console
        .page(&desk.ada, Method::POST, "/api/v1/keys", Some(&made))
        .await
        .json();
    let key = made["key"].as_str().unwrap();
    let by_key = async |path: &str, body: &Value| {
        let asked = request(Method::POST, &format!("{RULES}{path}"))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json");
        desk.console.send(asked.body(body.to_string().into()).unwrap()).await
    };
    let saved = by_key("", &json!({ "text": OURS })).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text());
    let version = saved.json::<RulesView>().version.version;
    by_key(&format!("/versions/{version}/propose"), &json!({}))
        .await
        .assert_problem(403, "people_only");
    desk.step(&desk.ada, version, "propose").await;
    by_key(&format!("/versions/{version}/agree"), &json!({}))
        .await
        .assert_problem(403, "people_only");
    desk.step(&desk.ada, version, "agree")
        .await
        .assert_problem(403, "second_person_required");
    assert_eq!(desk.step(&desk.petra, version, "agree").await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_second_person_the_author_puts_them_in_force() {
    let desk = Desk::new().await;
    let alone = approvals::Settings {
        second_person: false,
        ..approvals::Settings::default()
    };
    desk.house().approvals.configure(alone);
    let version = desk.draft(&desk.ada, OURS).await;
    assert_eq!(desk.step(&desk.ada, version, "agree").await.status, StatusCode::OK);
    let rules: RulesView = desk.get("").await.json();
    assert_eq!((rules.version.version, rules.second_person), (version, false));
}

#[tokio::test]
async fn a_refused_text_leaves_the_rules_in_force() {
    let desk = Desk::new().await;
    let version = desk.in_force(OURS).await;
    let twice = format!("{OURS}{OURS}");
    let unknown = OURS.replace("distribution", "weather");
    let impossible = OURS.replace(
        "{ distribution = { is = \"internal\" } }",
        "{ all = [{ scopes = { empty = true } }, { scopes = { includes = \"admin\" } }] }",
    );
    for (text, line, field) in [
        (twice, Some(9), "id"),
        (unknown, Some(5), "when.weather"),
        (impossible, Some(5), "when"),
    ] {
        for path in ["", "/check", "/backtest"] {
            let refused = desk.post(&desk.orla, path, &json!({ "text": text })).await;
            refused.assert_problem(422, "rules_refused");
            let problem: Problem = refused.json();
            let wrong = problem.rules.unwrap();
            assert_eq!((wrong.line, wrong.field.as_str()), (line, field), "{path} {text}");
            assert!(!wrong.reason.is_empty());
        }
    }
    let long = json!({ "text": OURS, "note": "n".repeat(501) });
    desk.post(&desk.orla, "", &long)
        .await
        .assert_problem(422, "note_too_long");
    let rules: RulesView = desk.get("").await.json();
    assert_eq!(rules.version.version, version);
    let versions: Page<RulesVersionView> = desk.get("/versions").await.json();
    assert_eq!(versions.items.len(), 1, "nothing of it was kept");
}

#[tokio::test]
async fn a_draft_on_rules_that_changed_meanwhile_is_refused() {
    let desk = Desk::new().await;
    let first = desk.in_force(OURS).await;
    let late = desk.draft(&desk.orla, OTHERS).await;
    let second = desk.in_force(OTHERS).await;
    desk.step(&desk.orla, late, "propose")
        .await
        .assert_problem(409, "rules_changed");
    let stale = json!({ "text": OURS, "base": first });
    desk.post(&desk.orla, "", &stale)
        .await
        .assert_problem(409, "rules_changed");
    let path = format!("{RULES}/versions/{late}");
    let fresh = json!({ "text": OURS, "base": second });
    let written = desk.console.page(&desk.orla, Method::PUT, &path, Some(&fresh)).await;
    assert_eq!(
        written.json::<RulesView>().changes,
        ["“Everybody else” is gone from place 2."]
    );
    let strangers = desk.console.page(&desk.petra, Method::PUT, &path, Some(&fresh)).await;
    strangers.assert_problem(403, "not_your_draft");
    desk.step(&desk.orla, 999, "propose")
        .await
        .assert_problem(404, "rules_version_not_found");
    assert_eq!(desk.step(&desk.petra, late, "discard").await.status, StatusCode::OK);
    desk.step(&desk.orla, late, "propose")
        .await
        .assert_problem(409, "rules_state");
}

#[tokio::test]
async fn a_backtest_tells_what_an_edit_would_have_changed() {
    let desk = Desk::new().await;
    desk.in_force(OURS).await;
    desk.requests().await;
    let tried: BacktestView = desk
        .post(&desk.orla, "/backtest", &json!({ "text": OTHERS, "limit": 3 }))
        .await
        .json();
    assert_eq!((tried.requests, tried.flips, tried.items.len()), (5, 4, 3));
    assert_eq!(tried.sentence, "This edit flips 4 of 5 decisions.");
    let newest = &tried.items[0];
    assert_eq!(
        (newest.app_name.as_str(), newest.old.as_str(), newest.new.as_str()),
        ("App 4", "ask", "restrict")
    );
    assert_eq!(newest.new_rule.as_ref().unwrap().id, "others");
    assert!(
        newest.new_sentence.contains("“Everybody else”"),
        "{}",
        newest.new_sentence
    );
    assert_eq!(tried.tally.len(), 1);
    assert_eq!(tried.changes, ["“Everybody else” is new, in place 2."]);
    // Whoever may only look may try as well; nothing is kept.
    let vera = desk.console.signed_in("vera", Role::Viewer).await;
    let none: BacktestView = desk.post(&vera, "/backtest", &json!({ "text": OURS })).await.json();
    assert_eq!(
        (none.flips, none.sentence.as_str()),
        (0, "This edit flips none of 5 decisions.")
    );
    desk.post(&vera, "", &json!({ "text": OURS }))
        .await
        .assert_problem(403, "approvers_only");
    // Requests that come later are seen.
    let now = desk.house().clock.now();
    let late = json!({
        "id": "Ar900000", "app": { "id": "A9", "name": "Late", "developer_type": "slack" },
        "user": { "id": "W1" }, "team": null, "scopes": [],
    });
    let late = AppRequest::from_slack(&late, now).unwrap();
    let enterprise = "E0N0RTHW1".parse().unwrap();
    desk.house()
        .store
        .take_app_requests(1, &enterprise, &[late], now)
        .await
        .unwrap();
    let tried: BacktestView = desk
        .post(&desk.orla, "/backtest", &json!({ "text": OTHERS }))
        .await
        .json();
    assert_eq!(
        (tried.requests, tried.flips, tried.items[0].app_name.as_str()),
        (6, 5, "Late")
    );
    let version = desk.draft(&desk.orla, OTHERS).await;
    let file = desk.get(&format!("/versions/{version}/flips.csv")).await;
    assert_eq!(file.text().lines().count(), 6, "{}", file.text());
    assert!(file.text().contains("Ar900000"));
}

#[tokio::test]
async fn one_version_runs_in_shadow() {
    let desk = Desk::new().await;
    desk.in_force(OURS).await;
    let trial = desk.draft(&desk.orla, OTHERS).await;
    let path = format!("/versions/{trial}/shadow");
    let on: RulesView = desk.post(&desk.orla, &path, &json!({ "on": true })).await.json();
    assert!(on.version.shadow_since.is_some());
    let deciding = approvals::rules::in_force(desk.house()).await.unwrap();
    assert_eq!(deciding.shadow.as_ref().map(|(version, _)| *version), Some(trial));
    desk.requests().await;
    assert_eq!(approvals::judge_new(desk.house()).await.unwrap(), 5);
    let listed: RulesView = desk.get(&format!("/versions/{trial}")).await.json();
    assert_eq!((listed.version.compared, listed.version.disagreements), (5, 4));
    let page: Value = desk.get("/disagreements?limit=2").await.json();
    let one = &page["items"][0];
    assert_eq!(
        (one["app_name"].as_str(), one["old"].as_str(), one["new"].as_str()),
        (Some("App 4"), Some("ask"), Some("restrict"))
    );
    assert!(page["next_cursor"].is_string() && one["at"].is_string());
    let rules: RulesView = desk.get("").await.json();
    assert_eq!((rules.states[0].decided, rules.otherwise), (1, 4));
    let off: RulesView = desk.post(&desk.orla, &path, &json!({ "on": false })).await.json();
    assert_eq!(off.version.shadow_since, None);
    let none: Value = desk.get("/disagreements").await.json();
    assert_eq!(none["items"], json!([]));
    let kept: Value = desk.get(&format!("/disagreements?version={trial}")).await.json();
    assert_eq!(kept["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn slacks_own_rules_become_ours() {
    let desk = Desk::new().await;
    let slack = json!([{
        "id": "Ru1", "title": "Low risk",
        "action": { "resolution": { "value": "approved" }, "notify": ["W1"] },
        "condition": { "operator": "all", "values": [
            { "field": "scopes", "operator": "includes", "values": ["chat:write", "commands"] },
        ] },
    }]);
    let wish = json!({ "text": slack.to_string(), "includes": "all" });
    let read: RulesCheckView = desk.post(&desk.orla, "/import", &wish).await.json();
    assert_eq!(read.states[0].sentence, "scopes have all of `chat:write`, `commands`");
    assert!(read.toml.contains("all_of"), "{}", read.toml);
    assert_eq!(read.notes.len(), 1);
    let again: RulesCheckView = desk
        .post(&desk.orla, "/check", &json!({ "text": read.toml }))
        .await
        .json();
    assert_eq!(again.rules, read.rules);
    let odd = slack.to_string().replace("scopes", "weather");
    desk.post(&desk.orla, "/import", &json!({ "text": odd }))
        .await
        .assert_problem(422, "rules_refused");
    desk.post(&desk.orla, "/import", &json!({ "text": "{" }))
        .await
        .assert_problem(422, "rules_refused");
}
