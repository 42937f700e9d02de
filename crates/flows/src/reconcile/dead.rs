//! Tokens that Slack does not take, or that are not there any more.

use std::collections::BTreeSet;

use grantbook_api::error::{CallError, ErrorCode};
use grantbook_core::{
    Fact,
    drift::{Difference, DriftKind},
    grants::Status,
};
use grantbook_store::{StoreError, drift::Comparison};

use super::{By, Reconcile, ReconcileError, Target};
use crate::{drift::findings::Around, failure, rotation::TokenError};

impl Reconcile {
    /// Keeps that there is no answer to the token. Where Slack says in so many words that it was revoked, the
    /// ledger learns it too.
    pub(super) async fn record_dead(&self, target: &Target<'_>, code: &str) -> Result<(), StoreError> {
        if target.by == By::Install {
            return Ok(());
        }
        let store = &self.house.store;
        let installation = &target.installation;
        let grants = store.grants(&installation.key).await?.unwrap_or_default();
        if matches!(grants.status, Status::Uninstalled | Status::Unknown) {
            return Ok(());
        }
        let around = Around::of(&self.house, installation, target.app.as_deref(), &grants).await?;
        let revoked = code == ErrorCode::TokenRevoked.as_str() && grants.status == Status::Installed;
        // Without a user of its own the app acts for people alone, and one person's token is not all of them.
        let app_user = store.app_user_of(installation.row).await?;
        let fact = app_user.filter(|_| revoked).map(|app_user| Fact::TokensRevoked {
            oauth: BTreeSet::new(),
            bot: [app_user].into(),
            people_only: false,
        });
        let comparison = Comparison {
            draft: fact.map(|fact| self.draft(fact)),
            settled: Vec::new(),
            standing: vec![around.finding(Difference::whole(DriftKind::TokenDead), Some(code))],
            kinds: [DriftKind::TokenDead].into(),
            holder: Some(None),
            silent: BTreeSet::new(),
            by: target.by.as_str().to_owned(),
            now: self.house.clock.now(),
        };
        store.record_comparison(installation, comparison).await?;
        Ok(())
    }
}

/// The code by which a token is dead; none where the trouble may pass.
pub(super) fn dead(error: &ReconcileError) -> Option<String> {
    match error {
        ReconcileError::Token(TokenError::Missing(_)) => Some("missing".to_owned()),
        ReconcileError::Token(TokenError::Revoked(_)) => Some("revoked".to_owned()),
        ReconcileError::Token(TokenError::NeedsReauthorization { .. }) => Some("needs_reauthorization".to_owned()),
        ReconcileError::Token(TokenError::Exhausted { .. }) => Some("exhausted".to_owned()),
        ReconcileError::Slack(error) => refusal(error),
        _ => None,
    }
}

/// Slack's word for a token that it does not take.
pub(super) fn refusal(error: &CallError) -> Option<String> {
    let fatal = matches!(
        error.code(),
        Some(
            ErrorCode::TokenRevoked
                | ErrorCode::AccountInactive
                | ErrorCode::InvalidAuth
                | ErrorCode::NotAuthed
                | ErrorCode::TokenExpired
        )
    );
    fatal.then(|| failure::code(error))
}
