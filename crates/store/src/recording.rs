//! What is written when an app was installed, all in one transaction, and single entries appended by flows.

use grantbook_core::{
    EnterpriseId, Grants, InstallationKey, Timestamp, UserId,
    ledger::Draft,
    view::Model,
};
use sea_orm::EntityTrait as _;
use secrecy::SecretString;

use crate::{
    Store, StoreError,
    entity::projections,
    installations::{Identity, InstallationRef},
    projection::{self, Append, Cache},
    tokens::NewToken,
};

/// An OAuth exchange that succeeded.
#[derive(Debug)]
pub struct NewInstallation {
    /// The app's row.
    pub app: i64,
    /// What is installed where.
    pub key: InstallationKey,
    /// The app's permission model.
    pub model: Model,
    /// The workspace's name.
    pub tenant_name: String,
    /// The organization it belongs to.
    pub enterprise: Option<EnterpriseId>,
    /// The app's own user there.
    pub app_user: Option<UserId>,
    /// Who installed it first, as Slack says.
    pub installer: Option<UserId>,
    /// The access token.
    pub access: SecretString,
    /// The refresh token, with rotation.
    pub refresh: Option<SecretString>,
    /// When the access token ends.
    pub expires_at: Option<Timestamp>,
    /// The attempt that led here.
    pub attempt: String,
    /// The ledger entry.
    pub draft: Draft,
    /// Now.
    pub now: Timestamp,
}

impl Store {
    /// Writes tenant, installation, sealed token, ledger entry, grants and the attempt's end, or nothing.
    pub async fn record_installation(&self, new: NewInstallation) -> Result<InstallationRef, StoreError> {
        let tx = self.begin().await?;
        crate::tenants::upsert(&tx, &new.key.tenant, &new.tenant_name, new.enterprise.as_ref(), new.now).await?;
        let installation = crate::installations::ensure(&tx, new.app, &new.key, new.model, new.now).await?;
        let identity = Identity { app_user: new.app_user, installer: new.installer, installed_at: new.now };
        crate::installations::identify(&tx, &installation, identity).await?;
        let token = NewToken { access: new.access, refresh: new.refresh, issued_at: new.now, expires_at: new.expires_at };
        crate::tokens::save(&tx, self.vault(), &installation, token).await?;
        let append = Append { installation: installation.row, key: new.key, drafts: vec![new.draft] };
        let notices = projection::append(&tx, &mut Cache::default(), vec![append]).await?;
        crate::attempts::finish(&tx, &new.attempt, "installed", None, Some(installation.row), new.now).await?;
        tx.commit().await?;
        notices.into_iter().for_each(|notice| self.notify(notice));
        Ok(installation)
    }

    /// Appends one entry and brings the grants in step; answers its number.
    pub async fn append_one(&self, installation: &InstallationRef, draft: Draft) -> Result<u64, StoreError> {
        let tx = self.begin().await?;
        let append = Append { installation: installation.row, key: installation.key.clone(), drafts: vec![draft] };
        let notices = projection::append(&tx, &mut Cache::default(), vec![append]).await?;
        tx.commit().await?;
        let seq = notices.first().map_or(0, |notice| notice.seq);
        notices.into_iter().for_each(|notice| self.notify(notice));
        Ok(seq)
    }

    /// What the app may do now; `None` for an unknown installation.
    pub async fn grants(&self, key: &InstallationKey) -> Result<Option<Grants>, StoreError> {
        let Some(installation) = self.installation(key).await? else { return Ok(None) };
        let Some(row) = projections::Entity::find_by_id(installation.row).one(self.db()).await? else {
            return Ok(Some(Grants::default()));
        };
        let grants = serde_json::from_str(&row.grants)
            .map_err(|_| StoreError::inconsistent("projections", "grants", installation.row))?;
        Ok(Some(grants))
    }
}
