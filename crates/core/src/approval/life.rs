//! The life of an app request: what happens to it, and what may follow what.
//!
//! ```text
//! new --judged--> open --decided--> deciding --acknowledged--> settled
//!  \--------------judged and decided--^  \--refused--> open
//! anything but settled --noticed--> settled        (somebody decided elsewhere)
//! settled --reopened--> open                       (Slack still lists it as pending)
//! ```
//!
//! Each [`Happening`] is kept for ever; the state is what they lead to, one after the other.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

use super::{Decision, Resolver, RuleRef};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequestOutcome))]
pub enum Outcome {
    /// The app is approved where it was asked for.
    Approved,
    /// It is restricted.
    Restricted,
    /// The request was dismissed or withdrawn; the app stays undecided.
    Cancelled,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequestState))]
pub enum State {
    /// It arrived, and the rules have not been asked.
    New,
    /// It waits for a person.
    Open,
    /// It is decided here, and Slack has not confirmed that.
    Deciding,
    /// Slack has approved it.
    Approved,
    /// Slack has restricted it.
    Restricted,
    /// Slack has it no more, and nothing was resolved.
    Cancelled,
}

/// By which way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequestWay))]
pub enum Way {
    /// `app_requested`.
    Event,
    /// `admin.apps.requests.list`.
    Poll,
}

impl Outcome {
    /// The outcome as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Restricted => "restricted",
            Self::Cancelled => "cancelled",
        }
    }

    /// What a decision leads to; `None` for one that leaves it to people.
    pub const fn of(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Approve(_) => Some(Self::Approved),
            Decision::Restrict { .. } => Some(Self::Restricted),
            Decision::Cancel { .. } => Some(Self::Cancelled),
            Decision::Ask { .. } => None,
        }
    }
}

/// Something that happened to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequestHappening))]
pub enum Happening {
    /// It arrived.
    Arrived {
        /// By which way.
        way: Way,
    },
    /// The rules were asked. Where they leave it to people, it is open now.
    Judged {
        /// The rule that fits, none where none does.
        rule: Option<RuleRef>,
        /// The version of the rules.
        version: u64,
        /// What they say.
        decision: Decision,
    },
    /// One of several people who must agree has voted.
    Voted {
        /// Who, as the audit log names them.
        by: String,
        /// How.
        outcome: Outcome,
        /// Why.
        reason: String,
    },
    /// It is decided here.
    Decided {
        /// By whom: `rule:internal-apps`, `user:orla`, `key:4f2a…`, `slack:U061F7AUR`, `timer`.
        by: String,
        /// What.
        decision: Decision,
        /// Why, as the requester is told.
        reason: String,
    },
    /// Slack did it.
    Acknowledged {
        /// What was done.
        outcome: Outcome,
        /// Where not by a plain yes: the code that told that it was done already, as `request_already_resolved`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// Slack refused for good: it waits for a person again.
    Refused {
        /// Slack's code, or ours.
        code: String,
    },
    /// It is no longer pending at Slack, and nobody decided here, or something else came of it.
    Noticed {
        /// What Slack's lists show.
        outcome: Outcome,
        /// Who resolved it, where Slack says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Resolver>,
    },
    /// Slack's own lists were read afterwards: what they show, which is what was decided unless somebody has
    /// changed it since.
    Seen {
        /// Which.
        outcome: Outcome,
    },
    /// Slack lists it as pending although it was settled: it waits for a person again.
    Reopened,
    /// It was posted to the approvers' channel.
    Posted {
        /// Where.
        channel: String,
        /// Slack's name of the message.
        ts: String,
    },
    /// The requester was asked why they need it.
    AskedWhy {
        /// By whom.
        by: String,
        /// In which words.
        text: String,
    },
    /// The requester was told the outcome.
    Told {
        /// Which outcome.
        outcome: Outcome,
    },
    /// Something that Slack was to be told did not reach it: a message or the end of an approval, not the decision.
    Unsent {
        /// In the approvers' channel: `post`, `update`, `remind` or `ending`. To the requester: `tell`, `ask_why`,
        /// `ending` or `ended`. The end of a time-boxed approval itself: `end`.
        message: String,
        /// Slack's code, or ours.
        code: String,
    },
    /// Approvers were reminded that it waits.
    Reminded,
    /// It waited too long: others were called.
    Escalated {
        /// Whom: Slack user ids or names of groups.
        to: Vec<String>,
    },
    /// The end of a time-boxed approval comes near, and people were told.
    EndingSoon {
        /// When it ends.
        at: Timestamp,
    },
    /// A time-boxed approval was made to last longer.
    Extended {
        /// By whom.
        by: String,
        /// Until when.
        until: Timestamp,
    },
    /// A time-boxed approval has ended.
    Ended {
        /// What ended it at Slack: `clear` or `restrict`.
        how: String,
    },
}

/// A happening that cannot follow on a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request that is {} cannot be {happening}", state.as_str())]
pub struct OutOfTurn {
    /// The state it is in.
    pub state: State,
    /// What was to happen.
    pub happening: &'static str,
}

impl State {
    /// The state as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Deciding => "deciding",
            Self::Approved => "approved",
            Self::Restricted => "restricted",
            Self::Cancelled => "cancelled",
        }
    }

    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::Open,
        Self::Deciding,
        Self::Approved,
        Self::Restricted,
        Self::Cancelled,
    ];

    /// Whether Slack has it no more as pending.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Approved | Self::Restricted | Self::Cancelled)
    }

    /// The state after `happening`.
    ///
    /// # Errors
    ///
    /// Fails where it cannot happen now: a decision on what is decided, a yes of Slack's on what nobody asked for.
    pub fn after(self, happening: &Happening) -> Result<Self, OutOfTurn> {
        let refused = Err(OutOfTurn {
            state: self,
            happening: happening.as_str(),
        });
        match happening {
            Happening::Judged { .. } if self == Self::New => Ok(Self::Open),
            Happening::Voted { .. } | Happening::Decided { .. } if self == Self::Open => {
                let is_final = matches!(happening, Happening::Decided { .. });
                Ok(if is_final { Self::Deciding } else { Self::Open })
            }
            Happening::Acknowledged { outcome, .. } if self == Self::Deciding => Ok((*outcome).into()),
            Happening::Refused { .. } if self == Self::Deciding => Ok(Self::Open),
            Happening::Noticed { outcome, .. } if !self.is_settled() => Ok((*outcome).into()),
            Happening::Reopened if self.is_settled() => Ok(Self::Open),
            Happening::Judged { .. }
            | Happening::Reopened
            | Happening::Voted { .. }
            | Happening::Decided { .. }
            | Happening::Acknowledged { .. }
            | Happening::Refused { .. }
            | Happening::Noticed { .. } => refused,
            _ => Ok(self),
        }
    }
}

