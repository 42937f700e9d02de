//! `Evidence`: what the ledger knows around a difference.

use std::collections::BTreeSet;

use crate::{Entry, Fact, Scope, Source, Timestamp, UserId, view::Model};

/// What the ledger knows of one installation, as far as a cause can be read from it.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Legacy or modern.
    pub model: Model,
    /// The installation's entries, or the latest of them, in any order.
    pub entries: &'a [Entry],
    /// When Slack's lists and the ledger last agreed; none where they were never compared.
    pub agreed_at: Option<Timestamp>,
    /// When what the app declares was changed last; none where nobody knows.
    pub declared_at: Option<Timestamp>,
    /// Whether the token belongs to another app user than the one installed.
    pub other_app_user: bool,
    /// Why there is no answer to the token: Slack's code or ours.
    pub refusal: Option<&'a str>,
}

impl Evidence<'_> {
    /// The last authorization, or the last by `person`.
    pub(super) fn installed(&self, person: Option<&UserId>) -> Option<(Timestamp, BTreeSet<Scope>)> {
        let installs = self.entries.iter().filter(|entry| match &entry.draft.fact {
            Fact::Installed { authorizing_user, .. } => person.is_none() || authorizing_user.as_ref() == person,
            _ => false,
        });
        let last = installs.max_by(|a, b| a.draft.key.cmp(&b.draft.key))?;
        Some((last.draft.key.at(), last.draft.fact.scopes()))
    }

    /// When something of this sort happened last.
    pub(super) fn last(&self, such: impl Fn(&Fact) -> bool) -> Option<Timestamp> {
        let entries = self.entries.iter().filter(|entry| such(&entry.draft.fact));
        entries.map(|entry| entry.draft.key.at()).max()
    }

    /// When the token of `person`, or the app's, was revoked last.
    pub(super) fn revoked(&self, person: Option<&UserId>) -> Option<Timestamp> {
        self.last(|fact| match (fact, person) {
            (Fact::TokensRevoked { oauth, .. }, Some(person)) => oauth.contains(person),
            (Fact::TokensRevoked { people_only, .. }, None) => !people_only,
            _ => false,
        })
    }

    /// When this console last received an event of this installation.
    pub(super) fn last_event(&self) -> Option<Timestamp> {
        let events = self.entries.iter().filter(|entry| entry.draft.source == Source::Event);
        events.map(|entry| entry.draft.recorded_at).max()
    }

    /// Since when a difference can have come up: the last agreement, or else the install.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.agreed_at.or_else(|| self.installed(None).map(|(at, _)| at))
    }

    /// Whether an event came since then: who hears some events and misses one has lost it, and who hears
    /// none was not listening.
    pub(super) fn was_listening(&self) -> bool {
        match (self.last_event(), self.since()) {
            (Some(heard), Some(since)) => heard > since,
            (heard, None) => heard.is_some(),
            (None, Some(_)) => false,
        }
    }
}
