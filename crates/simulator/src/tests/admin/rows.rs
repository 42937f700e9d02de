//! The rows of section F, one by one: every method with its success, and every refusal that its page names with what
//! causes it, over HTTP. A name that has no cause here is missing, and the test says so.
//!
//! A row's refusals are in three lists: those that arguments or the state of the world bring about; those that only a
//! fault does, with the reason; and those that nothing can. What is refused must leave the approvals as they were.

mod decisions;
mod lists;
mod others;
mod permissions;
mod requesters;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Admin, DESIGN, IZZY, MIKA, SCOPES, token};
use crate::{
    Seed, methods,
    tests::harness::{Harness, TEAM},
};

/// An app of the simulator's own, like `atlas`, which administrators can uninstall.
const TWIN: &str = "A0TW1N777";
const TWIN_CLIENT: &str = "11820576016.1";

/// Whose token calls.
#[derive(Clone, Copy)]
enum Who {
    /// An administrator's, of the whole organization.
    Admin,
    /// The same person's, of one workspace.
    Workspace,
    /// A person's who asks for apps, of one workspace.
    Requester,
}

/// What happens before the call.
enum Step {
    /// Somebody asks for an app; arguments refer to the request by the label.
    Ask(&'static str, &'static str, Option<&'static str>, &'static str),
    /// Anything that people do.
    Act(Value),
    /// A call of the administrator's, which goes well.
    Call(&'static str, Value),
    /// The twin is installed in the whole organization.
    Twin,
}

/// One call, and what its answer holds where it goes well.
struct Case {
    who: Who,
    before: Vec<Step>,
    arguments: Value,
    /// Whether the deed stands although it is refused.
    stands: bool,
    answers: Vec<(&'static str, Value)>,
    then: Vec<(&'static str, Value, &'static str, Value)>,
}

fn call(arguments: Value) -> Case {
    Case {
        who: Who::Admin,
        before: Vec::new(),
        arguments,
        stands: false,
        answers: Vec::new(),
        then: Vec::new(),
    }
}

impl Case {
    fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    fn after(self, before: impl IntoIterator<Item = Step>) -> Self {
        let before = before.into_iter().collect();
        Self { before, ..self }
    }

    /// The deed stands although it is refused.
    fn stands(self) -> Self {
        Self { stands: true, ..self }
    }

    /// The answer holds this value there.
    fn answers(mut self, pointer: &'static str, value: Value) -> Self {
        self.answers.push((pointer, value));
        self
    }

    /// Another call of the administrator's answers this value there afterwards.
    fn then(mut self, method: &'static str, arguments: Value, pointer: &'static str, value: Value) -> Self {
        self.then.push((method, arguments, pointer, value));
        self
    }
}

/// A method of section F.
struct Row {
    method: &'static str,
    /// The refusals of its page, beside those of every method; for an undocumented method those that the simulator
    /// made up, too.
    refusals: &'static str,
    success: Case,
    caused: Vec<(&'static str, Case)>,
    by_fault: Vec<(&'static str, &'static str)>,
    never: Vec<(&'static str, &'static str)>,
}

fn rows() -> Vec<Row> {
    let all = [
        decisions::rows(),
        lists::rows(),
        others::rows(),
        permissions::rows(),
        requesters::rows(),
    ];
    all.into_iter().flatten().collect()
}

fn ask(label: &'static str, app: &'static str, user: &'static str) -> Step {
    Step::Ask(label, app, Some(TEAM), user)
}

fn circumstance(name: &str) -> Step {
    Step::Act(json!({"action": "circumstance", "circumstance": name}))
}

/// What keeps Izzy from something.
fn kept(name: &str) -> Step {
    Step::Act(json!({"action": "circumstance", "circumstance": name, "user": IZZY}))
}

fn no_admin() -> Step {
    Step::Act(json!({"action": "org_admin", "user": IZZY, "admin": false}))
}

fn with_twin(seed: &mut Seed) {
    let atlas = seed.apps.iter().find(|app| app.slug.as_str() == "atlas").unwrap();
    let mut twin = atlas.clone();
    twin.id = TWIN.parse().unwrap();
    twin.slug = "twin".parse().unwrap();
    twin.client_id = grantbook_api::oauth::ClientId::new(TWIN_CLIENT);
    seed.apps.push(twin);
}

/// A Slack for one case.
struct Stage {
    admin: Admin,
    labels: BTreeMap<&'static str, String>,
}

impl Stage {
    async fn start() -> Self {
        Self {
            admin: Admin::start_with(with_twin).await,
            labels: BTreeMap::new(),
        }
    }

