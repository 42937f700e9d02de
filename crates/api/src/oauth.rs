//! OAuth as Slack speaks it: where to send the browser, and what `oauth.access` and `oauth.v2.access` answer.

mod access;
mod authorize;
mod refresh;
mod v2;
mod workspace;

pub use access::{AccessResponse, BotInstall, ClassicInstall};
pub use authorize::{AuthorizeUrl, ClientCredentials, ClientId};
pub use refresh::RefreshResponse;
pub use v2::{V2Access, V2Enterprise, V2Team, V2User};
pub use workspace::{InstallUser, WorkspaceInstall};
