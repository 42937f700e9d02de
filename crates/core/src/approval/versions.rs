//! The life of a version of the rules: who may write, propose, agree to, try and discard it.
//!
//! One version is in force. Another becomes it by the agreement of a person who neither wrote nor proposed it,
//! unless the house does without that; and only if it was made from the version that is in force.

use crate::view::approvals::RulesState;

/// How a version stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionStanding {
    /// Its number.
    pub version: u64,
    /// Its state.
    pub state: RulesState,
    /// The version that was in force when it was written.
    pub base: Option<u64>,
    /// Who wrote it.
    pub made_by: String,
    /// Who proposed it.
    pub proposed_by: Option<String>,
    /// Whether it runs in shadow.
    pub in_shadow: bool,
}

/// What somebody wants to do with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStep {
    /// Write it anew.
    Rewrite,
    /// Ask for a second person's agreement.
    Propose,
    /// Agree to it, which puts it in force.
    Agree {
        /// Whether that has to be a second person.
        second_person: bool,
    },
    /// Give it up.
    Discard,
    /// Run it in shadow, or stop that.
    Shadow(bool),
}

/// Who wants to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionActor<'a> {
    /// As the audit log names them.
    pub name: &'a str,
    /// Whether they are a person, not a program with a key.
    pub is_person: bool,
    /// Whether they administer.
    pub is_admin: bool,
}

/// Why a step is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionRefusal {
    /// Not from this state.
    #[error("version {version} is {}: {}", state_words(*.state), way_on(*.state))]
    State {
        /// Of which version.
        version: u64,
        /// The state it is in.
        state: RulesState,
    },
    /// It was made from a version that is in force no more.
    #[error("{}", changed(*.in_force))]
    Changed {
        /// The version in force; none where none ever was.
        in_force: Option<u64>,
    },
    /// It needs a second person.
    #[error("a second person has to agree: somebody who neither wrote nor proposed this version")]
    SecondPerson,
    /// It needs a person.
    #[error("an API key may write rules and try them; proposing them and agreeing to them is for people")]
    PeopleOnly,
    /// It needs an administrator.
    #[error("only an administrator puts rules in force")]
    AdminsOnly,
    /// It is somebody else's.
    #[error("version {0} is somebody else's: save a draft of your own")]
    NotYours(u64),
    /// It must stay as it is while it is compared.
    #[error("version {0} runs in shadow and stays as it is until that is stopped: save another draft")]
    InShadow(u64),
}

impl VersionRefusal {
    /// The refusal as a stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::State { .. } => "rules_state",
            Self::Changed { .. } => "rules_changed",
            Self::SecondPerson => "second_person_required",
            Self::PeopleOnly => "people_only",
            Self::AdminsOnly => "admin_only",
            Self::NotYours(_) => "not_your_draft",
            Self::InShadow(_) => "rules_in_shadow",
        }
    }
}

impl VersionStanding {
    /// The state after the step, taken while `in_force` is in force.
    ///
    /// # Errors
    ///
    /// Fails with the reason where the step may not be taken, or not by this person.
    pub fn after(
        &self,
        step: VersionStep,
        by: VersionActor<'_>,
        in_force: Option<u64>,
    ) -> Result<RulesState, VersionRefusal> {
        let refused = VersionRefusal::State {
            version: self.version,
            state: self.state,
        };
        match (step, self.state) {
            (VersionStep::Rewrite, RulesState::Draft) => self.rewrite(by),
            (VersionStep::Propose, RulesState::Draft) => {
                person(by)?;
                self.fresh(in_force)?;
                Ok(RulesState::Proposed)
            }
            (VersionStep::Agree { second_person: true }, RulesState::Proposed)
            | (VersionStep::Agree { second_person: false }, RulesState::Draft | RulesState::Proposed) => {
                self.agree(matches!(step, VersionStep::Agree { second_person: true }), by, in_force)
            }
            (VersionStep::Discard, RulesState::Draft | RulesState::Proposed) => {
                if by.is_admin || by.name == self.made_by {
                    Ok(RulesState::Discarded)
                } else {
                    Err(VersionRefusal::NotYours(self.version))
                }
            }
            (VersionStep::Shadow(_), RulesState::Draft | RulesState::Proposed) => Ok(self.state),
            _ => Err(refused),
        }
    }

    fn rewrite(&self, by: VersionActor<'_>) -> Result<RulesState, VersionRefusal> {
        if by.name != self.made_by {
            return Err(VersionRefusal::NotYours(self.version));
        }
        if self.in_shadow {
            return Err(VersionRefusal::InShadow(self.version));
        }
        Ok(RulesState::Draft)
    }

    fn agree(
        &self,
        second_person: bool,
        by: VersionActor<'_>,
        in_force: Option<u64>,
    ) -> Result<RulesState, VersionRefusal> {
        person(by)?;
        if !by.is_admin {
            return Err(VersionRefusal::AdminsOnly);
        }
        if second_person && (by.name == self.made_by || self.proposed_by.as_deref() == Some(by.name)) {
            return Err(VersionRefusal::SecondPerson);
        }
        self.fresh(in_force)?;
        Ok(RulesState::InForce)
    }

    fn fresh(&self, in_force: Option<u64>) -> Result<(), VersionRefusal> {
        if self.base == in_force {
            Ok(())
        } else {
            Err(VersionRefusal::Changed { in_force })
        }
    }
}

const fn person(by: VersionActor<'_>) -> Result<(), VersionRefusal> {
    if by.is_person {
        Ok(())
    } else {
        Err(VersionRefusal::PeopleOnly)
    }
}

const fn state_words(state: RulesState) -> &'static str {
    match state {
        RulesState::Draft => "a draft",
        RulesState::Proposed => "proposed",
        RulesState::InForce => "in force",
        RulesState::Retired => "retired",
        RulesState::Discarded => "discarded",
    }
}

const fn way_on(state: RulesState) -> &'static str {
    match state {
        RulesState::Draft => "propose it first",
        RulesState::Proposed => "discard it, or save another draft",
        RulesState::InForce | RulesState::Retired | RulesState::Discarded => "save another draft of it",
    }
}

fn changed(in_force: Option<u64>) -> String {
    match in_force {
        Some(version) => format!(
            "version {version} came into force meanwhile: look at what it changed, and save the draft again on top of it"
        ),
        None => "the version it was made from is in force no more: save the draft again".to_owned(),
    }
}
