//! Tokens: of each installation the app's own and those of people, sealed; what is shown of them is their kind.
//!
//! A token that ends is refreshed once, whoever notices: a lease decides who, a mark is written before the
//! refresh token is spent, and what came of it is written under the lease's fence, or not at all.

mod credential;
mod holder;
mod lease;
mod revoke;
mod save;
mod spend;
mod sweep;

use grantbook_core::{InstallationKey, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Store, StoreError, installations::InstallationRef, vault::Place};

pub use credential::{Credential, CredentialRef};
pub use holder::{CredentialKind, CredentialState, Holder};
pub use lease::{Fence, Leased};
pub(crate) use revoke::{Revocation, apply as apply_revocations};
pub(crate) use save::save;
pub use sweep::INTERRUPTED;

/// A token as Slack gave it.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The access token.
    pub access: SecretString,
    /// The refresh token, where tokens rotate.
    pub refresh: Option<SecretString>,
    /// When it was received.
    pub issued_at: Timestamp,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
}

/// A token, opened.
#[derive(Clone, Debug)]
pub struct StoredToken {
    /// The access token.
    pub access: SecretString,
    /// The refresh token, where tokens rotate.
    pub refresh: Option<SecretString>,
    /// When it was received.
    pub issued_at: Timestamp,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// The kinds by their prefixes, longest first.
const KINDS: [&str; 9] = [
    "xoxe.xoxb-",
    "xoxe.xoxp-",
    "xoxa-2-",
    "xoxe-1-",
    "xoxr-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxe.",
];

/// The kind of a token by its prefix, never more: `xoxa-2-…`.
pub(crate) fn hint(token: &SecretString) -> String {
    let kind = KINDS.iter().find(|kind| token.expose_secret().starts_with(**kind));
    format!("{}…", kind.unwrap_or(&""))
}

/// Where a sealed token belongs. The table's name is the older one, under which the app's own were sealed first.
pub(crate) fn place(key: &InstallationKey, holder: &Holder, column: &'static str) -> Place {
    match holder {
        Holder::App => Place::new("tokens", column, key),
        Holder::User(user) => Place::new("tokens", column, format!("{key}/{user}")),
    }
}

impl Store {
    /// Keeps the app's token in place of the one before it.
    pub async fn save_token(&self, installation: &InstallationRef, token: &NewToken) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        save(&tx, self.vault(), installation, &[(Holder::App, token)]).await?;
        Ok(tx.commit().await?)
    }

    /// The app's token in an installation, opened; `None` where none was received.
    pub async fn load_token(&self, key: &InstallationKey) -> Result<Option<StoredToken>, StoreError> {
        let found = self.credential(key, &Holder::App).await?;
        Ok(found.map(|credential| StoredToken {
            access: credential.access,
            refresh: credential.refresh,
            issued_at: credential.issued_at,
            expires_at: credential.expires_at,
            revoked_at: credential.revoked_at,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_tells_the_kind_and_nothing_else() {
        for (token, shown) in [
            ("xoxa-2-secret", "xoxa-2-…"),
            ("xoxb-123-secret", "xoxb-…"),
            ("xoxe.xoxb-1-secret", "xoxe.xoxb-…"),
            ("secret", "…"),
        ] {
            assert_eq!(hint(&token.into()), shown);
        }
    }
}
