//! `revoke`: ends one token of an installation, the app's or a person's, with a reason.
//!
//! The wish is written down and answered at once; the outbox asks Slack (`auth.revoke`) with the very token that
//! is to end, and with its refresh token, which would buy the next. Once Slack agreed the token is over here too:
//! of rotating tokens no event tells (slackapi/bolt-js#1965).

use grantbook_core::{Fact, InstallationKey, view::UninstallView};
use grantbook_store::{
    StoreError,
    effects::Effect,
    installations::InstallationRef,
    tokens::{CredentialState, Holder},
};

use crate::{
    House,
    audit::deeds,
    effects::{self, MAX_REASON, Wish},
};

/// Why a token is not going to be revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// There is no such installation.
    #[error("there is no installation {0}")]
    NotFound(InstallationKey),
    /// The holder has no token there.
    #[error("{holder} has no token of {installation}")]
    NoToken {
        /// The installation.
        installation: InstallationKey,
        /// Whose token was meant.
        holder: Holder,
    },
    /// It is over already.
    #[error("the token of {holder} in {installation} was revoked before")]
    Revoked {
        /// The installation.
        installation: InstallationKey,
        /// Whose token was meant.
        holder: Holder,
    },
    /// Empty, or too long.
    #[error("a reason has 1 to {MAX_REASON} characters: say why the token is ended")]
    Reason,
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Revoke {
    house: House,
}

impl Revoke {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Writes down that Slack is to end this token, why, and who wants it; answers how far that has come. Asked
    /// again while it is under way it is the same wish.
    pub async fn request(
        &self,
        key: &InstallationKey,
        holder: &Holder,
        reason: &str,
        who: &str,
    ) -> Result<UninstallView, RevokeError> {
        let wish = Wish::new(reason, who, Some(holder)).ok_or(RevokeError::Reason)?;
        let installation = self.installation(key).await?;
        let whose = || (key.clone(), holder.clone());
        match self.house.store.credential(key, holder).await? {
            None => {
                let (installation, holder) = whose();
                return Err(RevokeError::NoToken { installation, holder });
            }
            Some(credential) if credential.state == CredentialState::Revoked => {
                let (installation, holder) = whose();
                return Err(RevokeError::Revoked { installation, holder });
            }
            Some(_) => {}
        }
        let what = deeds::TOKEN_REVOKE_REQUESTED;
        let effect = effects::request(&self.house, &installation, (&wish, Some(holder)), what).await?;
        Ok(self.document(&installation, holder, effect).await?)
    }

    /// How far the latest revocation of a holder's token has come; `None` where nobody asked for one.
    pub async fn look(&self, key: &InstallationKey, holder: &Holder) -> Result<Option<UninstallView>, RevokeError> {
        let installation = self.installation(key).await?;
        let id = effects::id(&installation, Some(holder));
        match self.house.store.effect(&id).await? {
            Some(effect) => Ok(Some(self.document(&installation, holder, effect).await?)),
            None => Ok(None),
        }
    }

    async fn installation(&self, key: &InstallationKey) -> Result<InstallationRef, RevokeError> {
        let found = self.house.store.installation_ref(key).await?;
        found.ok_or_else(|| RevokeError::NotFound(key.clone()))
    }

    async fn document(
        &self,
        installation: &InstallationRef,
        holder: &Holder,
        effect: Effect,
    ) -> Result<UninstallView, StoreError> {
        let shows = |entry: &grantbook_core::Entry| ends(&entry.draft.fact, holder);
        effects::view(
            &self.house,
            installation,
            effect,
            (&["tokens_revoked", "uninstalled"], shows),
        )
        .await
    }
}

/// Whether a fact is Slack's word that this holder's token is over.
fn ends(fact: &Fact, holder: &Holder) -> bool {
    match (fact, holder) {
        (Fact::Uninstalled, _) => true,
        (Fact::TokensRevoked { people_only, .. }, Holder::App) => !people_only,
        (Fact::TokensRevoked { oauth, .. }, Holder::User(user)) => oauth.contains(user),
        _ => false,
    }
}
