//! `audit`: who did what to what, and what happened to tokens; written for the other flows and read for the doors.

use grantbook_core::{
    InstallationKey,
    view::{
        Page,
        audit::{AuditView, TokenEventView},
    },
};
use grantbook_store::{
    StoreError,
    audit::{AuditFilter, AuditRecord, NewAudit},
    queries::{PageRequest, QueryError},
    token_events::{TokenEvent, What},
};
use serde_json::Value;

use crate::House;

/// What is written down, as stable words.
pub mod deeds {
    /// A token was handed out. The subject is its installation.
    pub const TOKEN_BROKERED: &str = "token.brokered";
    /// Slack was called with a token of the console's. The subject is its installation; the detail says how often.
    pub const SLACK_CALLED: &str = "slack.called";
    /// Slack is about to be asked to uninstall an app. The subject is its installation.
    pub const UNINSTALL_REQUESTED: &str = "installation.uninstall_requested";
    /// Slack said that it did.
    pub const UNINSTALL_ACCEPTED: &str = "installation.uninstall_accepted";
    /// Slack refused, or nobody knows.
    pub const UNINSTALL_FAILED: &str = "installation.uninstall_failed";
    /// Slack is about to be asked to end a token. The subject is its installation.
    pub const TOKEN_REVOKE_REQUESTED: &str = "token.revoke_requested";
    /// Slack said that it did.
    pub const TOKEN_REVOKED: &str = "token.revoked";
    /// Slack refused, or was not reached.
    pub const TOKEN_REVOKE_FAILED: &str = "token.revoke_failed";
    /// An API key was made. The subject is the key.
    pub const KEY_MADE: &str = "key.made";
    /// An API key was revoked.
    pub const KEY_REVOKED: &str = "key.revoked";
    /// An account was made. The subject is the account.
    pub const USER_MADE: &str = "user.made";
    /// An account was linked to a Slack user, whose buttons have its role from then on.
    pub const USER_LINKED: &str = "user.linked";
    /// It is linked no more.
    pub const USER_UNLINKED: &str = "user.unlinked";
    /// An app was registered. The subject is the app.
    pub const APP_ADDED: &str = "app.added";
    /// An app's settings were changed; the detail has what changed.
    pub const APP_CHANGED: &str = "app.changed";
    /// An app was told new secrets; the detail has which, never the secrets.
    pub const APP_SECRETS_REPLACED: &str = "app.secrets_replaced";
    /// The secrets before were given up before their time.
    pub const APP_OVERLAP_ENDED: &str = "app.overlap_ended";
    /// A comparison of all installations with Slack was asked for. The subject is `drift`.
    pub const DRIFT_RUN_STARTED: &str = "drift.run_started";
    /// It ended; the detail has how many installations it compared.
    pub const DRIFT_RUN_FINISHED: &str = "drift.run_finished";
    /// A request for an app was decided, by rule or by a person. The subject is the request.
    pub const APP_REQUEST_DECIDED: &str = "app_request.decided";
    /// A time-boxed approval was made to last longer. The subject is the request.
    pub const APP_APPROVAL_EXTENDED: &str = "app_approval.extended";
    /// A time-boxed approval has ended.
    pub const APP_APPROVAL_ENDED: &str = "app_approval.ended";
    /// Slack is about to be asked to approve, restrict or clear an app that nobody need have asked for. The subject
    /// is the app in its organization.
    pub const APP_RESOLVE_REQUESTED: &str = "org_app.resolve_requested";
    /// Slack said that it did.
    pub const APP_RESOLVED: &str = "org_app.resolved";
    /// Slack refused, or was not reached.
    pub const APP_RESOLVE_FAILED: &str = "org_app.resolve_failed";
    /// What somebody changed elsewhere was accepted. The subject is the app in its organization.
    pub const APP_CHANGE_ACCEPTED: &str = "org_app.change_accepted";
    /// One installation was compared with Slack because somebody asked. The subject is the installation.
    pub const RECONCILED: &str = "installation.reconciled";
    /// A draft of the approval rules was saved. The subject is its version: `rules:41`.
    pub const RULES_DRAFTED: &str = "rules.drafted";
    /// A draft was written anew.
    pub const RULES_REWRITTEN: &str = "rules.rewritten";
    /// A version was proposed to a second person.
    pub const RULES_PROPOSED: &str = "rules.proposed";
    /// Somebody agreed to a version, and it is in force.
    pub const RULES_IN_FORCE: &str = "rules.put_in_force";
    /// A version was given up.
    pub const RULES_DISCARDED: &str = "rules.discarded";
    /// A version runs in shadow.
    pub const RULES_SHADOW_STARTED: &str = "rules.shadow_started";
    /// It does so no longer.
    pub const RULES_SHADOW_STOPPED: &str = "rules.shadow_stopped";
}

/// The use cases of the audit log.
#[derive(Clone, Debug)]
pub struct Audit {
    house: House,
}

impl Audit {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Writes down what somebody did; `detail` is a JSON object without secrets.
    pub async fn note(&self, who: &str, what: &str, subject: String, detail: Value) -> Result<(), StoreError> {
        let new = NewAudit {
            at: self.house.clock.now(),
            who: who.to_owned(),
            what: what.to_owned(),
            subject,
            detail,
        };
        self.house.store.audit(new).await.map(drop)
    }

    /// What was done, newest first.
    pub async fn list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditView>, QueryError> {
        let Page { items, next_cursor } = self.house.store.audits(filter, page).await?;
        Ok(Page {
            items: items.into_iter().map(deed).collect(),
            next_cursor,
        })
    }

    /// What happened to an installation's tokens, newest first.
    pub async fn token_events(
        &self,
        key: &InstallationKey,
        page: &PageRequest,
    ) -> Result<Page<TokenEventView>, QueryError> {
        let Page { items, next_cursor } = self.house.store.token_events(key, page).await?;
        Ok(Page {
            items: items.into_iter().map(event).collect(),
            next_cursor,
        })
    }
}

/// How the audit log names an installation.
pub(crate) fn installation(key: &InstallationKey) -> String {
    format!("installation:{key}")
}

fn deed(record: AuditRecord) -> AuditView {
    let AuditRecord {
        id,
        at,
        who,
        what,
        subject,
        detail,
    } = record;
    AuditView {
        id,
        at,
        who,
        what,
        subject,
        detail,
    }
}

fn event(event: TokenEvent) -> TokenEventView {
    // One column holds both: a code where something went wrong, and who it was handed to.
    let (code, to) = match event.what {
        What::Brokered => (None, event.code),
        _ => (event.code, None),
    };
    TokenEventView {
        id: event.id,
        holder: event.holder.to_string(),
        at: event.at,
        what: event.what.as_str().to_owned(),
        code,
        to,
        generation: event.generation,
    }
}
