//! OAuth as Slack speaks it: where to send the browser, and what `oauth.access`, `oauth.v2.access` and their kin
//! answer to codes and refresh tokens.

mod access;
mod authorize;
#[cfg(test)]
mod fixtures;
mod openid;
mod refresh;
mod rotated;
mod tooling;
mod user_token;
mod v2;
mod workspace;

pub use access::{AccessResponse, BotInstall, ClassicInstall};
pub use authorize::{AuthorizeUrl, ClientCredentials, ClientId};
pub use openid::{OpenidToken, OpenidUserInfo};
pub use refresh::RefreshResponse;
pub use rotated::V2Rotated;
pub use tooling::ToolingTokens;
pub use user_token::V2UserToken;
pub use v2::{V2Access, V2Enterprise, V2Team, V2User};
pub use workspace::{InstallUser, WorkspaceInstall};
