//! How much harm a scope can do in the wrong hands: our own judgment, with its reason.
//!
//! Slack publishes no such grading. The rules below are read from top to bottom; the first that
//! fits decides, so what is special stands above what is general.

use serde::{Deserialize, Serialize};

/// Four grades, from harmless to dangerous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Sensitivity {
    /// Names, or acting where the app was asked to act.
    Low,
    /// Facts about people, files or the workspace.
    Medium,
    /// What people wrote, or who they are.
    High,
    /// Private conversations, secrets, or the power to administer.
    Critical,
}

impl Sensitivity {
    /// All four, most sensitive first, the order in which the matrix shows them.
    pub const DESCENDING: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The grade as a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

enum Pattern {
    Exact(&'static str),
    Prefix(&'static str),
    Suffix(&'static str),
}
use Pattern::{Exact, Prefix, Suffix};

const RULES: &[(Pattern, Sensitivity, &str)] = &[
    (Exact("admin"), Sensitivity::Critical, "administers the workspace"),
    (Prefix("admin."), Sensitivity::Critical, "administers the organization"),
    (
        Prefix("auditlogs"),
        Sensitivity::Critical,
        "reads the organization's audit log",
    ),
    (
        Prefix("app_configurations"),
        Sensitivity::Critical,
        "changes how apps are configured",
    ),
    (
        Exact("client"),
        Sensitivity::Critical,
        "acts as the whole Slack client of a person",
    ),
    (
        Exact("seamless.user"),
        Sensitivity::Critical,
        "acts as a person without being asked",
    ),
    (
        Exact("read"),
        Sensitivity::Critical,
        "reads everything the person can read",
    ),
    (
        Exact("groups:history"),
        Sensitivity::Critical,
        "reads what is written in private channels",
    ),
    (
        Exact("mpim:history"),
        Sensitivity::Critical,
        "reads what is written in group messages",
    ),
    (
        Exact("conversations:history"),
        Sensitivity::Critical,
        "reads what is written in every kind of conversation",
    ),
    (
        Prefix("search:read"),
        Sensitivity::Critical,
        "searches everything the person can read",
    ),
    (
        Exact("channels:history"),
        Sensitivity::High,
        "reads what is written in public channels",
    ),
    (
        Exact("im:history"),
        Sensitivity::High,
        "reads direct messages with the app",
    ),
    (
        Exact("users:read.email"),
        Sensitivity::High,
        "reads people's e-mail addresses",
    ),
    (
        Exact("identity.email"),
        Sensitivity::High,
        "reads the person's e-mail address",
    ),
    (Exact("email"), Sensitivity::High, "reads the person's e-mail address"),
    (Exact("files:read"), Sensitivity::High, "reads files people shared"),
    (
        Prefix("users.profile:write"),
        Sensitivity::High,
        "changes how a person appears to others",
    ),
    (
        Exact("users:write"),
        Sensitivity::High,
        "changes how a person appears to others",
    ),
    (Exact("chat:write:user"), Sensitivity::High, "writes in a person's name"),
    (
        Exact("chat:write.customize"),
        Sensitivity::High,
        "writes under any name and picture",
    ),
    (Exact("post"), Sensitivity::High, "writes in a person's name"),
    (
        Exact("conversations.connect:manage"),
        Sensitivity::High,
        "opens channels to other organizations",
    ),
    (
        Exact("conversations.connect:write"),
        Sensitivity::High,
        "invites other organizations into channels",
    ),
    (
        Exact("metadata.message:read"),
        Sensitivity::High,
        "reads data attached to messages",
    ),
    (
        Exact("canvases:read"),
        Sensitivity::High,
        "reads documents people wrote",
    ),
    (Exact("lists:read"), Sensitivity::High, "reads lists people keep"),
    (
        Prefix("datastore"),
        Sensitivity::Medium,
        "reads or changes the app's own stored data",
    ),
    (
        Exact("bot"),
        Sensitivity::Medium,
        "adds a bot with a fixed set of powers",
    ),
    (
        Exact("incoming-webhook"),
        Sensitivity::Low,
        "posts to one chosen conversation",
    ),
    (
        Exact("commands"),
        Sensitivity::Low,
        "adds slash commands people choose to use",
    ),
    (
        Exact("chat:write"),
        Sensitivity::Low,
        "writes under its own name where it was added",
    ),
    (Exact("chat:write:bot"), Sensitivity::Low, "writes under its own name"),
    (
        Exact("chat:write.public"),
        Sensitivity::Medium,
        "writes in public channels it was not added to",
    ),
    (
        Exact("app_mentions:read"),
        Sensitivity::Low,
        "reads messages that mention it",
    ),
    (Exact("emoji:read"), Sensitivity::Low, "reads the list of custom emoji"),
    (Exact("reactions:read"), Sensitivity::Low, "reads emoji reactions"),
    (
        Exact("channels:read"),
        Sensitivity::Low,
        "reads names and facts of public channels",
    ),
    (
        Exact("im:read"),
        Sensitivity::Low,
        "reads which direct messages it is in",
    ),
    (
        Exact("team:read"),
        Sensitivity::Low,
        "reads the workspace's name and icon",
    ),
    (
        Exact("dnd:read"),
        Sensitivity::Low,
        "reads when people wish not to be disturbed",
    ),
    (Prefix("openid"), Sensitivity::Low, "learns who signs in"),
    (
        Prefix("users:read"),
        Sensitivity::Medium,
        "reads who the people of the workspace are",
    ),
    (
        Exact("groups:read"),
        Sensitivity::Medium,
        "reads names of private channels it was added to",
    ),
    (Suffix(":history"), Sensitivity::High, "reads what people wrote"),
    (Suffix(":manage"), Sensitivity::High, "manages conversations"),
    (Suffix(":write"), Sensitivity::Medium, "changes things other people see"),
    (Suffix(":read"), Sensitivity::Medium, "reads facts about the workspace"),
];

/// The grade of a scope name and why. Unknown scopes are graded [`Sensitivity::High`]:
/// what nobody has judged is not harmless.
pub fn judge(name: &str) -> (Sensitivity, &'static str) {
    // The user and topic/invites variants are judged as the scope they narrow.
    let general = name
        .strip_suffix(":user")
        .filter(|_| name != "chat:write:user")
        .unwrap_or(name);
    let fits = |pattern: &Pattern| match *pattern {
        Exact(text) => general == text,
        Prefix(text) => general.starts_with(text),
        Suffix(text) => general.ends_with(text),
    };
    if let Some((_, grade, reason)) = RULES.iter().find(|(pattern, _, _)| fits(pattern)) {
        return (*grade, reason);
    }
    if general.contains(":write.") || general.contains(":write:") || general.contains(":join") {
        return (Sensitivity::Medium, "changes things other people see");
    }
    if general.starts_with("identity") || general == "profile" || general == "identify" {
        return (Sensitivity::Medium, "learns who the person is");
    }
    (Sensitivity::High, "not judged yet, so not taken for harmless")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_private_conversations_is_critical_and_what_posts_is_not() {
        assert_eq!(judge("groups:history").0, Sensitivity::Critical);
        assert_eq!(judge("channels:history").0, Sensitivity::High);
        assert_eq!(judge("users:read").0, Sensitivity::Medium);
        assert_eq!(judge("commands").0, Sensitivity::Low);
        assert_eq!(judge("reminders:write:user").0, Sensitivity::Medium);
        assert_eq!(judge("brand.new:thing").0, Sensitivity::High);
    }

    #[test]
    fn every_catalogued_scope_has_a_grade_and_a_reason() {
        for info in crate::catalogue::all() {
            assert!(!info.sensitivity().1.is_empty(), "{}", info.name);
        }
    }
}
