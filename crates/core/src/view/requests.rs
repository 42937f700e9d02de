//! Documents about permission requests: the list, one request's story, and the draft of a new one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    AppSlug, InstallationKey, ResourceId, Scope, Tenant, Timestamp, UserId,
    request::{Author, Kind, RequestId, StateName, Via, compose::Gain, policy::NotNow},
};

use super::{EntryView, Model};

/// One request, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestView {
    /// `PR-2041`.
    pub id: RequestId,
    /// The app in a workspace.
    pub installation: InstallationKey,
    /// The app.
    pub app: AppSlug,
    /// Its name.
    pub app_name: String,
    /// The workspace or organization.
    pub tenant: Tenant,
    /// Its name.
    pub tenant_name: String,
    /// Which Slack is asked.
    pub model: Model,
    /// Whose permission it is.
    pub kind: Kind,
    /// The person asked; absent for a message to a whole channel.
    pub user: Option<UserId>,
    /// Their name, where known.
    pub user_name: Option<String>,
    /// The conversation of the message; absent for the one between app and person, while it is not known.
    pub channel: Option<ResourceId>,
    /// Its name, where known.
    pub channel_name: Option<String>,
    /// What is asked.
    pub scopes: Vec<Scope>,
    /// What of it was granted in answer.
    pub granted: Vec<Scope>,
    /// How it stands.
    pub state: StateName,
    /// The same in a sentence, with what to do next.
    pub sentence: String,
    /// Slack's code or ours, for what failed.
    pub code: Option<String>,
    /// The trigger's age, for what expired, in milliseconds.
    pub delay_ms: Option<u64>,
    /// From the press that was answered to its answer, in milliseconds. Slack dates answers to the second.
    pub took_ms: Option<u64>,
    /// How often it was pressed.
    pub presses: u64,
    /// Who drafted it.
    pub author: Author,
    /// The author's name for people: the console user's, or the person's.
    pub author_name: String,
    /// When.
    pub drafted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The request it repeats.
    pub again_of: Option<RequestId>,
}

/// One request with all that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestStory {
    /// The request.
    pub request: RequestView,
    /// What the message says.
    pub message: String,
    /// What stands on its button.
    pub button: String,
    /// Those scopes that may be left out (modern apps).
    pub optional: Vec<Scope>,
    /// The milestones from draft to ledger, in order; what has not come yet has no moment.
    pub milestones: Vec<Milestone>,
    /// What happened, oldest first, console's notes and ledger entries together.
    pub story: Vec<StoryStep>,
    /// The presses, oldest first, with their three seconds.
    pub rounds: Vec<RoundView>,
    /// The ledger entries it led to, oldest first.
    pub entries: Vec<EntryView>,
    /// What it changed, scope by scope.
    pub changes: Vec<ScopeChange>,
    /// Whether the same may be asked again now.
    pub again: AgainView,
    /// Names of ids above, where known.
    pub names: BTreeMap<String, String>,
}

/// One milestone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Milestone {
    /// Which: `drafted`, `offered`, `pressed`, `asked`, `answered`, `applied`, `recorded`.
    pub name: String,
    /// Its title for people.
    pub title: String,
    /// One line below it; empty where there is none.
    pub detail: String,
    /// When; absent while it has not come.
    pub at: Option<Timestamp>,
    /// How it went.
    pub mood: Mood,
}

/// How something went, for its colour and icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Mood {
    /// Well.
    Good,
    /// The person said no.
    Denied,
    /// It failed.
    Bad,
    /// Too late.
    Late,
    /// It is awaited.
    Waiting,
    /// It has not come, and nothing says that it will.
    Open,
    /// A plain fact.
    Neutral,
}

/// One line of a request's story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoryStep {
    /// When.
    pub at: Timestamp,
    /// Whether `at` has whole seconds only, as Slack's events do.
    pub whole_seconds: bool,
    /// Which kind: `drafted`, `offered`, `not_offered`, `pressed`, `asked`, `answered`, `lapsed`, or a ledger
    /// entry's kind.
    pub kind: String,
    /// What happened, in a sentence; parts in backquotes are code.
    pub sentence: String,
    /// Where the fact comes from: `console`, `outbox`, `interaction`, a method's name, `event`, `oauth`.
    pub source: String,
    /// Further marks: a callback id, `HTTP 200, ok`, an event id, an entry's number.
    pub marks: Vec<String>,
    /// How it went.
    pub mood: Mood,
    /// The ledger entry's number, where it is one.
    pub seq: Option<u64>,
}

