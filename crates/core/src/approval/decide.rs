//! `decide`: the first rule that fits, and what follows from it for this request.

use serde::{Deserialize, Serialize};

use crate::Scope;

use super::{Action, AppRequest, Because, Level, Need, Rule, Rules};

/// Which rule decided a request. Its reasons are worked out when they are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'a> {
    pub(super) rules: &'a Rules,
    pub(super) request: &'a AppRequest,
    pub(super) at: Option<usize>,
}

/// What an approval gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ApprovedScopes))]
pub struct Approved {
    /// Approved for the app's own user (`bot_scopes`).
    pub bot_scopes: Vec<Scope>,
    /// Approved for people (`user_scopes`).
    pub user_scopes: Vec<Scope>,
    /// Approved for other token types, for which `admin.apps.approve` has no parameter.
    pub other_scopes: Vec<Scope>,
    /// Optional ones that are not approved, of whatever token type.
    pub withheld: Vec<Scope>,
    /// At which level.
    pub level: Level,
    /// For how many days.
    pub for_days: Option<u32>,
}

/// What is to be done with one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppDecision))]
pub enum Decision {
    /// Approve.
    Approve(Approved),
    /// Restrict.
    Restrict {
        /// At which level.
        level: Level,
        /// What the requester is told.
        reason: String,
    },
    /// Dismiss.
    Cancel {
        /// What the requester is told.
        reason: String,
    },
    /// Leave to people.
    Ask {
        /// Whom; empty asks everybody who may approve.
        whom: Vec<String>,
        /// Whether one is enough.
        need: Need,
        /// Whether they have to say why.
        reason_required: bool,
    },
}

impl Decision {
    /// The decision as a stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Approve(_) => "approve",
            Self::Restrict { .. } => "restrict",
            Self::Cancel { .. } => "cancel",
            Self::Ask { .. } => "ask",
        }
    }

    /// Whether both do the same to the app and the request; only the words told may differ.
    pub fn same_effect(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Restrict { level: a, .. }, Self::Restrict { level: b, .. }) => a == b,
            (Self::Cancel { .. }, Self::Cancel { .. }) => true,
            _ => self == other,
        }
    }
}

/// The first rule in force that fits the request decides. For very many requests there is [`super::Compiled`].
pub fn decide<'a>(rules: &'a Rules, request: &'a AppRequest) -> Verdict<'a> {
    let fits = |(_, rule): &(usize, &Rule)| rule.enabled && rule.when.holds(request);
    let first = rules.rules.iter().enumerate().find(fits);
    Verdict {
        rules,
        request,
        at: first.map(|(at, _)| at),
    }
}

impl<'a> Verdict<'a> {
    /// The request.
    pub const fn request(&self) -> &'a AppRequest {
        self.request
    }

    /// The rule that decided, or `None` where none fits.
    pub fn rule(&self) -> Option<&'a Rule> {
        self.at.and_then(|at| self.rules.rules.get(at))
    }

    /// Its place in the list, from 0.
    pub const fn position(&self) -> Option<usize> {
        self.at
    }

    /// For each rule looked at, in order, the test that settled it; the last is the rule that decided.
    /// Allocates nothing, for explaining very many verdicts.
    pub fn reasons(&self) -> impl Iterator<Item = (&'a Rule, Because<'a>)> {
        let request = self.request;
        let looked = self.at.map_or(self.rules.rules.len(), |at| at + 1);
        self.rules
            .rules
            .iter()
            .take(looked)
            .filter(|rule| rule.enabled)
            .map(move |rule| (rule, rule.when.because(request)))
    }

    /// What is to be done; where no rule fits, everybody who may approve is asked.
    pub fn decision(&self) -> Decision {
        match self.rule().map(|rule| &rule.then) {
            None => Decision::Ask {
                whom: Vec::new(),
                need: Need::Any,
                reason_required: false,
            },
            Some(Action::Approve {
                optional,
                level,
                for_days,
            }) => Decision::Approve(Approved::of(
                self.request,
                |asked| optional.include(&asked.name),
                *level,
                *for_days,
            )),
            Some(Action::Restrict { level, reason }) => Decision::Restrict {
                level: self.request.level(*level),
                reason: reason.clone(),
            },
            Some(Action::Cancel { reason }) => Decision::Cancel { reason: reason.clone() },
            Some(Action::Ask {
                whom,
                need,
                reason_required,
            }) => Decision::Ask {
                whom: whom.clone(),
                need: *need,
                reason_required: *reason_required,
            },
        }
    }
}
