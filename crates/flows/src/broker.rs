//! `broker`: hands a living token to a program that may have it, and writes down to whom.
//!
//! Nothing is handed out that could not be written down first. Whether the caller may have it is decided by
//! the door.

use grantbook_api::secret::AccessToken;
use grantbook_core::{InstallationKey, Timestamp};
use grantbook_store::{
    StoreError,
    tokens::{CredentialKind, Holder},
};
use serde_json::json;

use crate::{
    House,
    audit::{self, Audit, deeds},
    rotation::{Fresh, Need, Rotation, TokenError},
};

/// How long a token must still live to be handed out as it is, in seconds; with less it is refreshed first.
const LIVING: i64 = 5 * 60;

/// A token that was handed out. Prints without the token.
#[derive(Clone, Debug)]
pub struct Brokered {
    /// The token.
    pub token: AccessToken,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
    /// Which token of this holder it is: the first is 1.
    pub generation: u64,
    /// Of which kind.
    pub kind: CredentialKind,
}

/// Why no token is handed out.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// There is no such installation.
    #[error("there is no installation {0}")]
    NotFound(InstallationKey),
    /// There is no token that could be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Broker {
    house: House,
}

impl Broker {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// The token of a holder, with five minutes or more to live where Slack gives such a one. `who` is written
    /// down, with what was handed out, before it is.
    ///
    /// May refresh the token; doors run it as a task of its own, so that a stopping server waits for it.
    pub async fn token(&self, key: &InstallationKey, holder: &Holder, who: &str) -> Result<Brokered, BrokerError> {
        let rotation = Rotation::new(self.house.clone());
        let fresh = match rotation.token(key, holder, &Need::Living(LIVING)).await {
            Err(TokenError::Missing(_)) if self.house.store.installation_ref(key).await?.is_none() => {
                return Err(BrokerError::NotFound(key.clone()));
            }
            fresh => fresh?,
        };
        self.write_down(key, holder, who, &fresh).await?;
        let Fresh {
            token,
            expires_at,
            generation,
            kind,
            credential: _,
        } = fresh;
        Ok(Brokered {
            token,
            expires_at,
            generation,
            kind,
        })
    }

    async fn write_down(
        &self,
        key: &InstallationKey,
        holder: &Holder,
        who: &str,
        fresh: &Fresh,
    ) -> Result<(), StoreError> {
        let detail = json!({
            "holder": holder.as_str(),
            "token_type": fresh.kind.as_str(),
            "generation": fresh.generation,
            "expires_at": fresh.expires_at,
        });
        Audit::new(self.house.clone())
            .note(who, deeds::TOKEN_BROKERED, audit::installation(key), detail)
            .await?;
        let now = self.house.clock.now();
        self.house
            .store
            .token_brokered(fresh.credential, who, now)
            .await
            .map(drop)
    }
}
