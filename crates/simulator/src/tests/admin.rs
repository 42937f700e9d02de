//! App approvals: the whole organization's administrator, and the rows of `admin.apps.*` one by one.

mod asking;
mod config;
mod decisions;
mod levels;
mod lists;
mod load;
mod requester;
mod rows;
mod uninstall;

use serde_json::{Value, json};

use super::harness::{Harness, IZZY, TEAM};
use crate::{Action, ActionError, Seed, state::Acted};

const ORG: &str = "E0N0RTHW1";
const DESIGN: &str = "T0DES3UAN";
const MIKA: &str = "U0YYE15XLX";
const NOOR: &str = "U0A8FMXB3K";
const ORLA: &str = "U07MPWUWB7";
const KUDOS: &str = "A0KUD0S77";
const MINUTES: &str = "A0M1NUTES";
const VAULT: &str = "A0VAULT55";
const EXPENSES: &str = "A0EXPENSE";
const TURNSTILE: &str = "A0TURNST1";
const FACTORY: &str = "A0FACT0RY";
const POLLS: &str = "A0P0LLS33";

/// The scopes of an app that manages apps.
const SCOPES: &[&str] = &["admin.apps:read", "admin.apps:write", "admin.app_activities:read"];

/// A Slack in which `atlas` manages apps with the token of an administrator.
struct Admin {
    slack: Harness,
    token: String,
}

impl Admin {
    async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With Northwind changed.
    async fn start_with(change: impl FnOnce(&mut Seed)) -> Self {
        let slack = Harness::start_with(change).await;
        let token = org_token(&slack, SCOPES).await;
        Self { slack, token }
    }

    async fn call(&self, method: &str, form: &[(&str, &str)]) -> Value {
        // Twenty calls a minute are soon over.
        self.slack.sim.clock().advance(std::time::Duration::from_secs(60));
        self.slack
            .call(&format!("admin.apps.{method}"), Some(&self.token), form)
            .await
    }

    async fn fine(&self, method: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.call(method, form).await;
        assert_eq!(answer["ok"], json!(true), "{method} {form:?}: {answer}");
        answer
    }

    async fn refused(&self, method: &str, form: &[(&str, &str)], code: &str) {
        let answer = self.call(method, form).await;
        assert_eq!(
            (&answer["ok"], &answer["error"]),
            (&json!(false), &json!(code)),
            "{method} {form:?}"
        );
    }

    async fn try_act(&self, action: Value) -> Result<Acted, ActionError> {
        let action: Action = serde_json::from_value(action).unwrap();
        self.slack.sim.act(action).await
    }

    async fn act(&self, action: Value) -> Acted {
        self.try_act(action.clone())
            .await
            .unwrap_or_else(|error| panic!("{action}: {error}"))
    }

    /// Somebody asks; answers the request's id.
    async fn ask(&self, app: &str, team: Option<&str>, user: &str) -> String {
        let action = json!({"action": "request_app", "app": app, "team": team, "user": user, "message": "please"});
        self.act(action).await.request.unwrap()
    }

    async fn ask_code(&self, app: &str, team: Option<&str>, user: &str) -> &'static str {
        let action = json!({"action": "request_app", "app": app, "team": team, "user": user});
        self.try_act(action).await.unwrap_err().code()
    }

    /// What the requester reads.
    fn state(&self, request: &str) -> Value {
        let requests = self.slack.sim.app_requests();
        json!(requests.iter().find(|found| found.id == request).unwrap().state)
    }

    /// The ids in a list.
    async fn ids(&self, method: &str, form: &[(&str, &str)]) -> Vec<String> {
        let answer = self.fine(method, form).await;
        let (field, id): (_, fn(&Value) -> &Value) = match method {
            "requests.list" => ("app_requests", |row| &row["id"]),
            "approved.list" => ("approved_apps", |row| &row["app"]["id"]),
            _ => ("restricted_apps", |row| &row["app"]["id"]),
        };
        let rows = answer[field].as_array().unwrap();
        rows.iter().map(|row| id(row).as_str().unwrap().to_owned()).collect()
    }

    /// What `atlas` was told, by type.
    async fn told(&self, kind: &str) -> Vec<Value> {
        self.slack.sim.idle().await;
        let seen = self.slack.seen().into_iter().map(|seen| seen.body);
        seen.filter(|body| body["event"]["type"] == kind).collect()
    }
}

