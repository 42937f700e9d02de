//! Handing out tokens, taking apps out, and what both leave in the audit log.

use grantbook_core::{
    InstallationKey, Timestamp,
    view::{
        InstallationView, Page, ReceiptState, Role, TokenState, UninstallView,
        audit::{AuditView, TokenEventView},
    },
};
use grantbook_flows::outbox;
use grantbook_store::tokens::NewToken;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::{
    fake_slack::{FakeSlack, REFRESH_TAKES, REFRESHED},
    harness::{Answer, Browser, Harness},
};

pub(super) const AT: &str = "/api/v1/installations/insectoid.T061EG9R6";
pub(super) const TOKEN: &str = "/api/v1/installations/insectoid.T061EG9R6/token";
const ACCESS: &str = "xoxe.xoxb-1-first-secret";

/// Installs the app, with a token that ends in so many seconds.
pub(super) async fn install(console: &Harness, seconds: i64) {
    let (store, now) = (&console.state.house.store, console.state.house.clock.now());
    let key: InstallationKey = "insectoid.T061EG9R6".parse().unwrap();
    let app = store.app_by_slug(&key.app).await.unwrap().unwrap();
    let installation = store.ensure_installation(app.row, &key.tenant, now).await.unwrap();
    let token = NewToken {
        access: ACCESS.into(),
        refresh: Some("xoxe-1-first-secret".into()),
        issued_at: now,
        expires_at: Some(now.plus_seconds(seconds)),
    };
    store.save_token(&installation, &token).await.unwrap();
}

/// Makes a key through the door; answers it and the name by which the audit log knows it.
async fn key(console: &Harness, admin: &Browser, body: Value) -> (String, String) {
    let made = console.page(admin, Method::POST, "/api/v1/keys", Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made: Value = made.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["key"]), format!("key:{}", text(&made["view"]["id"])))
}

pub(super) async fn token_key(console: &Harness, admin: &Browser) -> (String, String) {
    key(
        console,
        admin,
        json!({ "name": "bolt", "role": "viewer", "tokens": true }),
    )
    .await
}

pub(super) async fn read(console: &Harness, key: &str) -> Answer {
    console.script(key, Method::GET, TOKEN).await
}

async fn audit(console: &Harness, admin: &Browser, query: &str) -> Page<AuditView> {
    let answer = console
        .page(admin, Method::GET, &format!("/api/v1/audit?{query}"), None)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_key_with_the_right_reads_the_token_and_that_is_written_down() {
    let console = Harness::with_app().await;
    install(&console, 3_600).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, name) = token_key(&console, &ada).await;
    let answer = read(&console, &key).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let end = console.state.house.clock.now().plus_seconds(3_600);
    assert_eq!(
        answer.json::<Value>(),
        json!({ "token": ACCESS, "token_type": "bot", "expires_at": end, "generation": 1 })
    );
    let listed = audit(&console, &ada, "what=token.brokered").await;
    let [deed] = listed.items.as_slice() else {
        panic!("{listed:?}")
    };
    assert_eq!(
        (deed.who.as_str(), deed.subject.as_str()),
        (name.as_str(), "installation:insectoid.T061EG9R6")
    );
    assert_eq!(
        (&deed.detail["holder"], &deed.detail["generation"]),
        (&json!("app"), &json!(1))
    );
    let events = console
        .page(&ada, Method::GET, &format!("{AT}/token-events"), None)
        .await;
    assert!(!events.text().contains("secret"));
    let events = events.json::<Page<TokenEventView>>().items;
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.what.as_str(), event.to.as_deref()))
        .collect();
    assert_eq!(told, [("brokered", Some(name.as_str())), ("issued", None)]);
}

#[tokio::test]
async fn nobody_else_reads_a_token_whatever_their_role() {
    let console = Harness::with_app().await;
    install(&console, 3_600).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (without, _) = key(&console, &ada, json!({ "name": "all but tokens", "role": "admin" })).await;
    let by_session = console.page(&ada, Method::GET, TOKEN, None).await;
    for answer in [by_session, read(&console, &without).await] {
        answer.assert_problem(403, "no_token_right");
        assert!(!answer.text().contains("secret"));
    }
    console.get(TOKEN).await.assert_problem(401, "not_signed_in");
    assert_eq!(audit(&console, &ada, "what=token.brokered").await.items, []);
    let (viewer, _) = token_key(&console, &ada).await;
    let path = "/api/v1/audit";
    console
        .script(&viewer, Method::GET, path)
        .await
        .assert_problem(403, "admin_only");
}

