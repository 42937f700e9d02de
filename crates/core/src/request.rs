//! `PermissionRequest`: one time the app asks for more, from the draft to the answer in the ledger.
//!
//! A request is what was asked ([`Ask`], never changed) and what happened since ([`Step`]s, only ever
//! added). Its [`State`] is folded from the steps in whatever order they came to be known: the answer
//! of a person can arrive before our own note that Slack was asked at all, after a crash for instance.
//! To add a step: a variant in [`Happening`], its arm in `State::fold`, its sentence in [`words`].

pub mod compose;
pub mod policy;
mod round;
mod state;
mod step;
#[cfg(test)]
mod tests;
pub mod words;

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{InstallationKey, ResourceId, ResourceType, Scope, Timestamp, UserId, catalogue, view::Model};

pub use round::{AskedSummary, RoundSummary, Rounds};
pub use state::{State, StateName, UnknownState};
pub use step::{Happening, Outcome, Step, Via};

/// How long Slack accepts a trigger after the press, in milliseconds (progressive permissions, `trigger_id`).
pub const TRIGGER_LIFE_MS: u64 = 3_000;

/// A request's number, written `PR-2041`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "PR-2041"))]
pub struct RequestId(pub i64);

/// The text is not a request's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request is written as in PR-2041")]
pub struct RequestIdError;

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PR-{}", self.0)
    }
}

impl FromStr for RequestId {
    type Err = RequestIdError;

    fn from_str(text: &str) -> Result<Self, RequestIdError> {
        let number = text.strip_prefix("PR-").unwrap_or_default();
        if !number.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(RequestIdError);
        }
        match number.parse() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(RequestIdError),
        }
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RequestId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Whose permission is asked for. Slack refuses to mix the two in one request (`mixed_scope`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Kind {
    /// The app's own: scopes on resources of the workspace.
    App,
    /// To act for one person: `*:user` scopes.
    Personal,
}

impl Kind {
    /// The kind as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Personal => "personal",
        }
    }

    /// The kind of one scope in a model; `None` where the scope belongs to neither.
    pub fn of(scope: &Scope, model: Model) -> Option<Self> {
        let info = catalogue::find(scope)?;
        let holds = |kind: &str| info.token_kinds.contains(&kind);
        match model {
            Model::Workspace if !holds("workspace") => None,
            Model::Workspace if info.resource_types == [ResourceType::User] => Some(Self::Personal),
            Model::Workspace => Some(Self::App),
            Model::Modern if holds("bot") => Some(Self::App),
            Model::Modern if holds("user") => Some(Self::Personal),
            Model::Modern => None,
        }
    }
}

/// Who drafted a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Author {
    /// Somebody signed in to the console, or an API key, by name.
    Console {
        /// The name.
        name: String,
    },
    /// The person themselves, by the app's slash command.
    Command {
        /// The person.
        user: UserId,
    },
}

/// What is asked, of whom, and in which words. Never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The app in a workspace.
    pub installation: InstallationKey,
    /// Which Slack is asked: the dialog of the Permissions API, or today's authorize page.
    pub model: Model,
    /// Whose permission it is.
    pub kind: Kind,
    /// The person asked; `None` for a message in a channel that anybody there may answer.
    pub user: Option<UserId>,
    /// Where the message goes; `None` for the conversation between the app and the person.
    pub channel: Option<ResourceId>,
    /// The scopes.
    pub scopes: BTreeSet<Scope>,
    /// Those of them that the person may leave out (modern apps only).
    pub optional: BTreeSet<Scope>,
    /// What the message says.
    pub message: String,
    /// What stands on its button.
    pub button: String,
    /// Who drafted it.
    pub author: Author,
    /// When, by this console's clock.
    pub drafted_at: Timestamp,
    /// The request that this one repeats.
    pub again_of: Option<RequestId>,
}

/// A request with all that is known to have happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionRequest {
    /// Its number.
    pub id: RequestId,
    /// What is asked.
    pub ask: Ask,
    steps: Vec<Step>,
    state: State,
}

/// Why a step cannot belong to a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A message was sent twice for one request.
    #[error("the request was offered already")]
    OfferedTwice,
    /// An answer names a press this request knows nothing of.
    #[error("no press of this request led to that answer")]
    UnknownRound,
}

impl PermissionRequest {
    /// A request to which nothing has happened yet.
    pub fn drafted(id: RequestId, ask: Ask) -> Self {
        Self {
            id,
            ask,
            steps: Vec::new(),
            state: State::Drafted,
        }
    }

    /// A request as it was stored: its steps in any order.
    pub fn restored(id: RequestId, ask: Ask, steps: Vec<Step>) -> Self {
        let mut request = Self::drafted(id, ask);
        request.steps = steps;
        request.settle();
        request
    }

    /// Adds what has happened. The same step again changes nothing; one that cannot belong here is refused.
    pub fn record(mut self, step: Step) -> Result<Self, Refused> {
        let key = step.key();
        if self.steps.iter().any(|known| known.key() == key) {
            return Ok(self);
        }
        match &step.what {
            Happening::Offered { .. } if self.steps.iter().any(|s| matches!(s.what, Happening::Offered { .. })) => {
                return Err(Refused::OfferedTwice);
            }
            Happening::Answered { round, .. } | Happening::Lapsed { round } if !self.knows(round) => {
                return Err(Refused::UnknownRound);
            }
            _ => {}
        }
        self.steps.push(step);
        self.settle();
        Ok(self)
    }

    /// What has happened, oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The presses, each with what came of it, oldest first.
    pub fn rounds(&self) -> Rounds {
        Rounds::of(&self.steps)
    }

    fn knows(&self, round: &str) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(&step.what, Happening::Pressed { round: known, .. } if known == round))
    }

    fn settle(&mut self) {
        self.steps.sort_by_cached_key(|step| (step.at, step.rank(), step.key()));
        self.state = State::fold(&self.ask, &self.steps);
    }
}
