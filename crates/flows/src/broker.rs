//! `broker`: hands a living token to a program that may have it, and writes down to whom.
//!
//! Nothing is handed out that could not be written down first. Whether the caller may have it is decided by
//! the door.

use std::time::Duration;

use grantbook_api::secret::AccessToken;
use grantbook_core::{InstallationKey, Timestamp};
use grantbook_store::{
    StoreError,
    audit::NewAudit,
    tokens::{CredentialKind, Holder},
};
use serde_json::json;

use crate::{
    House,
    audit::{self, deeds},
    rotation::{Fresh, LEASE_SECONDS, Need, Rotation, TokenError},
};

/// How long a token must still live to be handed out as it is, in seconds; with less it is refreshed first.
const LIVING: i64 = 5 * 60;

/// How long a caller waits for somebody else's refresh: a little longer than the lease of one who died over it.
const PATIENCE: Duration = Duration::from_secs(LEASE_SECONDS.unsigned_abs() + 5);

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
        let fresh = match rotation
            .token_within(key, holder, &Need::Living(LIVING), PATIENCE)
            .await
        {
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
    ) -> Result<(), BrokerError> {
        let deed = NewAudit {
            at: self.house.clock.now(),
            who: who.to_owned(),
            what: deeds::TOKEN_BROKERED.to_owned(),
            subject: audit::installation(key),
            detail: json!({
                "holder": holder.as_str(),
                "token_type": fresh.kind.as_str(),
                "generation": fresh.generation,
                "expires_at": fresh.expires_at,
            }),
        };
        if self.house.store.token_brokered(fresh.credential, who, deed).await? {
            Ok(())
        } else {
            // Gone since it was read.
            Err(TokenError::Missing(key.clone()).into())
        }
    }
}
