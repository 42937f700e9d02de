//! Whom and what tests name in Northwind Grid, the simulator's organization.

/// The organization.
pub const ENTERPRISE: &str = "E0N0RTHW1";
/// Northwind HQ, a workspace.
pub const TEAM: &str = "T061EG9R6";
/// Northwind Design, another.
pub const DESIGN: &str = "T0DES3UAN";
/// A channel of [`TEAM`]: the approvers' own where there is one.
pub const CHANNEL: &str = "C061EG9T2";
/// Who administrates the organization.
pub const IZZY: &str = "U061F7AUR";
/// Who approves apps.
pub const ORLA: &str = "U07MPWUWB7";
/// Who asks for apps.
pub const MIKA: &str = "U0YYE15XLX";
/// Kudos, which people ask for.
pub const KUDOS: &str = "A0KUD0S77";
/// Minute Taker, as well.
pub const MINUTES: &str = "A0M1NUTES";
/// Polls, made by Slack itself.
pub const POLLS: &str = "A0P0LLS33";
/// Vault Sync, as well.
pub const VAULT: &str = "A0VAULT55";
