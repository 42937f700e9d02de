//! `tooling.tokens.rotate`: the tokens with which a person changes their apps' manifests.

use serde::Deserialize;

use crate::secret::{AccessToken, RefreshToken};

/// A new pair of configuration tokens. Both old ones have ended with it.
#[derive(Clone, Debug, Deserialize)]
pub struct ToolingTokens {
    /// The configuration token, `xoxe.xoxp-…`.
    pub token: AccessToken,
    /// What buys the next pair, once.
    pub refresh_token: RefreshToken,
    /// When the token was made, in seconds since the epoch.
    pub iat: i64,
    /// When it ends, in seconds since the epoch.
    pub exp: i64,
}
