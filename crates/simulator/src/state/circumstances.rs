//! Circumstances: what may be wrong around a call, and the refusal each of them is the cause of.
//!
//! A circumstance holds from the action that sets it until the action that ends it. `docs/simulator.md`
//! lists the refusals with their causes.

use grantbook_api::ErrorCode;
use grantbook_core::{TeamId, UserId};
use serde::{Deserialize, Serialize};

use super::{ActionError, Token, World};

/// One thing that is the matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "circumstance", rename_all = "snake_case")]
pub enum Circumstance {
    /// The workspace was deleted: `account_inactive`, or `token_revoked` for a person's token.
    WorkspaceDeleted {
        /// The workspace.
        team: TeamId,
    },
    /// The person has left: `token_revoked` for their own tokens, and nobody can ask them (`invalid_user`).
    UserDeactivated {
        /// The person.
        user: UserId,
    },
    /// The workspace is about to move into an organization: `org_login_required`.
    MigrationPending {
        /// The workspace.
        team: TeamId,
    },
    /// The workspace is moving into an organization: `team_added_to_org`.
    MigrationUnderWay {
        /// The workspace.
        team: TeamId,
    },
    /// Administrators have revoked the encryption keys: `ekm_access_denied`.
    EkmSuspended {
        /// The workspace.
        team: TeamId,
    },
    /// The workspace demands a second factor: `two_factor_setup_required` for tokens of people without one.
    TwoFactorRequired {
        /// The workspace.
        team: TeamId,
    },
    /// The person has set up a second factor.
    TwoFactorSetUp {
        /// The person.
        user: UserId,
    },
    /// The workspace can be reached from some networks only, and the caller's is none of them: `accesslimited`.
    NetworkRestricted {
        /// The workspace.
        team: TeamId,
    },
    /// The organization has closed a method to its workspaces: `enterprise_is_restricted`.
    EnterpriseRestricted {
        /// The method.
        method: String,
    },
    /// August 2021: `method_deprecated` for `apps.permissions.*`, `invalid_auth` for workspace tokens elsewhere.
    WorkspaceAppsRetired,
    /// Clients with this in their `User-Agent` are too old: `upgrade_required`.
    ClientTooOld {
        /// Part of the header.
        user_agent: String,
    },
    /// The organization's plan has no Admin APIs: `feature_not_enabled` for `admin.apps.*`.
    AdminApisOff,
    /// The person administers the organization, but no longer its apps: `restricted_action`, or what the method
    /// calls it.
    AppManagementForbidden {
        /// The person.
        user: UserId,
    },
    /// The person administers the organization, and is kept from what is about apps: `restricted_action` where the
    /// method knows it.
    AppManagementRestricted {
        /// The person.
        user: UserId,
    },
    /// The person may not call the methods for administrators: `not_allowed` where the method knows it.
    AdminMethodsForbidden {
        /// The person.
        user: UserId,
    },
    /// The organization's plan has no settings of connectors: `restricted_plan_level` from `admin.apps.config.set`.
    PlanWithoutConnectors,
    /// Rules for child apps cannot be made: `auto_install_rule_creation_failed`, after the approval.
    AutoInstallRulesFail,
    /// Nor may this person make them: `not_allowed_to_create_automation_rule`, after the approval.
    AutoInstallRulesForbidden {
        /// The person.
        user: UserId,
    },
    /// Slack itself is in trouble.
    Incident {
        /// How it answers.
        kind: Incident,
        /// The method concerned; every method when absent.
        #[serde(default)]
        method: Option<String>,
    },
}

/// How Slack answers while it is in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Incident {
    /// `service_unavailable`; nothing was done.
    ServiceUnavailable,
    /// `internal_error`; nothing was done.
    InternalError,
    /// `fatal_error`, after the deed.
    FatalError,
}

/// The methods that only workspace apps ever had.
pub(crate) fn is_permission_method(method: &str) -> bool {
    method.starts_with("apps.permissions.")
}

