//! The rows: for each name of the page a cause, and the state the request is in afterwards.

mod transit;

use axum::http::{HeaderName, header};
use grantbook_core::request::StateName;
use serde_json::{Value, json};

use super::{
    between::Sent,
    stage::{Place, Stage},
};

/// What brings a refusal about.
pub(crate) enum Cause {
    /// A circumstance holds while the press is answered; for the workspace, if it does not say otherwise.
    While(fn(&Place) -> Value),
    /// Somebody did something between the press and the call, and no event has told the console yet.
    Did(fn(&Place) -> Value),
    /// Something on the way changes the call: this console never sends it so itself.
    Bent(fn(&mut Sent)),
    /// The same, for what depends on the workspace.
    BentWith(fn(&Stage, &Place, &mut Sent)),
    /// The press is delivered only after four seconds of the clock.
    Late,
    /// Another call has spent the trigger.
    SpentBefore,
    /// Forty other calls in the same minute.
    Busy,
    /// The app is taken out of its last conversation.
    OutOfEverything,
}

/// One line of the table.
pub(crate) struct Row {
    /// Slack's name.
    pub(crate) name: &'static str,
    /// What is asked for.
    pub(crate) scopes: &'static [&'static str],
    /// What happens.
    pub(crate) cause: Cause,
    /// The same for people.
    pub(crate) how: &'static str,
    /// How the request stands then.
    pub(crate) state: StateName,
    /// Dialogs in the workspace afterwards.
    pub(crate) dialogs: usize,
}

const APP: &[&str] = &["commands"];
const PERSONAL: &[&str] = &["reminders:write:user"];

const fn row(name: &'static str, cause: Cause, how: &'static str) -> Row {
    Row {
        name,
        scopes: APP,
        cause,
        how,
        state: StateName::Failed,
        dialogs: 0,
    }
}

const fn personal(name: &'static str, cause: Cause, how: &'static str) -> Row {
    Row {
        scopes: PERSONAL,
        ..row(name, cause, how)
    }
}

const fn warning(name: &'static str, cause: Cause, how: &'static str) -> Row {
    Row {
        state: StateName::Presented,
        dialogs: 1,
        ..row(name, cause, how)
    }
}

fn for_a_person(sent: &mut Sent, user: &str) {
    sent.set(HeaderName::from_static("x-slack-user"), user);
}

/// All rows, in the page's order, those of `apps.permissions.users.request` last.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = triggers_and_scopes();
    rows.extend(tokens_and_workspaces());
    rows.extend(transit::bodies());
    rows.extend(transit::slack_itself());
    rows.extend(of_one_person());
    rows
}

fn triggers_and_scopes() -> Vec<Row> {
    vec![
        Row {
            state: StateName::Expired,
            ..row(
                "invalid_trigger",
                Cause::Late,
                "the press is answered after four seconds",
            )
        },
        row(
            "invalid_trigger",
            Cause::Bent(|sent| sent.replace("trigger_id=", "trigger_id=9")),
            "the trigger is damaged on its way",
        ),
        Row {
            dialogs: 1,
            ..row("trigger_exchanged", Cause::SpentBefore, "another call was faster")
        },
        row(
            "invalid_scope",
            Cause::Bent(|sent| sent.replace("scopes=commands", "scopes=bot")),
            "a scope is exchanged on its way",
        ),
        row(
            "mixed_scope",
            Cause::Bent(|sent| sent.replace("scopes=commands", "scopes=commands%2Cdnd%3Awrite%3Auser")),
            "a scope is added on its way",
        ),
        row(
            "invalid_user",
            Cause::While(|place| json!({ "circumstance": "user_deactivated", "user": place.user })),
            "the person leaves right after the press",
        ),
    ]
}