/// The token of an administrator for whom `atlas` holds these scopes in the whole organization.
async fn org_token(slack: &Harness, scopes: &[&str]) -> String {
    token(
        slack,
        json!({"action": "consent_org", "scopes": [], "user_scopes": scopes}),
    )
    .await
}

async fn token(slack: &Harness, consent: Value) -> String {
    let answer = tokens(slack, consent).await;
    answer["authed_user"]["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

/// What `oauth.v2.access` answers to a consent, Izzy's where it names nobody.
async fn tokens(slack: &Harness, mut consent: Value) -> Value {
    consent["app"] = json!("atlas");
    if consent["user"].is_null() {
        consent["user"] = json!(IZZY);
    }
    let acted = slack.sim.act(serde_json::from_value(consent).unwrap()).await.unwrap();
    let code = acted.code.unwrap().expose().to_owned();
    super::modern::access(slack, &[("code", &code)]).await
}

/// Every method with arguments that are fine.
fn calls() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    vec![
        ("approve", vec![("app_id", KUDOS), ("team_id", TEAM)]),
        ("restrict", vec![("app_id", KUDOS), ("team_id", TEAM)]),
        ("clearResolution", vec![("app_id", KUDOS), ("team_id", TEAM)]),
        ("requests.list", vec![("team_id", TEAM)]),
        ("requests.cancel", vec![("request_id", "Ar1")]),
        ("approved.list", vec![("team_id", TEAM)]),
        ("restricted.list", vec![("team_id", TEAM)]),
        ("uninstall", vec![("app_id", KUDOS), ("team_ids", TEAM)]),
        ("config.lookup", vec![("app_ids", KUDOS)]),
        ("config.set", vec![("app_id", KUDOS)]),
        ("activities.list", vec![]),
    ]
}

#[tokio::test]
async fn each_method_wants_its_scope_and_a_persons_token_of_the_whole_organization() {
    let slack = Harness::start().await;
    let other = org_token(&slack, &["admin.users:read"]).await;
    for (method, form) in calls() {
        let answer = slack.call(&format!("admin.apps.{method}"), Some(&other), &form).await;
        assert_eq!(answer["error"], "missing_scope", "{method}");
        let read = ["requests.list", "approved.list", "restricted.list", "config.lookup"];
        let needed = match method {
            "activities.list" => "admin.app_activities:read",
            method if read.contains(&method) => "admin.apps:read",
            _ => "admin.apps:write",
        };
        assert_eq!(answer["needed"], needed, "{method}");
    }
    let bot = super::modern::install(&slack, &[("scope", "chat:write")], &[]).await;
    let bot = bot["access_token"].as_str().unwrap().to_owned();
    let personal = json!({"action": "consent", "team": DESIGN, "scopes": ["chat:write"], "user_scopes": SCOPES});
    let personal = token(&slack, personal).await;
    for (method, form) in calls() {
        let method = format!("admin.apps.{method}");
        let error = async |token: &str| slack.call(&method, Some(token), &form).await["error"].clone();
        assert_eq!(error(&bot).await, "not_allowed_token_type", "{method}");
        assert_eq!(
            error(&personal).await,
            "app_management_app_not_installed_on_org",
            "{method}"
        );
    }
}

#[tokio::test]
async fn who_no_longer_administers_is_refused_by_every_method_in_its_own_words() {
    let admin = Admin::start().await;
    admin
        .act(json!({"action": "circumstance", "circumstance": "admin_apis_off"}))
        .await;
    for (method, form) in calls() {
        admin.refused(method, &form, "feature_not_enabled").await;
    }
    admin
        .act(json!({"action": "circumstance", "circumstance": "admin_apis_off", "active": false}))
        .await;
    let forbidden = json!({"action": "circumstance", "circumstance": "app_management_forbidden", "user": IZZY});
    admin.act(forbidden.clone()).await;
    for (method, form) in calls() {
        let code = match method {
            "config.set" | "clearResolution" => "access_denied",
            "requests.list" => "user_is_restricted",
            "approved.list" | "restricted.list" => "not_allowed",
            "approve" | "restrict" => "not_an_admin",
            _ => "restricted_action",
        };
        admin.refused(method, &form, code).await;
    }
    let mut allowed = forbidden;
    allowed["active"] = json!(false);
    admin.act(allowed).await;
    admin
        .act(json!({"action": "org_admin", "user": IZZY, "admin": false}))
        .await;
    for (method, form) in calls() {
        let code = match method {
            "uninstall" => "permission_denied",
            "config.set" => "access_denied",
            _ => "not_an_admin",
        };
        admin.refused(method, &form, code).await;
    }
}