/// One press, with its three seconds to scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundView {
    /// The `trigger_id`, or the install attempt's id.
    pub round: String,
    /// When the press arrived here.
    pub pressed_at: Timestamp,
    /// Who.
    pub user: Option<UserId>,
    /// Their name, where known.
    pub user_name: Option<String>,
    /// How.
    pub via: Via,
    /// The age of the trigger when the press arrived, in milliseconds, by Slack's clock and ours.
    pub age_ms: Option<u64>,
    /// From arrival to the verified signature, in microseconds.
    pub verified_us: Option<u64>,
    /// From arrival to the call's leaving, in microseconds.
    pub left_us: Option<u64>,
    /// From arrival to Slack's answer, in microseconds.
    pub answered_us: Option<u64>,
    /// How the call went: `presented`, `refused`, `lost`; absent for a link or while nothing is known.
    pub outcome: Option<String>,
    /// Slack's code or ours, where it did not go well.
    pub code: Option<String>,
    /// Whether the call was in time.
    pub mood: Mood,
    /// The same in a sentence.
    pub sentence: String,
}

/// What became of one scope that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopeChange {
    /// The scope.
    pub scope: Scope,
    /// Whether the request brought it.
    pub granted: bool,
    /// So many resources it works on now.
    pub resources: u64,
}

/// Whether a request may be repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgainView {
    /// Yes or no.
    pub allowed: bool,
    /// Why not, in a sentence.
    pub reason: Option<String>,
    /// From when on.
    pub until: Option<Timestamp>,
}

impl AgainView {
    /// From the limits' verdict.
    pub fn of(verdict: Result<(), NotNow>) -> Self {
        match verdict {
            Ok(()) => Self {
                allowed: true,
                reason: None,
                until: None,
            },
            Err(not_now) => Self {
                allowed: false,
                until: match &not_now {
                    NotNow::StillOpen { .. } => None,
                    NotNow::CoolingDown { until, .. } | NotNow::TooMany { until, .. } => Some(*until),
                },
                reason: Some(not_now.to_string()),
            },
        }
    }
}

/// A request to be drafted and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRequest {
    /// The app in a workspace.
    pub installation: InstallationKey,
    /// Whom to ask.
    #[serde(default)]
    pub user: Option<UserId>,
    /// Where to write; absent for the conversation between the app and the person.
    #[serde(default)]
    pub channel: Option<ResourceId>,
    /// For what.
    pub scopes: BTreeSet<Scope>,
    /// What the person may leave out (modern apps only).
    #[serde(default)]
    pub optional: BTreeSet<Scope>,
    /// In which words; absent for a text made from the scopes.
    #[serde(default)]
    pub message: Option<String>,
    /// With which button; absent for a text made from the scopes.
    #[serde(default)]
    pub button: Option<String>,
    /// The request that this one repeats.
    #[serde(default)]
    pub again_of: Option<RequestId>,
}

/// What a draft would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewView {
    /// Whether it can be sent as it is.
    pub ready: bool,
    /// What must be mended first.
    pub mistakes: Vec<MistakeView>,
    /// Whose permission it is; absent while the scopes do not say.
    pub kind: Option<Kind>,
    /// What each scope would newly reach.
    pub gains: Vec<Gain>,
    /// The message as it would be sent.
    pub message: String,
    /// The button as it would be sent.
    pub button: String,
    /// Whether the limits on asking allow it now.
    pub limits: AgainView,
}

/// One thing to be mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MistakeView {
    /// Stable, for programs: `mixed_scope`.
    pub code: String,
    /// In a sentence.
    pub sentence: String,
}

/// Somebody who can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonView {
    /// Their id.
    pub id: UserId,
    /// Their name, where known.
    pub name: Option<String>,
}

/// A press or command that belongs to no request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StrayView {
    /// When it arrived.
    pub at: Timestamp,
    /// The app.
    pub app: AppSlug,
    /// The workspace, where it named one.
    pub tenant: Option<Tenant>,
    /// Who.
    pub user: Option<UserId>,
    /// `interactive_message`, `block_actions`, `slash_command`.
    pub kind: String,
    /// `unknown_callback`, `forged_value`, `other_installation`, `no_trigger` …
    pub code: String,
    /// The same in a sentence.
    pub sentence: String,
    /// The message's `callback_id` or the command, cut to 100 characters.
    pub subject: String,
}

/// What the live stream sends about requests (`event: request`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestNotice {
    /// Which.
    pub request: RequestId,
    /// The app in a workspace.
    pub installation: InstallationKey,
    /// How it stands now.
    pub state: StateName,
}