#[tokio::test]
async fn what_has_no_token_says_so() {
    let console = Harness::with_app().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, _) = token_key(&console, &ada).await;
    read(&console, &key).await.assert_problem(404, "installation_not_found");
    install(&console, 3_600).await;
    let person = console
        .script(&key, Method::GET, &format!("{TOKEN}?holder=U061F7AUR"))
        .await;
    person.assert_problem(409, "no_token");
    let nonsense = console
        .script(&key, Method::GET, &format!("{TOKEN}?holder=b%20t"))
        .await;
    nonsense.assert_problem(400, "invalid_filter");
    let store = &console.state.house.store;
    let installation: InstallationKey = "insectoid.T061EG9R6".parse().unwrap();
    let row = store.installation_ref(&installation).await.unwrap().unwrap().row;
    store
        .mark_token_revoked(row, console.state.house.clock.now())
        .await
        .unwrap();
    read(&console, &key).await.assert_problem(409, "token_revoked");
}

#[tokio::test]
async fn a_token_with_little_time_left_is_refreshed_first() {
    let slack = FakeSlack::start().await;
    let console = Harness::with_app_at(slack.url.clone()).await;
    install(&console, 299).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, _) = token_key(&console, &ada).await;
    for _ in 0..2 {
        let answer: Value = read(&console, &key).await.json();
        assert_eq!(
            (&answer["token"], &answer["generation"]),
            (&json!(REFRESHED), &json!(2))
        );
    }
    assert_eq!(
        slack.asked(),
        ["oauth.v2.access grant_type=refresh_token&refresh_token=xoxe-1-first-secret"]
    );
}

#[tokio::test]
async fn a_caller_that_hangs_up_loses_no_token() {
    let slack = FakeSlack::start().await;
    let console = Harness::with_app_at(slack.url.clone()).await;
    install(&console, 60).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, _) = token_key(&console, &ada).await;
    let hung_up = async {
        while slack.asked().is_empty() {
            tokio::time::sleep(REFRESH_TAKES / 20).await;
        }
    };
    tokio::select! {
        answer = read(&console, &key) => panic!("answered too early: {answer:?}"),
        () = hung_up => {}
    }
    let answer = read(&console, &key).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json::<Value>()["token"], REFRESHED);
    assert_eq!(slack.asked().len(), 1, "the refresh token was spent once");
}

#[tokio::test]
async fn without_slack_a_token_is_handed_out_while_it_lives_and_then_a_time_to_come_back() {
    let console = Harness::with_app().await;
    install(&console, 60).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, _) = token_key(&console, &ada).await;
    assert_eq!(read(&console, &key).await.json::<Value>()["token"], ACCESS);
    console.clock.advance(61);
    let answer = read(&console, &key).await;
    answer.assert_problem(503, "refresh_cooling_down");
    let after: u64 = answer.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&after), "{after}");
}

