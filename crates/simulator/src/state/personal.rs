//! What an app did on behalf of people: profile fields, reminders, pauses of notifications.

use std::collections::BTreeMap;

use grantbook_core::{AppId, TeamId, Timestamp, UserId};
use serde_json::{Map, Value};

/// The traces of acting for people.
#[derive(Clone, Debug, Default)]
pub struct Personal {
    /// What was written into profiles.
    pub profiles: BTreeMap<UserId, Map<String, Value>>,
    /// Reminders, oldest first.
    pub reminders: Vec<Reminder>,
    /// Until when somebody wants no notifications in a workspace.
    pub snoozes: BTreeMap<(TeamId, UserId), Timestamp>,
}

/// A reminder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// `Rm…`.
    pub id: String,
    /// The app that made it.
    pub creator: AppId,
    /// The workspace.
    pub team: TeamId,
    /// Whose it is.
    pub user: UserId,
    /// What of.
    pub text: String,
    /// When it is due, in seconds.
    pub time: i64,
    /// When it was ticked off.
    pub complete: Option<Timestamp>,
}
