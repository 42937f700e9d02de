//! What a rule does, as a form.

use grantbook_core::{
    Scope,
    approval::{Action, Level, Need, OptionalScopes},
};

use super::form::{joined, list, words};

/// Which decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActionKind {
    /// Approve.
    Approve,
    /// Restrict.
    Restrict,
    /// Cancel.
    Cancel,
    /// Leave to people.
    #[default]
    Ask,
}

/// What the rule does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionForm {
    /// Which decision.
    pub kind: ActionKind,
    /// Whether it holds for the whole organization.
    pub org: bool,
    /// Days that an approval holds; blank for until somebody ends it.
    pub days: String,
    /// Optional scopes: `all`, `none`, or names.
    pub optional: String,
    /// What the requester is told.
    pub reason: String,
    /// Whom to ask; blank for everybody who may approve.
    pub whom: String,
    /// Whether all of them must agree.
    pub all: bool,
    /// Whether they must say why.
    pub reason_required: bool,
}

impl ActionForm {
    /// The action, or what is wrong with it.
    pub fn action(&self) -> Result<Action, String> {
        let level = if self.org { Level::Org } else { Level::Workspace };
        let reason = self.reason.trim().to_owned();
        Ok(match self.kind {
            ActionKind::Approve => Action::Approve {
                optional: self.optional()?,
                level,
                for_days: self.days()?,
            },
            ActionKind::Restrict => Action::Restrict { level, reason },
            ActionKind::Cancel => Action::Cancel { reason },
            ActionKind::Ask => Action::Ask {
                whom: words(&self.whom),
                need: if self.all { Need::All } else { Need::Any },
                reason_required: self.reason_required,
            },
        })
    }

    fn days(&self) -> Result<Option<u32>, String> {
        match self.days.trim() {
            "" => Ok(None),
            days => match days.parse() {
                Ok(days @ 1..=3_650) => Ok(Some(days)),
                _ => Err("An approval holds for 1 to 3,650 days, or until somebody ends it.".to_owned()),
            },
        }
    }

    fn optional(&self) -> Result<OptionalScopes, String> {
        match self.optional.trim() {
            "" | "all" => Ok(OptionalScopes::All),
            "none" => Ok(OptionalScopes::None),
            names => Ok(OptionalScopes::These(list::<Scope>(names)?)),
        }
    }

    /// An action as a form.
    pub fn of(action: &Action) -> Self {
        let base = Self {
            optional: "all".to_owned(),
            ..Self::default()
        };
        match action {
            Action::Approve {
                optional,
                level,
                for_days,
            } => Self {
                kind: ActionKind::Approve,
                org: *level == Level::Org,
                days: for_days.map(|days| days.to_string()).unwrap_or_default(),
                optional: match optional {
                    OptionalScopes::All => "all".to_owned(),
                    OptionalScopes::None => "none".to_owned(),
                    OptionalScopes::These(list) => joined(list),
                },
                ..base
            },
            Action::Restrict { level, reason } => Self {
                kind: ActionKind::Restrict,
                org: *level == Level::Org,
                reason: reason.clone(),
                ..base
            },
            Action::Cancel { reason } => Self {
                kind: ActionKind::Cancel,
                reason: reason.clone(),
                ..base
            },
            Action::Ask {
                whom,
                need,
                reason_required,
            } => Self {
                kind: ActionKind::Ask,
                whom: whom.join(", "),
                all: *need == Need::All,
                reason_required: *reason_required,
                ..base
            },
        }
    }
}
