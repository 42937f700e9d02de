//! Changing an app: its settings, its secrets with a time in which the ones before are good as well, and the
//! moment of its last signed delivery. A change and its line in the audit log are one commit.

use grantbook_core::{AppSlug, Timestamp, view::apps::AppChange};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction,
    EntityTrait as _, QueryFilter as _, QuerySelect as _, sea_query::Expr,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{AppRecord, place, record, scopes_text, sealed};
use crate::{
    Store, StoreError,
    audit::{self, NewAudit},
    entity::apps::{ActiveModel, Column, Entity, Model},
    keyring,
};

/// How exact the moment of the last signed delivery is, in microseconds.
const MINUTE: i64 = 60_000_000;

/// New secrets; what is absent stays as it is.
#[derive(Clone, Debug)]
pub struct NewSecrets {
    /// The new client secret.
    pub client: Option<SecretString>,
    /// The new signing secret.
    pub signing: Option<SecretString>,
    /// Till when the ones before are good as well.
    pub until: Timestamp,
}

/// The row of an app, opened; nobody else changes it until the transaction ends.
async fn locked(
    db: &impl ConnectionTrait,
    store: &Store,
    slug: &AppSlug,
) -> Result<Option<(Model, AppRecord)>, StoreError> {
    keyring::before_sealing(db, store.vault()).await?;
    let row = Entity::find()
        .filter(Column::Slug.eq(slug.as_str()))
        .lock_exclusive()
        .one(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    keyring::before_opening(db, store.vault(), sealed(&row)).await?;
    let app = record(store.vault(), row.clone())?;
    Ok(Some((row, app)))
}

/// Wipes the secrets that were replaced, of the apps in `which`, each for itself where `overdue` says so.
async fn wipe(db: &impl ConnectionTrait, which: Condition, overdue: Option<Timestamp>) -> Result<u64, StoreError> {
    let mut wiped = 0;
    for (secret, until) in [
        (Column::PreviousClientSecret, Column::ClientSecretUntil),
        (Column::PreviousSigningSecret, Column::SigningSecretUntil),
    ] {
        let done = Entity::update_many()
            .col_expr(secret, Expr::value(None::<Vec<u8>>))
            .col_expr(until, Expr::value(None::<i64>))
            .filter(which.clone())
            .filter(until.is_not_null())
            .filter(Condition::all().add_option(overdue.map(|now| until.lte(now.micros()))))
            .exec(db)
            .await?;
        wiped += done.rows_affected;
    }
    Ok(wiped)
}

impl Store {
    /// Changes an app's settings and writes down the deed; answers the app as it is then, or `None` where there
    /// is none.
    pub async fn change_app(
        &self,
        slug: &AppSlug,
        change: &AppChange,
        deed: NewAudit,
    ) -> Result<Option<AppRecord>, StoreError> {
        let tx = self.begin().await?;
        let Some((row, _)) = locked(&tx, self, slug).await? else {
            return Ok(None);
        };
        let mut active = ActiveModel::from(row.clone());
        if let Some(name) = &change.name {
            active.name = Set(name.clone());
        }
        if let Some(scopes) = &change.scopes {
            active.scopes = Set(scopes_text(scopes, "scopes", slug)?);
        }
        if let Some(scopes) = &change.user_scopes {
            active.user_scopes = Set(scopes_text(scopes, "user_scopes", slug)?);
        }
        if let Some(single_channel) = change.single_channel {
            active.single_channel = Set(single_channel);
        }
        if let Some(token_rotation) = change.token_rotation {
            active.token_rotation = Set(token_rotation);
        }
        if let Some(org_deploy) = change.org_deploy {
            active.org_deploy = Set(org_deploy);
        }
        if let Some(connections) = change.socket_connections {
            active.socket_connections = Set(i32::from(connections));
        }
        if let Some(token) = &change.app_token {
            let seal = || self.vault().seal(&place(slug, "app_token"), token.as_bytes());
            active.app_token = Set((!token.is_empty()).then(seal).transpose()?);
        }
        self.save_app(tx, row, active, deed).await.map(Some)
    }

    /// Puts new secrets in place; those that they replace are good until `secrets.until`. Telling the same
    /// secret again changes nothing about it. Answers the app as it is then, or `None` where there is none.
    pub async fn replace_app_secrets(
        &self,
        slug: &AppSlug,
        secrets: &NewSecrets,
        deed: NewAudit,
    ) -> Result<Option<AppRecord>, StoreError> {
        let tx = self.begin().await?;
        let Some((row, app)) = locked(&tx, self, slug).await? else {
            return Ok(None);
        };
        let overlap = (deed.at < secrets.until).then_some(secrets.until);
        let until = overlap.map(Timestamp::micros);
        let seal = |column, secret: &SecretString| self.vault().seal_text(&place(slug, column), secret);
        let keep = |column, secret: &SecretString| overlap.map(|_| seal(column, secret)).transpose();
        let mut active = ActiveModel::from(row.clone());
        if let Some(client) = newer(secrets.client.as_ref(), &app.client_secret) {
            active.client_secret = Set(seal("client_secret", client)?);
            active.previous_client_secret = Set(keep("previous_client_secret", &app.client_secret)?);
            active.client_secret_until = Set(until);
        }
        if let Some(signing) = newer(secrets.signing.as_ref(), &app.signing_secret) {
            active.signing_secret = Set(seal("signing_secret", signing)?);
            active.previous_signing_secret = Set(keep("previous_signing_secret", &app.signing_secret)?);
            active.signing_secret_until = Set(until);
        }
        self.save_app(tx, row, active, deed).await.map(Some)
    }

    async fn save_app(
        &self,
        tx: DatabaseTransaction,
        row: Model,
        active: ActiveModel,
        deed: NewAudit,
    ) -> Result<AppRecord, StoreError> {
        let saved = if active.is_changed() {
            active.update(&tx).await?
        } else {
            row
        };
        audit::insert(&tx, deed).await?;
        let app = record(self.vault(), saved)?;
        tx.commit().await?;
        Ok(app)
    }

    /// Wipes the secrets of an app that were replaced, before their time is over, and writes down the deed;
    /// answers the app as it is then, or `None` where there is none.
    pub async fn end_previous_secrets(&self, slug: &AppSlug, deed: NewAudit) -> Result<Option<AppRecord>, StoreError> {
        let tx = self.begin().await?;
        let Some((row, _)) = locked(&tx, self, slug).await? else {
            return Ok(None);
        };
        wipe(&tx, Condition::all().add(Column::Id.eq(row.id)), None).await?;
        audit::insert(&tx, deed).await?;
        tx.commit().await?;
        self.app_by_slug(slug).await
    }

    /// Wipes every replaced secret whose time is over: what nobody accepts is not kept. Answers how many.
    pub async fn wipe_overdue_secrets(&self, now: Timestamp) -> Result<u64, StoreError> {
        wipe(self.db(), Condition::all(), Some(now)).await
    }

    /// Keeps the moment of a rightly signed delivery, unless one of the same minute is kept.
    pub async fn note_signed(&self, app: i64, at: Timestamp) -> Result<(), StoreError> {
        let earlier = Condition::any()
            .add(Column::SignedAt.is_null())
            .add(Column::SignedAt.lte(at.micros() - MINUTE));
        Entity::update_many()
            .col_expr(Column::SignedAt, Expr::value(at.micros()))
            .filter(Column::Id.eq(app))
            .filter(earlier)
            .exec(self.db())
            .await?;
        Ok(())
    }
}

/// The secret that was told, unless it is the one that is kept.
fn newer<'a>(told: Option<&'a SecretString>, kept: &SecretString) -> Option<&'a SecretString> {
    told.filter(|told| told.expose_secret() != kept.expose_secret())
}
