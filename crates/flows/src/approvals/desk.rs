//! `Desk`: how app requests are decided here, and who decides.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock},
};

use grantbook_core::UserId;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// What happens to an app at the end of its time-boxed approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtTheEnd {
    /// It is undecided again (`admin.apps.clearResolution`).
    #[default]
    Clear,
    /// It is restricted (`admin.apps.restrict`).
    Restrict,
}

impl AtTheEnd {
    /// As a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Restrict => "restrict",
        }
    }
}

/// How app requests are decided: a section of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename = "Approvals")]
pub struct Settings {
    /// Seconds between two readings of Slack's lists of requests and resolutions; 0 relies on events alone.
    pub read_every_seconds: u32,
    /// The approvers' channel, in which new requests are posted; its id, as in `C061EG9T2`. Nothing is posted when
    /// absent.
    pub channel: Option<String>,
    /// Whether a second person must agree before a change of the rules is in force.
    pub second_person: bool,
    /// Hours after which approvers are reminded of a request that waits; 0 for never.
    pub remind_after_hours: u32,
    /// Hours after which `escalate_to` is called; 0 for never.
    pub escalate_after_hours: u32,
    /// Whom: Slack user ids or names of groups.
    pub escalate_to: Vec<String>,
    /// Days after which a request that nobody decided is cancelled; 0 for never.
    pub expire_after_days: u32,
    /// Hours before the end of a time-boxed approval at which people are told.
    pub notice_before_hours: u32,
    /// What happens to an app at the end of its time-boxed approval.
    pub at_the_end: AtTheEnd,
    /// Groups of approvers that rules may name: Slack user ids by name.
    pub groups: BTreeMap<String, Vec<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            read_every_seconds: 300,
            channel: None,
            second_person: true,
            remind_after_hours: 24,
            escalate_after_hours: 72,
            escalate_to: Vec::new(),
            expire_after_days: 0,
            notice_before_hours: 24,
            at_the_end: AtTheEnd::Clear,
            groups: BTreeMap::new(),
        }
    }
}

/// The settings in force, and what wakes the work.
#[derive(Debug, Default)]
pub struct Desk {
    settings: RwLock<Arc<Settings>>,
    /// Rung when Slack's lists are to be read at once.
    pub(crate) read_now: Notify,
}

impl Desk {
    /// Puts other settings in force.
    pub fn configure(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Settings {
    /// The people that names stand for: user ids, names of groups, and names of accounts as they are.
    pub fn people(&self, names: &[String]) -> BTreeSet<String> {
        let of = |name: &String| self.groups.get(name).cloned().unwrap_or_else(|| vec![name.clone()]);
        names.iter().flat_map(of).collect()
    }
}

/// Who wants to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// As the audit log names them: `user:orla`, `key:4f2a…`, `slack:U061F7AUR`.
    pub name: String,
    /// The name of their account, where they have one.
    pub account: Option<String>,
    /// Who they are in Slack, where known.
    pub slack_user: Option<UserId>,
    /// Whether their role lets them decide.
    pub may_decide: bool,
}

impl Actor {
    /// Whether what stands under this name was done by them, through whichever door they came.
    pub fn is(&self, name: &str) -> bool {
        let same = |prefix: &str, own: Option<&str>| own.is_some() && name.strip_prefix(prefix) == own;
        name == self.name
            || same("user:", self.account.as_deref())
            || same("slack:", self.slack_user.as_ref().map(UserId::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_the_same_in_slack_and_in_the_console() {
        let actor = Actor {
            name: "slack:U07MPWUWB7".to_owned(),
            account: Some("orla".to_owned()),
            slack_user: UserId::new("U07MPWUWB7").ok(),
            may_decide: true,
        };
        let nobody = Actor {
            name: "key:4f2a".to_owned(),
            account: None,
            slack_user: None,
            may_decide: true,
        };
        for (name, is) in [
            ("slack:U07MPWUWB7", true),
            ("user:orla", true),
            ("user:ada", false),
            ("key:4f2a", false),
            ("timer", false),
        ] {
            assert_eq!(actor.is(name), is, "{name}");
        }
        assert!(nobody.is("key:4f2a") && !nobody.is("user:orla") && !nobody.is("slack:U07MPWUWB7"));
    }
}
