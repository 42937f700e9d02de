//! Many requests at once, calls and answers that go wrong, and events that come twice or not at all.

use std::{collections::BTreeMap, time::Duration};

use grantbook_api::ErrorCode;
use serde_json::{Value, json};

use super::{Admin, DESIGN, KUDOS, MIKA, MINUTES, NOOR, ORG};
use crate::{Fault, FaultPlan, Seed, tests::harness::TEAM};

const WORKSPACES: usize = 50;
const APPS: usize = 100;

/// Northwind with fifty workspaces, of which Mika is a member, and a hundred apps.
fn large(seed: &mut Seed) {
    let pattern = seed.teams[0].clone();
    for number in seed.teams.len()..WORKSPACES {
        let mut team = pattern.clone();
        team.id = format!("T0L0AD{number:03}").parse().unwrap();
        team.name = format!("Workspace {number}");
        team.domain = format!("northwind-{number}");
        seed.teams.push(team);
    }
    let teams: Vec<_> = seed.teams.iter().map(|team| team.id.clone()).collect();
    let mika = seed.users.iter_mut().find(|user| user.id.as_str() == MIKA).unwrap();
    mika.teams = teams.into_iter().collect();
    let pattern = seed.requestable.iter().find(|app| app.id.as_str() == KUDOS).unwrap();
    let pattern = pattern.clone();
    for number in 0..APPS {
        let mut app = pattern.clone();
        app.id = format!("A0L0AD{number:03}").parse().unwrap();
        app.name = format!("App {number}");
        seed.requestable.push(app);
    }
}

fn wishes(seed: &Seed) -> Vec<Value> {
    let teams = seed.teams.iter().map(|team| team.id.to_string());
    let wish = |team: &str, app: usize| json!({"app": format!("A0L0AD{app:03}"), "team": team, "user": MIKA});
    teams
        .flat_map(|team| (0..APPS).map(move |app| wish(&team, app)).collect::<Vec<_>>())
        .collect()
}

impl Admin {
    pub(super) async fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.slack.sim.url());
        let answer = self.slack.http.post(url).json(body).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// Every id in a list, page by page.
    async fn all_ids(&self, method: &str, field: &str, of: &[(&str, &str)]) -> Vec<String> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let form: Vec<(&str, &str)> = of
                .iter()
                .copied()
                .chain([("limit", "33"), ("cursor", &cursor)])
                .collect();
            let page = self
                .fine(method, &form[..form.len() - usize::from(cursor.is_empty())])
                .await;
            let id = |row: &Value| row["id"].as_str().or(row["app"]["id"].as_str()).unwrap().to_owned();
            ids.extend(page[field].as_array().unwrap().iter().map(id));
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
            if cursor.is_empty() {
                return ids;
            }
        }
    }
}

#[tokio::test]
async fn five_thousand_requests_are_asked_in_one_action_listed_in_pages_and_decided() {
    let mut all = Vec::new();
    let admin = Admin::start_with(|seed| {
        large(seed);
        all = wishes(seed);
    })
    .await;
    all.push(all[0].clone());
    let action = json!({"action": "request_apps", "quiet": true, "requests": all});
    let answer = admin.post("/sim/actions", &action).await;
    let asked = answer["requests"].as_array().unwrap();
    assert_eq!(asked.len(), WORKSPACES * APPS + 1);
    assert_eq!(asked[WORKSPACES * APPS]["error"], "app_approval_request_pending");
    let ids: Vec<&str> = asked.iter().filter_map(|asked| asked["request"].as_str()).collect();
    assert_eq!(ids.len(), WORKSPACES * APPS);
    for (team, own) in [(TEAM, &ids[..APPS]), ("T0L0AD049", &ids[49 * APPS..])] {
        let listed = admin
            .all_ids("requests.list", "app_requests", &[("team_id", team)])
            .await;
        assert_eq!(listed, own);
    }
    for app in 0..APPS {
        let app = format!("A0L0AD{app:03}");
        admin.fine("approve", &[("app_id", &app), ("enterprise_id", ORG)]).await;
    }
    let approved = admin
        .all_ids("approved.list", "approved_apps", &[("enterprise_id", ORG)])
        .await;
    assert_eq!(approved.len(), APPS);
    let requests = admin.slack.sim.app_requests();
    assert!(requests.iter().all(|request| json!(request.state) == "approved"));
    assert_eq!(admin.ids("requests.list", &[("team_id", "T0L0AD049")]).await, [""; 0]);
}