impl From<Outcome> for State {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Approved => Self::Approved,
            Outcome::Restricted => Self::Restricted,
            Outcome::Cancelled => Self::Cancelled,
        }
    }
}

impl Happening {
    /// What happened, as a stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Arrived { .. } => "arrived",
            Self::Judged { .. } => "judged",
            Self::Voted { .. } => "voted",
            Self::Decided { .. } => "decided",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Refused { .. } => "refused",
            Self::Noticed { .. } => "noticed",
            Self::Seen { .. } => "seen",
            Self::Reopened => "reopened",
            Self::Posted { .. } => "posted",
            Self::AskedWhy { .. } => "asked_why",
            Self::Told { .. } => "told",
            Self::Unsent { .. } => "unsent",
            Self::Reminded => "reminded",
            Self::Escalated { .. } => "escalated",
            Self::EndingSoon { .. } => "ending_soon",
            Self::Extended { .. } => "extended",
            Self::Ended { .. } => "ended",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cancel() -> Decision {
        Decision::Cancel { reason: String::new() }
    }

    fn judged() -> Happening {
        Happening::Judged {
            rule: None,
            version: 1,
            decision: cancel(),
        }
    }

    fn decided() -> Happening {
        Happening::Decided {
            by: "user:orla".to_owned(),
            decision: cancel(),
            reason: String::new(),
        }
    }

    fn noticed(outcome: Outcome) -> Happening {
        Happening::Noticed { outcome, by: None }
    }

    #[test]
    fn a_request_is_judged_decided_and_acknowledged_once() {
        let yes = Happening::Acknowledged {
            outcome: Outcome::Cancelled,
            code: None,
        };
        let open = State::New.after(&judged()).unwrap();
        let deciding = open.after(&decided()).unwrap();
        assert_eq!((open, deciding), (State::Open, State::Deciding));
        assert_eq!(deciding.after(&yes), Ok(State::Cancelled));
        for (state, happening) in [
            (State::Open, judged()),
            (State::New, decided()),
            (State::Deciding, decided()),
            (State::Cancelled, decided()),
            (State::Cancelled, yes.clone()),
            (State::Open, yes),
        ] {
            assert!(state.after(&happening).is_err(), "{state:?} {happening:?}");
        }
    }

    #[test]
    fn what_slack_refuses_waits_for_a_person_again() {
        let refused = Happening::Refused {
            code: "app_restricted_org_wide".to_owned(),
        };
        assert_eq!(State::Deciding.after(&refused), Ok(State::Open));
        assert!(State::Open.after(&refused).is_err());
    }

    #[test]
    fn a_decision_taken_elsewhere_settles_whatever_is_not_settled() {
        for state in State::ALL {
            let after = state.after(&noticed(Outcome::Restricted));
            assert_eq!(after.is_ok(), !state.is_settled(), "{state:?}");
        }
    }

    #[test]
    fn messages_change_no_state() {
        for state in State::ALL {
            assert_eq!(state.after(&Happening::Reminded), Ok(state));
            assert_eq!(state.after(&Happening::Arrived { way: Way::Poll }), Ok(state));
        }
    }
}
