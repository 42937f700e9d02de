//! API keys.

use grantbook_core::view::{KeyView, Page, Role};
use serde::{Deserialize, Serialize};

use super::{UiError, http};
use crate::address::encode;

/// A key that was just made. The only document that ever holds one, so it is never printed.
#[derive(Clone, Deserialize)]
pub struct NewKey {
    /// `gbk_…`, shown once.
    pub key: String,
    /// The key without the key.
    pub view: KeyView,
}

#[derive(Serialize)]
struct Wanted<'a> {
    name: &'a str,
    role: Role,
    tokens: bool,
}

/// The newest keys, revoked ones included.
pub async fn keys() -> Result<Page<KeyView>, UiError> {
    http::get("keys", "limit=200").await
}

/// Makes a key; `tokens` lets it read tokens.
pub async fn create_key(name: &str, role: Role, tokens: bool) -> Result<NewKey, UiError> {
    http::post("keys", Some(&Wanted { name, role, tokens })).await
}

/// Revokes a key by its public id.
pub async fn revoke_key(id: &str) -> Result<(), UiError> {
    http::delete(&format!("keys/{}", encode(id))).await
}