#[tokio::test]
async fn a_share_of_the_calls_goes_wrong_in_the_ways_that_are_set() {
    let admin = Admin::start().await;
    let faults = json!([
        {"fault": "error", "error": "internal_error"},
        {"fault": "html", "status": 500},
        {"fault": "rate_limited", "retry_after": 1},
        {"fault": "drop"},
        {"fault": "lost_answer"},
    ]);
    let plan = json!({"method": "admin.apps.*", "faults": faults, "percent": 20});
    assert_eq!(
        admin.post("/sim/faults", &plan).await["left"],
        json!({"admin.apps.*": null})
    );
    let url = format!("{}/api/admin.apps.config.lookup", admin.slack.sim.url());
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..250 {
        admin.slack.sim.clock().advance(Duration::from_secs(60));
        let request = admin.slack.http.post(&url).bearer_auth(&admin.token);
        let kind = match request.form(&[("app_ids", KUDOS)]).send().await {
            Err(_) => "cut".to_owned(),
            Ok(answer) if answer.status() == 200 => answer.json::<Value>().await.unwrap()["ok"].to_string(),
            Ok(answer) => answer.status().as_str().to_owned(),
        };
        *met.entry(kind).or_default() += 1;
    }
    let wrong = 250 - met["true"];
    assert!((35..=65).contains(&wrong), "{met:?}");
    for (kind, share) in [("false", 1), ("500", 1), ("429", 1), ("cut", 2)] {
        let least = share * (wrong / 5);
        assert!((least..=least + share).contains(&met[kind]), "{met:?}");
    }
    let calls = admin.slack.sim.calls("admin.apps.config.lookup");
    assert_eq!(calls.iter().filter(|call| call.fault.is_some()).count(), wrong);
}

#[tokio::test]
async fn a_decision_stands_although_its_answer_is_lost_or_late_and_not_where_the_call_was_dropped() {
    let admin = Admin::start().await;
    let url = format!("{}/api/admin.apps.approve", admin.slack.sim.url());
    let approve = async |request: &str, patience: u64| {
        admin.slack.sim.clock().advance(Duration::from_secs(60));
        let form = [("request_id", request)];
        let call = admin.slack.http.post(&url).bearer_auth(&admin.token).form(&form);
        call.timeout(Duration::from_millis(patience)).send().await.map(|_| ())
    };
    let first = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let method = "admin.apps.approve";
    admin.slack.sim.fault(method, Fault::Drop, 1);
    assert!(!approve(&first, 5_000).await.unwrap_err().is_timeout());
    assert_eq!(admin.state(&first), "pending");
    let internal = Fault::Error {
        error: ErrorCode::InternalError,
    };
    admin.slack.sim.fault(method, internal, 1);
    approve(&first, 5_000).await.unwrap();
    assert_eq!(admin.state(&first), "pending");
    admin.slack.sim.fault(method, Fault::LostAnswer, 1);
    assert!(!approve(&first, 5_000).await.unwrap_err().is_timeout());
    assert_eq!(admin.state(&first), "approved");
    admin
        .refused("approve", &[("request_id", &first)], "request_already_resolved")
        .await;
    let second = admin.ask(KUDOS, Some(DESIGN), NOOR).await;
    admin.slack.sim.fault(method, Fault::DelayMs { delay_ms: 2_000 }, 1);
    assert!(approve(&second, 300).await.unwrap_err().is_timeout());
    assert_eq!(admin.state(&second), "approved");
}

#[tokio::test]
async fn a_fifth_of_the_events_comes_twice_and_some_never() {
    let admin = Admin::start_with(large).await;
    admin.slack.sim.plan_faults(FaultPlan {
        method: "app_requested".to_owned(),
        faults: vec![Fault::Duplicate],
        percent: 20,
        count: None,
    });
    let wish = |app: usize| json!({"app": format!("A0L0AD{app:03}"), "team": TEAM, "user": MIKA});
    let many: Vec<Value> = (0..APPS).map(wish).collect();
    let acted = admin.act(json!({"action": "request_apps", "requests": many})).await;
    let mut seen: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    admin.slack.sim.idle().await;
    for delivery in admin.slack.seen() {
        let id = delivery.body["event_id"].as_str().unwrap().to_owned();
        seen.entry(id).or_default().push(delivery.retry.is_some());
    }
    assert_eq!(seen.len(), APPS);
    assert!(acted.events.iter().all(|event| seen.contains_key(&event.event_id)));
    let twice = seen.values().filter(|times| times.len() == 2).count();
    assert!((10..=30).contains(&twice), "{twice}");
    for times in seen.values_mut() {
        times.sort_unstable();
        assert!(*times == [false] || *times == [false, true]);
    }
    admin.slack.sim.clear_faults();
    admin.slack.sim.fault("app_requested", Fault::Drop, 1);
    let lost = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    admin
        .slack
        .sim
        .fault("app_requested", Fault::DelayMs { delay_ms: 30_000 }, 1);
    let late = admin.ask(MINUTES, Some(TEAM), MIKA).await;
    let told = async |request: &str| {
        let all = admin.told("app_requested").await;
        all.iter().any(|body| body["event"]["app_request"]["id"] == *request)
    };
    assert!(!told(&lost).await && !told(&late).await);
    admin.slack.sim.clock().advance(Duration::from_secs(31));
    assert!(!told(&lost).await && told(&late).await);
}

#[tokio::test]
async fn faults_that_cannot_happen_are_not_taken() {
    let admin = Admin::start().await;
    for plan in [
        json!({"method": "admin.apps.approve", "fault": "duplicate"}),
        json!({"method": "app_requested", "fault": "lost_answer"}),
        json!({"method": "app_requested", "faults": [], "percent": 20}),
        json!({"method": "admin.apps.*", "faults": [{"fault": "drop"}], "percent": 101}),
    ] {
        assert_eq!(
            admin.post("/sim/faults", &plan).await["error"],
            "impossible_fault",
            "{plan}"
        );
    }
    let unknown = json!({"method": "admin.apps.*", "faults": [{"fault": "sulk"}]});
    assert_eq!(admin.post("/sim/faults", &unknown).await["error"], "invalid_json");
}
