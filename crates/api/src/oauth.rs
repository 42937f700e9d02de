//! OAuth as Slack speaks it: where to send the browser, and what `oauth.access` answers.

mod access;
mod authorize;
mod refresh;
mod workspace;

pub use access::{AccessResponse, BotInstall, ClassicInstall};
pub use authorize::{AuthorizeUrl, ClientCredentials, ClientId};
pub use refresh::RefreshResponse;
pub use workspace::{InstallUser, WorkspaceInstall};