    async fn prepare(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Ask(label, app, team, user) => {
                    let action = json!({"action": "request_app", "app": app, "team": team, "user": user});
                    let answer = self.act(&action).await;
                    self.labels
                        .insert(label, answer["request"].as_str().unwrap().to_owned());
                }
                Step::Act(action) => _ = self.act(action).await,
                Step::Call(method, arguments) => {
                    let answer = self.call(method, &self.admin.token, arguments).await;
                    assert_eq!(answer["ok"], true, "{method} {arguments}: {answer}");
                }
                Step::Twin => self.install_twin().await,
            }
        }
    }

    async fn act(&self, action: &Value) -> Value {
        let answer = self.admin.post("/sim/actions", action).await;
        assert_eq!(answer["ok"], true, "{action}: {answer}");
        answer
    }

    async fn install_twin(&self) {
        let consent = json!({
            "action": "consent_org", "app": "twin", "user": IZZY, "scopes": ["chat:write"], "teams": [TEAM],
        });
        let code = self.act(&consent).await["code"].as_str().unwrap().to_owned();
        let url = format!("{}/api/oauth.v2.access", self.admin.slack.sim.url());
        let request = self.admin.slack.http.post(url).form(&[("code", code)]);
        let request = request.basic_auth(TWIN_CLIENT, Some(crate::tests::modern::secret(&self.admin.slack)));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["ok"], true, "{answer}");
    }

    async fn token(&self, who: Who) -> String {
        let slack: &Harness = &self.admin.slack;
        let scopes = json!(["apps.requests:write"]);
        match who {
            Who::Admin => self.admin.token.clone(),
            Who::Workspace => {
                let consent =
                    json!({"action": "consent", "team": DESIGN, "scopes": ["chat:write"], "user_scopes": SCOPES});
                token(slack, consent).await
            }
            Who::Requester => {
                let consent = json!({
                    "action": "consent", "team": TEAM, "user": MIKA, "scopes": ["chat:write"], "user_scopes": scopes,
                });
                token(slack, consent).await
            }
        }
    }

    /// Calls with JSON where the method takes it, and with a form where it does not. `$label` stands for a request.
    async fn call(&self, method: &str, token: &str, arguments: &Value) -> Value {
        let mut arguments = arguments.as_object().unwrap().clone();
        for value in arguments.values_mut() {
            if let Some(label) = value.as_str().and_then(|text| text.strip_prefix('$')) {
                *value = json!(self.labels[label]);
            }
        }
        let url = format!("{}/api/{method}", self.admin.slack.sim.url());
        let request = self.admin.slack.http.post(url).bearer_auth(token);
        let request = if methods::find(method).unwrap().json {
            request.json(&arguments)
        } else {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            request.form(
                &arguments
                    .iter()
                    .map(|(name, value)| (name, text(value)))
                    .collect::<Vec<_>>(),
            )
        };
        request.send().await.unwrap().json().await.unwrap()
    }

    /// All that is asked for, decided, installed and set.
    async fn approvals(&self) -> Value {
        let url = format!("{}/sim/approvals", self.admin.slack.sim.url());
        let answer: Value = self
            .admin
            .slack
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer["ok"], true);
        answer["approvals"].clone()
    }
}