fn tokens_and_workspaces() -> Vec<Row> {
    vec![
        row(
            "not_authed",
            Cause::Bent(|sent| drop(sent.headers.remove(header::AUTHORIZATION))),
            "the token is lost on its way",
        ),
        row(
            "invalid_auth",
            Cause::Bent(|sent| sent.set(header::AUTHORIZATION, "Bearer xoxa-2-0")),
            "the token is damaged on its way",
        ),
        row(
            "account_inactive",
            Cause::While(|_| json!({ "circumstance": "workspace_deleted" })),
            "the workspace is deleted",
        ),
        row(
            "token_revoked",
            Cause::Did(|place| json!({ "action": "uninstall", "app": "insectoid", "team": place.team })),
            "the app is uninstalled right after the press",
        ),
        row(
            "token_revoked",
            Cause::Did(|place| json!({ "action": "revoke_tokens", "app": "insectoid", "team": place.team })),
            "its tokens are revoked right after the press",
        ),
        row(
            "no_permission",
            Cause::OutOfEverything,
            "the app is taken out of its last conversation",
        ),
        row(
            "org_login_required",
            Cause::While(|_| json!({ "circumstance": "migration_pending" })),
            "the workspace is about to move into an organization",
        ),
        row(
            "ekm_access_denied",
            Cause::While(|_| json!({ "circumstance": "ekm_suspended" })),
            "administrators revoke the encryption keys",
        ),
        row(
            "missing_scope",
            Cause::BentWith(|_, place, sent| for_a_person(sent, place.other.as_str())),
            "the call is made to look as if for somebody who granted nothing",
        ),
        row(
            "not_allowed_token_type",
            Cause::BentWith(|stage, place, sent| {
                sent.set(header::AUTHORIZATION, &format!("Bearer {}", stage.refresh_token(place)));
            }),
            "a refresh token takes the token's place",
        ),
        row(
            "method_deprecated",
            Cause::While(|_| json!({ "circumstance": "workspace_apps_retired" })),
            "it is August 2021",
        ),
        row(
            "deprecated_endpoint",
            Cause::Bent(|sent| sent.path = sent.path.replace("/api/", "/api/v1/")),
            "the call goes to an address of old",
        ),
        row(
            "two_factor_setup_required",
            Cause::While(|_| json!({ "circumstance": "two_factor_required" })),
            "the workspace demands a second factor",
        ),
        row(
            "enterprise_is_restricted",
            Cause::While(|_| json!({ "circumstance": "enterprise_restricted", "method": "apps.permissions.request" })),
            "the organization closes the method",
        ),
        row(
            "is_bot",
            Cause::BentWith(|stage, place, sent| for_a_person(sent, &stage.app_user(place))),
            "the call is made to look as if for the app's own user",
        ),
    ]
}

/// `apps.permissions.users.request`.
fn of_one_person() -> Vec<Row> {
    vec![
        Row {
            state: StateName::Expired,
            ..personal(
                "invalid_trigger",
                Cause::Late,
                "users.request: answered after four seconds",
            )
        },
        Row {
            dialogs: 1,
            ..personal(
                "trigger_exchanged",
                Cause::SpentBefore,
                "users.request: another call was faster",
            )
        },
        personal(
            "mixed_scope",
            Cause::Bent(|sent| sent.replace("scopes=", "scopes=commands%2C")),
            "users.request: one of the app's own scopes is added on its way",
        ),
        personal(
            "invalid_user",
            Cause::While(|place| json!({ "circumstance": "user_deactivated", "user": place.user })),
            "users.request: the person leaves right after the press",
        ),
        personal(
            "token_revoked",
            Cause::Did(|place| json!({ "action": "uninstall", "app": "insectoid", "team": place.team })),
            "users.request: the app is uninstalled right after the press",
        ),
        personal(
            "service_unavailable",
            Cause::While(
                |_| json!({ "circumstance": "incident", "kind": "service_unavailable", "method": "apps.permissions.users.request" }),
            ),
            "users.request: Slack is down",
        ),
    ]
}
