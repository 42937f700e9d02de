//! `uninstall`: takes an app out of a workspace or organization, with a reason.
//!
//! The wish is written down and answered at once; the outbox asks Slack, however often it takes. The ledger
//! learns of it by the events that follow, as of every other uninstall. An app that is installed in a whole
//! organization must have been taken out of each workspace first (slackapi/bolt-js#2560): where Slack still lists
//! some, they are named and nothing is asked.

use grantbook_core::{Fact, InstallationKey, view::UninstallView};
use grantbook_store::{StoreError, effects::Effect, installations::InstallationRef};

use crate::{
    House,
    audit::deeds,
    effects::{self, MAX_REASON, Wish},
    rotation::TokenError,
};

/// Why an app is not going to be uninstalled.
#[derive(Debug, thiserror::Error)]
pub enum UninstallError {
    /// There is no such installation.
    #[error("there is no installation {0}")]
    NotFound(InstallationKey),
    /// Empty, or too long.
    #[error("a reason has 1 to {MAX_REASON} characters: say why the app is taken out")]
    Reason,
    /// There is no token to ask with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Uninstall {
    house: House,
}

impl Uninstall {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Writes down that Slack is to uninstall the app (`apps.uninstall`), why, and who wants it; answers how far
    /// that has come. Asked again while it is under way it is the same wish.
    ///
    /// May refresh the token; doors run it as a task of its own.
    pub async fn request(
        &self,
        key: &InstallationKey,
        reason: &str,
        who: &str,
    ) -> Result<UninstallView, UninstallError> {
        let wish = Wish::new(reason, who, None).ok_or(UninstallError::Reason)?;
        let installation = self.installation(key).await?;
        // Asked for first: where there is none, nothing is about to happen.
        self.house.calling(key).await?;
        let effect = effects::request(&self.house, &installation, (&wish, None), deeds::UNINSTALL_REQUESTED).await?;
        Ok(self.document(&installation, effect).await?)
    }

    /// How far the latest uninstall has come; `None` where nobody asked for one.
    pub async fn look(&self, key: &InstallationKey) -> Result<Option<UninstallView>, UninstallError> {
        let installation = self.installation(key).await?;
        let id = effects::id(&installation, None);
        match self.house.store.effect(&id).await? {
            Some(effect) => Ok(Some(self.document(&installation, effect).await?)),
            None => Ok(None),
        }
    }

    async fn installation(&self, key: &InstallationKey) -> Result<InstallationRef, UninstallError> {
        let found = self.house.store.installation_ref(key).await?;
        found.ok_or_else(|| UninstallError::NotFound(key.clone()))
    }

    async fn document(&self, installation: &InstallationRef, effect: Effect) -> Result<UninstallView, StoreError> {
        let shows = |entry: &grantbook_core::Entry| entry.draft.fact == Fact::Uninstalled;
        effects::view(&self.house, installation, effect, (&["uninstalled"], shows)).await
    }
}