#[test]
fn every_refusal_of_every_page_has_a_cause_or_a_reason_why_it_has_none() {
    let mut methods = BTreeSet::new();
    for row in rows() {
        assert!(methods.insert(row.method), "{} has two rows", row.method);
        let named: BTreeSet<&str> = row.refusals.split_whitespace().collect();
        let caused: BTreeSet<&str> = row.caused.iter().map(|(code, _)| *code).collect();
        let reasons: Vec<(&str, &str)> = row.by_fault.iter().chain(&row.never).copied().collect();
        let mut explained = BTreeSet::new();
        for (code, reason) in reasons {
            assert!(
                reason.split_whitespace().count() > 3,
                "{}: {code}: {reason}",
                row.method
            );
            assert!(
                explained.insert(code) && !caused.contains(code),
                "{}: {code} twice",
                row.method
            );
        }
        let covered: BTreeSet<&str> = caused.union(&explained).copied().collect();
        assert_eq!(covered, named, "{}", row.method);
    }
    let played = |name: &&str| {
        let own = [
            "apps.developerInstall",
            "apps.approvals.requests.create",
            "apps.approvals.requests.cancel",
        ];
        name.starts_with("admin.apps.") || own.contains(name)
    };
    let known: BTreeSet<&str> = methods::names().filter(played).collect();
    assert_eq!(methods, known, "every method of section F has a row");
}

#[tokio::test]
async fn every_method_succeeds_and_its_deed_shows_elsewhere() {
    for row in rows() {
        let case = row.success;
        let mut stage = Stage::start().await;
        stage.prepare(&case.before).await;
        let token = stage.token(case.who).await;
        let answer = stage.call(row.method, &token, &case.arguments).await;
        assert_eq!(answer["ok"], true, "{}: {answer}", row.method);
        for (pointer, expected) in &case.answers {
            assert_eq!(
                answer.pointer(pointer),
                Some(expected),
                "{}: {pointer} of {answer}",
                row.method
            );
        }
        for (method, arguments, pointer, expected) in &case.then {
            let seen = stage.call(method, &stage.admin.token, arguments).await;
            assert_eq!(
                seen.pointer(pointer),
                Some(expected),
                "{}: {pointer} of {seen}",
                row.method
            );
        }
        assert!(
            !case.answers.is_empty() || !case.then.is_empty(),
            "{} shows nothing",
            row.method
        );
    }
}

#[tokio::test]
async fn every_refusal_is_brought_about_and_leaves_everything_as_it_was() {
    for row in rows() {
        for (code, case) in row.caused {
            let mut stage = Stage::start().await;
            let token = stage.token(case.who).await;
            stage.prepare(&case.before).await;
            let before = stage.approvals().await;
            let answer = stage.call(row.method, &token, &case.arguments).await;
            assert_eq!(
                (&answer["ok"], &answer["error"]),
                (&json!(false), &json!(code)),
                "{} {}: {answer}",
                row.method,
                case.arguments
            );
            for (pointer, expected) in &case.answers {
                assert_eq!(answer.pointer(pointer), Some(expected), "{}: {answer}", row.method);
            }
            let after = stage.approvals().await;
            assert_eq!(after != before, case.stands, "{}: {code} {before} {after}", row.method);
        }
    }
}

#[tokio::test]
async fn what_only_a_fault_brings_about_changes_nothing_and_passes() {
    for row in rows() {
        for (code, _) in &row.by_fault {
            let mut stage = Stage::start().await;
            stage.prepare(&row.success.before).await;
            let token = stage.token(row.success.who).await;
            let fault = json!({"method": row.method, "fault": "error", "error": code});
            assert_eq!(stage.admin.post("/sim/faults", &fault).await["ok"], true);
            let before = stage.approvals().await;
            let answer = stage.call(row.method, &token, &row.success.arguments).await;
            assert_eq!(answer["error"], json!(code), "{}", row.method);
            assert_eq!(stage.approvals().await, before, "{}", row.method);
            let again = stage.call(row.method, &token, &row.success.arguments).await;
            assert_eq!(again["ok"], true, "{}: {again}", row.method);
        }
    }
}
