//! Roles as the command line spells them.

use clap::ValueEnum;
use grantbook_core::view;

/// What somebody may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Role {
    /// Everything.
    Admin,
    /// Look, and decide app requests.
    Approver,
    /// Look, change nothing.
    Viewer,
}

impl From<Role> for view::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Approver => Self::Approver,
            Role::Viewer => Self::Viewer,
        }
    }
}
