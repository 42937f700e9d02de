//! What is written when an app was installed, all in one transaction, and single entries appended by flows.

use grantbook_core::{
    EnterpriseId, Grants, InstallationKey, Tenant, Timestamp, UserId,
    ledger::Draft,
    request::{RequestId, Step},
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use secrecy::ExposeSecret as _;

use crate::{
    Store, StoreError,
    attempts::{self, Ending},
    entity::installations as rows,
    installations::{self, Identity, InstallationRef},
    notices::Notices,
    projection::{self, Append, Cache},
    requests::{self, Answer},
    tenants::{self, TenantInfo},
    tokens::{self, Holder, NewToken, Revocation},
    words,
};

/// An OAuth exchange that succeeded.
#[derive(Debug)]
pub struct NewInstallation {
    /// The app's row.
    pub app: i64,
    /// What is installed where.
    pub key: InstallationKey,
    /// The workspace's name.
    pub tenant_name: String,
    /// The organization it belongs to.
    pub enterprise: Option<EnterpriseId>,
    /// The app's own user there.
    pub app_user: Option<UserId>,
    /// Who installed it first, as Slack says.
    pub installer: Option<UserId>,
    /// The app's token received; `None` leaves the one from before as it is.
    pub token: Option<NewToken>,
    /// People's tokens received. One that is the app's too, because the app has no bot, is kept as the app's only:
    /// a refresh token that lay in two rows would be spent twice.
    pub user_tokens: Vec<(UserId, NewToken)>,
    /// The attempt that led here.
    pub attempt: String,
    /// The ledger entry.
    pub draft: Draft,
    /// The request whose link led here, and what happened to it thereby.
    pub request: Option<(RequestId, Vec<Step>)>,
    /// Now.
    pub now: Timestamp,
}

/// The tokens to keep, each once.
fn received<'a>(app: Option<&'a NewToken>, users: &'a [(UserId, NewToken)]) -> Vec<(Holder, &'a NewToken)> {
    let is_the_apps =
        |token: &NewToken| app.is_some_and(|app| app.access.expose_secret() == token.access.expose_secret());
    let of_people = users
        .iter()
        .filter(|(_, token)| !is_the_apps(token))
        .map(|(user, token)| (Holder::User(user.clone()), token));
    app.into_iter()
        .map(|token| (Holder::App, token))
        .chain(of_people)
        .collect()
}

/// Appends one entry outside the inbox's writer, which notices by the head's number that it must read again.
pub(crate) async fn append_alone(
    db: &impl ConnectionTrait,
    installation: &InstallationRef,
    draft: Draft,
) -> Result<Notices, StoreError> {
    let answer = match draft.fact.trigger_id() {
        Some(_) => Answer::of(requests::app_of(db, installation.row).await?, installation.row, &draft),
        None => None,
    };
    let revocation = Revocation::of(installation.row, &draft);
    let append = Append {
        installation: installation.row,
        key: installation.key.clone(),
        drafts: vec![draft],
    };
    let changes = projection::append(db, &mut Cache::default(), vec![append]).await?;
    tokens::apply_revocations(db, revocation.as_slice()).await?;
    Ok(Notices {
        changes,
        requests: requests::record_answers(db, answer.into_iter().collect()).await?,
        ..Notices::default()
    })
}

impl Store {
    /// Writes tenant, installation, sealed token, ledger entry, grants and the attempt's end, with what
    /// happened to the request whose link led here, or nothing.
    pub async fn record_installation(&self, new: NewInstallation) -> Result<InstallationRef, StoreError> {
        let tx = self.begin().await?;
        let info = TenantInfo {
            tenant: new.key.tenant.clone(),
            name: new.tenant_name,
            enterprise: new.enterprise,
        };
        let installation = installations::ensure(&tx, new.app, &new.key.tenant, new.now).await?;
        let identity = Identity {
            app_user: new.app_user,
            installer: new.installer,
            installed_at: Some(new.now),
        };
        installations::identify(&tx, installation.row, &identity).await?;
        tokens::save(
            &tx,
            self.vault(),
            &installation,
            &received(new.token.as_ref(), &new.user_tokens),
        )
        .await?;
        let mut notices = append_alone(&tx, &installation, new.draft).await?;
        // After the installation, as the inbox does it: writers that lock in one order never cross.
        tenants::upsert(&tx, &info, new.now).await?;
        let ending = Ending::Installed {
            installation: installation.row,
        };
        attempts::finish(&tx, &new.attempt, &ending, new.now).await?;
        if let Some((request, steps)) = new.request
            && let Some(applied) = requests::apply(&tx, request, steps, new.now).await?
            && applied.changed
        {
            notices.requests.push(requests::notice(&applied.request));
        }
        self.commit(tx, notices).await?;
        Ok(installation)
    }

    /// Appends one entry and brings the grants in step; answers its number.
    pub async fn append_one(&self, installation: &InstallationRef, draft: Draft) -> Result<u64, StoreError> {
        let tx = self.begin().await?;
        let notices = append_alone(&tx, installation, draft).await?;
        let seq = notices.changes.first().map_or(0, |notice| notice.seq);
        self.commit(tx, notices).await?;
        Ok(seq)
    }

    /// The app's own user in a tenant, where an install has told it.
    pub async fn app_user(&self, app_row: i64, tenant: &Tenant) -> Result<Option<UserId>, StoreError> {
        let row = rows::Entity::find()
            .filter(rows::Column::App.eq(app_row))
            .filter(rows::Column::Tenant.eq(tenant.as_str()))
            .one(self.db())
            .await?;
        let Some(row) = row else { return Ok(None) };
        row.app_user
            .map(|user| words::parse(&user, "installations", "app_user", row.id))
            .transpose()
    }

    /// What the app may do now; `None` for an unknown installation.
    pub async fn grants(&self, key: &InstallationKey) -> Result<Option<Grants>, StoreError> {
        let Some(installation) = self.installation_ref(key).await? else {
            return Ok(None);
        };
        let grants = projection::stored(self.db(), installation.row)
            .await?
            .unwrap_or_default();
        Ok(Some(grants))
    }
}