impl World {
    /// Whether a circumstance holds.
    pub fn holds(&self, circumstance: &Circumstance) -> bool {
        self.circumstances.contains(circumstance)
    }

    /// Whether a person has left.
    pub fn is_deactivated(&self, user: &UserId) -> bool {
        self.holds(&Circumstance::UserDeactivated { user: user.clone() })
    }

    /// A circumstance begins or ends.
    pub(super) fn set_circumstance(&mut self, circumstance: &Circumstance, active: bool) -> Result<(), ActionError> {
        let changed = if active {
            self.circumstances.insert(circumstance.clone())
        } else {
            self.circumstances.remove(circumstance)
        };
        if changed {
            Ok(())
        } else {
            Err(ActionError::NothingChanges)
        }
    }

    /// Whether Slack is in this kind of trouble with a method.
    pub(crate) fn incident(&self, kind: Incident, method: &str) -> bool {
        [None, Some(method.to_owned())]
            .into_iter()
            .any(|method| self.holds(&Circumstance::Incident { kind, method }))
    }

    /// What refuses a call before its token is looked at.
    pub(crate) fn refuses_method(&self, method: &str, user_agent: &str) -> Option<ErrorCode> {
        let too_old = self.circumstances.iter().any(
            |circumstance| matches!(circumstance, Circumstance::ClientTooOld { user_agent: part } if user_agent.contains(part)),
        );
        if too_old {
            return Some(ErrorCode::UpgradeRequired);
        }
        if self.incident(Incident::ServiceUnavailable, method) {
            return Some(ErrorCode::ServiceUnavailable);
        }
        if self.incident(Incident::InternalError, method) {
            return Some(ErrorCode::InternalError);
        }
        (is_permission_method(method) && self.holds(&Circumstance::WorkspaceAppsRetired))
            .then_some(ErrorCode::MethodDeprecated)
    }

    /// What refuses a good token, whatever it wants: the workspace or the person is gone, or the kind retired.
    pub(crate) fn refuses_token(&self, token: &Token) -> Option<ErrorCode> {
        let personal = token.kind.is_personal();
        let deleted = |team: &TeamId| self.holds(&Circumstance::WorkspaceDeleted { team: team.clone() });
        if token.team().is_some_and(deleted) {
            return Some(if personal {
                ErrorCode::TokenRevoked
            } else {
                ErrorCode::AccountInactive
            });
        }
        if personal && self.is_deactivated(&token.user) {
            return Some(ErrorCode::TokenRevoked);
        }
        let retired = !token.kind.is_modern() && self.holds(&Circumstance::WorkspaceAppsRetired);
        retired.then_some(ErrorCode::InvalidAuth)
    }

    /// What refuses a call by a good token of a kind that the method takes.
    pub(crate) fn refuses_call(&self, token: &Token, method: &str) -> Option<ErrorCode> {
        let restricted = Circumstance::EnterpriseRestricted {
            method: method.to_owned(),
        };
        let restricted = self.enterprise.is_some() && self.holds(&restricted);
        let restricted = restricted.then_some(ErrorCode::EnterpriseIsRestricted);
        // What is the matter with a workspace does not touch the organization's own tokens.
        let Some(team) = token.team() else {
            return restricted;
        };
        let team = || team.clone();
        for (circumstance, code) in [
            (
                Circumstance::MigrationPending { team: team() },
                ErrorCode::OrgLoginRequired,
            ),
            (
                Circumstance::MigrationUnderWay { team: team() },
                ErrorCode::TeamAddedToOrg,
            ),
            (
                Circumstance::NetworkRestricted { team: team() },
                ErrorCode::AccessLimited,
            ),
            (Circumstance::EkmSuspended { team: team() }, ErrorCode::EkmAccessDenied),
        ] {
            if self.holds(&circumstance) {
                return Some(code);
            }
        }
        let (team, user) = (team(), token.user.clone());
        if self.holds(&Circumstance::TwoFactorRequired { team }) && !self.holds(&Circumstance::TwoFactorSetUp { user })
        {
            return Some(ErrorCode::TwoFactorSetupRequired);
        }
        restricted
    }
}
