//! `Step`: one thing that happened to a request, known by a key under which it happens once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Fact, ResourceId, Scope, Timestamp, UserId, ledger::Draft};

/// How a person set a request off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Via {
    /// A message button or menu.
    Button,
    /// A slash command.
    Command,
    /// Our link to the authorize page (modern apps).
    Link,
}

/// What came of asking Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Outcome {
    /// `ok: true`: the dialog, or the authorize page, was shown.
    Presented,
    /// Slack refused; nothing was shown.
    Refused {
        /// Slack's code, or ours where the call was never sent (`no_token`).
        code: String,
    },
    /// No answer that can be read: the dialog may be open all the same.
    Lost {
        /// `no_answer_in_time`, `http_502`, `answer_not_json` …
        code: String,
    },
}

/// What happened. A `round` is one press and all that follows from it: the `trigger_id` in the legacy
/// model, the install attempt's id in the modern one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Happening {
    /// The message with the button reached the conversation.
    Offered {
        /// The conversation.
        channel: ResourceId,
        /// The message's `ts`.
        message_ts: String,
    },
    /// The message could not be sent.
    NotOffered {
        /// Slack's code, or ours.
        code: String,
    },
    /// A person acted.
    Pressed {
        /// The round it begins.
        round: String,
        /// Who; unknown until Slack tells, for a link.
        user: Option<UserId>,
        /// How.
        via: Via,
        /// When Slack says the trigger was issued (`action_ts`).
        issued_at: Option<Timestamp>,
    },
    /// Slack was asked to show its dialog.
    Asked {
        /// The round.
        round: String,
        /// Which process's call it was; a press delivered twice may be asked by two replicas.
        call: String,
        /// From the interaction's arrival to the verified signature, in microseconds.
        verified_us: u64,
        /// From the interaction's arrival to the call's leaving, in microseconds.
        left_us: u64,
        /// From the interaction's arrival to Slack's answer, in microseconds.
        answered_us: u64,
        /// The trigger's age when the call left, by the two clocks, in milliseconds.
        age_ms: u64,
        /// What came of it.
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// The person answered.
    Answered {
        /// The round.
        round: String,
        /// Slack's `event_id`, or the attempt's id for the modern model.
        event_id: String,
        /// Who answered, where Slack says.
        user: Option<UserId>,
        /// What was granted; empty for a refusal.
        granted: BTreeSet<Scope>,
        /// What was refused; empty where all was granted.
        denied: BTreeSet<Scope>,
    },
    /// Nobody answered in time; an answer that comes later counts all the same.
    Lapsed {
        /// The round.
        round: String,
    },
}

/// Something that happened, and when by this console's clock (`event_time` for answers).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

impl Step {
    /// The name under which this happens once: storing it twice stores it once.
    pub fn key(&self) -> String {
        match &self.what {
            Happening::Offered { .. } => "offered".to_owned(),
            Happening::NotOffered { .. } => "not_offered".to_owned(),
            Happening::Pressed { round, .. } => format!("pressed:{round}"),
            Happening::Asked { round, call, .. } => format!("asked:{round}:{call}"),
            Happening::Answered { round, event_id, .. } => format!("answered:{round}:{event_id}"),
            Happening::Lapsed { round } => format!("lapsed:{round}"),
        }
    }

    /// The round it belongs to.
    pub fn round(&self) -> Option<&str> {
        match &self.what {
            Happening::Offered { .. } | Happening::NotOffered { .. } => None,
            Happening::Pressed { round, .. }
            | Happening::Asked { round, .. }
            | Happening::Answered { round, .. }
            | Happening::Lapsed { round } => Some(round),
        }
    }

    /// The order of steps that share a moment: answers carry whole seconds only.
    pub(super) const fn rank(&self) -> u8 {
        match self.what {
            Happening::Offered { .. } | Happening::NotOffered { .. } => 0,
            Happening::Pressed { .. } => 1,
            Happening::Asked { .. } => 2,
            Happening::Answered { .. } => 3,
            Happening::Lapsed { .. } => 4,
        }
    }
}

impl Step {
    /// The answer that a ledger entry tells of, with its round; `None` for a fact without a trigger.
    ///
    /// Slack dates events to the second. Where the entry came within that second its arrival tells the
    /// moment more exactly; where it came later (a retry), the second is all that is known.
    pub fn answering(draft: &Draft) -> Option<(String, Self)> {
        let round = draft.fact.trigger_id()?.to_owned();
        let scopes = draft.fact.scopes();
        let (user, granted, denied) = match &draft.fact {
            Fact::ScopeGranted { .. } => (None, scopes, BTreeSet::new()),
            Fact::ScopeDenied { .. } => (None, BTreeSet::new(), scopes),
            Fact::UserResourceGranted { user, .. } => (Some(user.clone()), scopes, BTreeSet::new()),
            Fact::UserResourceDenied { user, .. } => (Some(user.clone()), BTreeSet::new(), scopes),
            _ => return None,
        };
        let second = draft.key.at();
        let last = Timestamp::from_micros(second.plus_seconds(1).micros() - 1);
        let at = if draft.recorded_at > last {
            second
        } else {
            draft.recorded_at.max(second)
        };
        let what = Happening::Answered {
            round: round.clone(),
            event_id: draft.key.event_id.clone(),
            user,
            granted,
            denied,
        };
        Some((round, Self { at, what }))
    }
}
