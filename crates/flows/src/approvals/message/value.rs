//! `Button`: what the buttons of a request's message carry, sealed with a key that only this console has.
//!
//! A value is worth something only for its request, as often as that was decided when the button was made, and in
//! the channel that it was made for: one that is copied, or kept until later, decides nothing.

use grantbook_core::EnterpriseId;
use grantbook_store::approvals::StoredAppRequest;

use crate::{
    House,
    seals::{is_sealed, seal},
};

/// What the `action_id`s of our buttons begin with; the deed follows.
pub const ACTIONS: &str = "app_request_";
/// The version of the value's layout.
const LAYOUT: &str = "gq1";
/// What the seals are for.
const PURPOSE: &str = "app-request-button";

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Approve,
    Restrict,
    AskWhy,
}

impl Deed {
    pub(crate) const ALL: [Self; 3] = [Self::Approve, Self::Restrict, Self::AskWhy];

    /// The name of its button.
    pub(crate) const fn action_id(self) -> &'static str {
        match self {
            Self::Approve => "app_request_approve",
            Self::Restrict => "app_request_restrict",
            Self::AskWhy => "app_request_ask",
        }
    }

    /// The deed of a button of this name.
    pub(crate) fn of(action_id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.action_id() == action_id)
    }
}

/// What a button's value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Button {
    /// The request's number.
    pub(crate) request: i64,
    /// How often it was decided before.
    pub(crate) decisions: u32,
    /// The organization.
    pub(crate) enterprise: EnterpriseId,
    /// The channel.
    pub(crate) channel: String,
}

impl Button {
    /// The button of a request as it stands, in a channel.
    pub(crate) fn of(stored: &StoredAppRequest, channel: &str) -> Self {
        Self {
            request: stored.id,
            decisions: stored.decisions,
            enterprise: stored.enterprise.clone(),
            channel: channel.to_owned(),
        }
    }

    /// The `block_id` of its row.
    pub(crate) fn block_id(request: i64) -> String {
        format!("{ACTIONS}{request}")
    }

    fn text(&self) -> String {
        let Self {
            request,
            decisions,
            enterprise,
            channel,
        } = self;
        format!("{LAYOUT}|{request}|{decisions}|{enterprise}|{channel}")
    }

    /// The value as it is sent.
    pub(crate) fn seal(&self, house: &House) -> String {
        let text = self.text();
        let seal = seal(house, PURPOSE, &text);
        format!("{text}|{seal}")
    }

    /// Reads what a button of ours sent; `None` for what was not made here, or was changed.
    pub(crate) fn open(house: &House, value: &str) -> Option<Self> {
        let (text, seal) = value.rsplit_once('|')?;
        is_sealed(house, PURPOSE, text, seal)
            .then(|| Self::read(text))
            .flatten()
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('|');
        if parts.next()? != LAYOUT {
            return None;
        }
        let button = Self {
            request: parts.next()?.parse().ok()?,
            decisions: parts.next()?.parse().ok()?,
            enterprise: parts.next()?.parse().ok()?,
            channel: parts.next().filter(|channel| !channel.is_empty())?.to_owned(),
        };
        parts.next().is_none().then_some(button)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button() -> Button {
        Button {
            request: 7,
            decisions: 1,
            enterprise: "E0N0RTHW1".parse().unwrap(),
            channel: "C061EG9T2".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(button().text(), "gq1|7|1|E0N0RTHW1|C061EG9T2");
        assert_eq!(Button::read(&button().text()), Some(button()));
    }

    #[test]
    fn anything_else_is_not_read() {
        for text in [
            "",
            "gq1",
            "gq2|7|1|E0N0RTHW1|C061EG9T2",
            "gq1|seven|1|E0N0RTHW1|C061EG9T2",
            "gq1|7|-1|E0N0RTHW1|C061EG9T2",
            "gq1|7|1|T0N0RTHW1|C061EG9T2",
            "gq1|7|1|E0N0RTHW1|",
            "gq1|7|1|E0N0RTHW1|C061EG9T2|more",
        ] {
            assert_eq!(Button::read(text), None, "{text}");
        }
    }

    #[test]
    fn each_deed_has_its_button() {
        for deed in Deed::ALL {
            assert!(deed.action_id().starts_with(ACTIONS));
            assert_eq!(Deed::of(deed.action_id()), Some(deed));
        }
        assert_eq!(Deed::of("app_request_delete"), None);
    }
}