#[tokio::test]
async fn an_app_is_taken_out_with_a_reason_that_is_kept() {
    let slack = FakeSlack::start().await;
    let console = Harness::with_app_at(slack.url.clone()).await;
    install(&console, 3_600).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let path = format!("{AT}/uninstall");
    for reason in ["  ", &"x".repeat(501)] {
        let answer = console
            .page(&ada, Method::POST, &path, Some(&json!({ "reason": reason })))
            .await;
        answer.assert_problem(422, "reason_invalid");
    }
    assert!(slack.asked().is_empty());
    let wish = json!({ "reason": "nobody uses it " });
    let answer = console.page(&ada, Method::POST, &path, Some(&wish)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let stands = async || {
        let answer = console.page(&ada, Method::GET, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json::<UninstallView>()
    };
    let first: UninstallView = answer.json();
    assert_eq!((first.state, first.who.as_str()), (ReceiptState::Requested, "user:ada"));
    assert!(
        slack.asked().is_empty(),
        "the wish is written down before Slack is asked"
    );
    let again = console.page(&ada, Method::POST, &path, Some(&wish)).await;
    assert_eq!(again.json::<UninstallView>(), first, "the same wish");
    outbox::drain(&console.state.house).await;
    let done = stands().await;
    assert_eq!(
        (done.state, done.reason.as_str()),
        (ReceiptState::Acknowledged, "nobody uses it")
    );
    assert_eq!(
        slack.asked(),
        ["apps.uninstall client_id=1.2&client_secret=client+secret"]
    );
    let kept = audit(&console, &ada, "who=user:ada&subject=installation:insectoid.T061EG9R6").await;
    let told: Vec<_> = kept
        .items
        .iter()
        .map(|deed| (deed.what.as_str(), &deed.detail["reason"]))
        .collect();
    let reason = json!("nobody uses it");
    assert_eq!(
        told,
        [
            ("installation.uninstall_accepted", &reason),
            ("installation.uninstall_requested", &reason)
        ]
    );
}

#[tokio::test]
async fn an_uninstall_that_slack_does_not_answer_is_kept_too() {
    let console = Harness::with_app().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let path = format!("{AT}/uninstall");
    let wish = json!({ "reason": "a drill" });
    let nowhere = console.page(&ada, Method::POST, &path, Some(&wish)).await;
    nowhere.assert_problem(404, "installation_not_found");
    install(&console, 36_000).await;
    let eve = console.signed_in("eve", Role::Viewer).await;
    let viewer = console.page(&eve, Method::POST, &path, Some(&wish)).await;
    viewer.assert_problem(403, "admin_only");
    let unasked = console.page(&ada, Method::GET, &path, None).await;
    assert_eq!(unasked.status, StatusCode::NO_CONTENT);
    let answer = console.page(&ada, Method::POST, &path, Some(&wish)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    // Nobody is there: five more tries, further and further apart.
    for (tries, pause) in (1..=6).zip([1, 5, 30, 120, 600, 0]) {
        assert_eq!(outbox::drain(&console.state.house).await, 1);
        let stands: UninstallView = console.page(&ada, Method::GET, &path, None).await.json();
        let state = if tries < 6 {
            ReceiptState::Sent
        } else {
            ReceiptState::Failed
        };
        assert_eq!(
            (stands.state, stands.code.as_deref()),
            (state, Some("slack_not_reached"))
        );
        console.clock.advance(pause);
    }
    let kept = audit(&console, &ada, "what=installation.uninstall_failed").await;
    assert_eq!(kept.items.len(), 1);
    assert_eq!(
        kept.items[0].detail,
        json!({ "reason": "a drill", "code": "slack_not_reached" })
    );
}

#[tokio::test]
async fn one_token_is_ended_with_its_refresh_token_and_a_reason_that_is_kept() {
    let slack = FakeSlack::start().await;
    let console = Harness::with_app_at(slack.url.clone()).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let path = format!("{AT}/tokens/app/revoke");
    let wish = json!({ "reason": "seen in a log" });
    let ask = async |path: &str, wish: &Value| console.page(&ada, Method::POST, path, Some(wish)).await;
    ask(&path, &wish).await.assert_problem(404, "installation_not_found");
    install(&console, 3_600).await;
    let nobody = format!("{AT}/tokens/U061F7AUR/revoke");
    ask(&nobody, &wish).await.assert_problem(409, "no_token");
    let nonsense = format!("{AT}/tokens/b%20t/revoke");
    ask(&nonsense, &wish).await.assert_problem(404, "not_found");
    ask(&path, &json!({ "reason": " " }))
        .await
        .assert_problem(422, "reason_invalid");
    let eve = console.signed_in("eve", Role::Viewer).await;
    let viewer = console.page(&eve, Method::POST, &path, Some(&wish)).await;
    viewer.assert_problem(403, "admin_only");
    let unasked = console.page(&ada, Method::GET, &path, None).await;
    assert_eq!(unasked.status, StatusCode::NO_CONTENT);

    let answer = ask(&path, &wish).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    assert_eq!(answer.json::<UninstallView>().state, ReceiptState::Requested);
    outbox::drain(&console.state.house).await;
    assert_eq!(
        slack.asked(),
        [
            "auth.revoke Bearer xoxe-1-first-secret".to_owned(),
            format!("auth.revoke Bearer {ACCESS}")
        ]
    );
    let done: UninstallView = console.page(&ada, Method::GET, &path, None).await.json();
    assert_eq!(
        (done.state, done.reason.as_str()),
        (ReceiptState::Acknowledged, "seen in a log")
    );
    ask(&path, &wish).await.assert_problem(409, "token_revoked");
    let shown: InstallationView = console.page(&ada, Method::GET, AT, None).await.json();
    let states: Vec<_> = shown
        .tokens
        .iter()
        .map(|one| (one.holder.as_str(), one.token.state))
        .collect();
    assert_eq!(states, [("app", TokenState::Revoked)]);
    let kept = audit(&console, &ada, "who=user:ada&subject=installation:insectoid.T061EG9R6").await;
    let told: Vec<_> = kept
        .items
        .iter()
        .map(|deed| (deed.what.as_str(), &deed.detail))
        .collect();
    assert_eq!(
        told,
        [
            (
                "token.revoked",
                &json!({ "reason": "seen in a log", "holder": "app", "revoked": true })
            ),
            (
                "token.revoke_requested",
                &json!({ "reason": "seen in a log", "holder": "app" })
            ),
        ]
    );
}

#[tokio::test]
async fn the_audit_log_is_read_in_pages_and_by_day() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    for name in ["one", "two", "three"] {
        key(&console, &ada, json!({ "name": name, "role": "viewer" })).await;
        console.clock.advance(1);
    }
    let first = audit(&console, &ada, "limit=2").await;
    let cursor = first.next_cursor.unwrap();
    let second = audit(&console, &ada, &format!("limit=2&cursor={cursor}")).await;
    assert_eq!(second.next_cursor, None);
    let names: Vec<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|deed| deed.detail["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["three", "two", "one"]);
    let last: Timestamp = first.items[0].at;
    let exactly = audit(&console, &ada, &format!("from={last}&to={last}")).await;
    assert_eq!(exactly.items.len(), 1, "both ends belong to it");
}
