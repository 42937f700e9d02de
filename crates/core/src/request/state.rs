//! `State`: how a request stands, folded from its steps.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Scope, Timestamp};

use super::{
    Ask, Happening, Outcome, Step, TRIGGER_LIFE_MS,
    round::{RoundSummary, Rounds},
};

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Written, not yet sent.
    Drafted,
    /// The message with the button is in the conversation.
    Offered {
        /// Since when.
        at: Timestamp,
    },
    /// A person acted; Slack's answer to our call is not known yet.
    Triggered {
        /// When.
        at: Timestamp,
    },
    /// Slack shows its dialog.
    Presented {
        /// Since when.
        at: Timestamp,
    },
    /// All that was asked was granted.
    Granted {
        /// When.
        at: Timestamp,
    },
    /// Some of it was.
    PartlyGranted {
        /// When.
        at: Timestamp,
        /// What was.
        granted: BTreeSet<Scope>,
        /// What was not.
        missing: BTreeSet<Scope>,
    },
    /// The person said no. What was granted before stands.
    Denied {
        /// When.
        at: Timestamp,
    },
    /// The dialog was shown and nobody answered.
    Unanswered {
        /// When that was concluded.
        at: Timestamp,
    },
    /// The trigger was too old when it was spent.
    Expired {
        /// When.
        at: Timestamp,
        /// Its age, in milliseconds; Slack accepts 3,000.
        delay_ms: u64,
    },
    /// Slack refused, or could not be asked.
    Failed {
        /// When.
        at: Timestamp,
        /// Slack's code, or ours.
        code: String,
    },
}

macro_rules! state_names {
    ($($variant:ident = $name:literal,)*) => {
        /// A state without its particulars: what lists are filtered by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum StateName {
            $(#[doc = concat!("`", $name, "`, see [`State`].")] $variant,)*
        }

        impl StateName {
            /// All of them, in the order of a request's life.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, stable: it is stored, filtered by and shown.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl State {
            /// The state without its particulars.
            pub const fn name(&self) -> StateName {
                match self {
                    $(Self::$variant { .. } => StateName::$variant,)*
                }
            }
        }
    };
}

state_names! {
    Drafted = "drafted",
    Offered = "offered",
    Triggered = "triggered",
    Presented = "presented",
    Granted = "granted",
    PartlyGranted = "partly_granted",
    Denied = "denied",
    Unanswered = "unanswered",
    Expired = "expired",
    Failed = "failed",
}

impl StateName {
    /// Whether nothing more is to come unless a person presses again.
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Drafted | Self::Offered | Self::Triggered | Self::Presented)
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the state of a request")]
pub struct UnknownState(String);

impl FromStr for StateName {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL
            .iter()
            .copied()
            .find(|name| name.as_str() == text)
            .ok_or_else(|| UnknownState(text.to_owned()))
    }
}

impl State {
    /// How a request stands after these steps. What was ever granted counts for good; otherwise the
    /// latest press decides.
    pub(super) fn fold(ask: &Ask, steps: &[Step]) -> Self {
        let rounds = Rounds::of(steps);
        let granted: BTreeSet<Scope> = rounds
            .iter()
            .flat_map(|round| &round.granted)
            .filter(|scope| ask.scopes.contains(*scope))
            .cloned()
            .collect();
        if !granted.is_empty() {
            let at = rounds
                .iter()
                .filter(|round| !round.granted.is_empty())
                .filter_map(|round| round.answered_at)
                .max()
                .unwrap_or_default();
            let missing: BTreeSet<Scope> = ask.scopes.difference(&granted).cloned().collect();
            return if missing.is_empty() {
                Self::Granted { at }
            } else {
                Self::PartlyGranted { at, granted, missing }
            };
        }
        match rounds.last() {
            Some(round) => Self::of_round(round),
            None => Self::before_any_press(steps),
        }
    }

    fn before_any_press(steps: &[Step]) -> Self {
        steps.iter().rev().fold(Self::Drafted, |state, step| match &step.what {
            Happening::Offered { .. } => Self::Offered { at: step.at },
            Happening::NotOffered { code } if state == Self::Drafted => Self::Failed {
                at: step.at,
                code: code.clone(),
            },
            _ => state,
        })
    }

    fn of_round(round: &RoundSummary) -> Self {
        if let Some(at) = round.answered_at {
            return Self::Denied { at };
        }
        let Some(asked) = &round.asked else {
            return match round.lapsed_at {
                Some(at) => Self::Failed {
                    at,
                    code: "interrupted".to_owned(),
                },
                None => Self::Triggered { at: round.pressed_at },
            };
        };
        let at = asked.at;
        match &asked.outcome {
            Outcome::Presented => match round.lapsed_at {
                Some(at) => Self::Unanswered { at },
                None => Self::Presented { at },
            },
            Outcome::Refused { code } | Outcome::Lost { code } => match asked.expired_ms() {
                Some(delay_ms) => Self::Expired { at, delay_ms },
                None => Self::Failed { at, code: code.clone() },
            },
        }
    }
}

/// Whether a refusal means that the trigger was too old. The Permissions API has no code for that and
/// answers as for a wrong trigger (apps.permissions.request, errors); other methods do have one.
pub(super) fn is_late(code: &str, age_ms: u64) -> bool {
    match code {
        "trigger_expired" | "expired_trigger_id" => true,
        "invalid_trigger" | "invalid_trigger_id" => age_ms >= TRIGGER_LIFE_MS,
        _ => false,
    }
}
