//! Registered apps: list them, add one, change it, replace its secrets, and find the one a door belongs to.

mod cache;
mod connection;
mod error;
mod secrets;
mod view;

use std::time::Instant;

use grantbook_core::{
    AppSlug,
    manifest::{self, Parts},
    view::{
        AppView, NewApp,
        apps::{AppChange, AppDraft, ConnectionTest, LONGEST_OVERLAP_HOURS, MOST_CONNECTIONS, SecretChange},
    },
};
use grantbook_store::{
    StoreError,
    apps::{AppRecord, InsertAppError, NewSecrets},
    audit::NewAudit,
};
use serde_json::{Value, json};

use crate::{House, audit::deeds};

pub use error::{AddAppError, ChangeAppError, SettingError};

pub(crate) use cache::{AppCache, keep_fresh};
pub(crate) use secrets::{Disbelief, Tries};

/// `POST /api/v1/apps/manifest` is not about an app.
const RESERVED: &str = "manifest";
/// How every app-level token begins (docs.slack.dev, "Tokens").
const APP_TOKEN: &str = "xapp-";

/// The registered apps.
#[derive(Clone, Debug)]
pub struct Apps {
    house: House,
}

impl Apps {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// All of them, by name.
    pub async fn list(&self) -> Result<Vec<AppView>, StoreError> {
        let records = self.house.store.apps().await?;
        let counts = self.house.store.installation_counts().await?;
        let sockets = self
            .house
            .sockets_everywhere(&records.iter().collect::<Vec<_>>())
            .await?;
        Ok(records
            .iter()
            .map(|record| {
                let count = counts.get(&record.row).copied().unwrap_or(0);
                self.view(record, count, sockets.get(&record.row))
            })
            .collect())
    }

    /// One of them.
    pub async fn get(&self, slug: &AppSlug) -> Result<Option<AppView>, StoreError> {
        match self.house.read_app(slug).await? {
            Some(record) => self.counted(&record).await.map(Some),
            None => Ok(None),
        }
    }

    /// Registers one. Its secrets are sealed before they reach the disk.
    pub async fn add(&self, app: NewApp) -> Result<AppView, AddAppError> {
        self.register(app, None).await
    }

    /// Registers one, and writes down who did it.
    pub async fn add_as(&self, who: &str, app: NewApp) -> Result<AppView, AddAppError> {
        self.register(app, Some(who)).await
    }

    async fn register(&self, app: NewApp, who: Option<&str>) -> Result<AppView, AddAppError> {
        let required = [
            ("name", &app.name),
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
            ("signing_secret", &app.signing_secret),
        ];
        if let Some((field, _)) = required.into_iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(SettingError::Empty(field).into());
        }
        if app.slug.as_str() == RESERVED {
            return Err(SettingError::ReservedSlug.into());
        }
        check_socket(app.socket_connections, app.app_token.as_deref())?;
        let (store, slug) = (&self.house.store, &app.slug);
        let inserted = match who {
            None => store.insert_app(&app, self.house.clock.now()).await,
            Some(who) => {
                let detail = json!({
                    "app_id": app.app_id, "name": app.name, "model": app.model, "scopes": app.scopes,
                    "user_scopes": app.user_scopes, "socket_connections": app.socket_connections,
                });
                store
                    .insert_app_as(&app, self.deed(who, deeds::APP_ADDED, slug, detail))
                    .await
            }
        };
        inserted.map_err(|error| match error {
            InsertAppError::DuplicateSlug => AddAppError::SlugTaken(slug.clone()),
            InsertAppError::DuplicateAppId => AddAppError::AppTaken,
            InsertAppError::Store(error) => AddAppError::Store(error),
        })?;
        match self.house.read_app(slug).await? {
            Some(record) => Ok(self.view(&record, 0, None)),
            None => Err(AddAppError::Store(StoreError::Closed)),
        }
    }

    /// Changes an app's settings, and writes down who did it and what changed.
    pub async fn change(&self, slug: &AppSlug, mut change: AppChange, who: &str) -> Result<AppView, ChangeAppError> {
        if change.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(SettingError::Empty("name").into());
        }
        change.app_token = change.app_token.map(|token| token.trim().to_owned());
        let not_found = || ChangeAppError::NotFound(slug.clone());
        let app = self.house.read_app(slug).await?.ok_or_else(not_found)?;
        let connections = change.socket_connections.unwrap_or(app.socket_connections);
        match &change.app_token {
            Some(token) => check_socket(connections, Some(token))?,
            None if app.app_token.is_none() => check_socket(connections, None)?,
            None => check_connections(connections)?,
        }
        let deed = self.deed(who, deeds::APP_CHANGED, slug, changed(&change));
        let changed = self.house.store.change_app(slug, &change, deed).await?;
        self.kept(changed.ok_or_else(not_found)?).await
    }

    /// Puts new secrets in place, those before staying good for a while, and writes down who did it.
    pub async fn replace_secrets(
        &self,
        slug: &AppSlug,
        change: SecretChange,
        who: &str,
    ) -> Result<AppView, ChangeAppError> {
        if change.overlap_hours > LONGEST_OVERLAP_HOURS {
            return Err(SettingError::Overlap.into());
        }
        let told = |secret: Option<String>| secret.map(|text| text.trim().to_owned());
        let (client, signing) = (told(change.client_secret), told(change.signing_secret));
        for (field, secret) in [("client_secret", &client), ("signing_secret", &signing)] {
            if secret.as_deref() == Some("") {
                return Err(SettingError::Empty(field).into());
            }
        }
        if client.is_none() && signing.is_none() {
            return Err(SettingError::NoSecret.into());
        }
        let detail = json!({
            "client_secret": client.is_some(), "signing_secret": signing.is_some(),
            "overlap_hours": change.overlap_hours,
        });
        let deed = self.deed(who, deeds::APP_SECRETS_REPLACED, slug, detail);
        let secrets = NewSecrets {
            client: client.map(Into::into),
            signing: signing.map(Into::into),
            until: deed.at.plus_seconds(i64::from(change.overlap_hours) * 3_600),
        };
        let replaced = self.house.store.replace_app_secrets(slug, &secrets, deed).await?;
        self.kept(replaced.ok_or_else(|| ChangeAppError::NotFound(slug.clone()))?)
            .await
    }

    /// Ends the time in which the secrets before are good, now, and writes down who did it.
    pub async fn end_overlap(&self, slug: &AppSlug, who: &str) -> Result<AppView, ChangeAppError> {
        let deed = self.deed(who, deeds::APP_OVERLAP_ENDED, slug, json!({}));
        let ended = self.house.store.end_previous_secrets(slug, deed).await?;
        self.kept(ended.ok_or_else(|| ChangeAppError::NotFound(slug.clone()))?)
            .await
    }

    /// What to paste into Slack to make this app there; `None` where no app has this slug.
    pub async fn manifest(&self, slug: &AppSlug) -> Result<Option<Value>, StoreError> {
        let Some(app) = self.house.read_app(slug).await? else {
            return Ok(None);
        };
        Ok(Some(manifest::manifest(&Parts {
            slug: &app.slug,
            name: &app.name,
            model: app.model,
            scopes: &app.scopes,
            user_scopes: &app.user_scopes,
            token_rotation: app.token_rotation,
            org_deploy: app.org_deploy,
            socket_mode: app.socket_connections > 0,
            addresses: self.addresses(&app.slug),
        })))
    }

    /// The same for an app that is not registered yet.
    pub fn draft_manifest(&self, draft: &AppDraft) -> Value {
        manifest::manifest(&Parts {
            slug: &draft.slug,
            name: &draft.name,
            model: draft.model,
            scopes: &draft.scopes,
            user_scopes: &draft.user_scopes,
            token_rotation: draft.token_rotation,
            org_deploy: draft.org_deploy,
            socket_mode: draft.socket_connections > 0,
            addresses: self.addresses(&draft.slug),
        })
    }

    /// Asks Slack and looks here whether both understand each other about an app; `None` where no app has this
    /// slug.
    pub async fn test(&self, slug: &AppSlug) -> Result<Option<ConnectionTest>, StoreError> {
        match self.house.read_app(slug).await? {
            Some(app) => connection::test(&self.house, &app).await.map(Some),
            None => Ok(None),
        }
    }

    fn deed(&self, who: &str, what: &str, slug: &AppSlug, detail: Value) -> NewAudit {
        NewAudit {
            at: self.house.clock.now(),
            who: who.to_owned(),
            what: what.to_owned(),
            subject: format!("app:{slug}"),
            detail,
        }
    }

    /// What was changed here counts here at once; other replicas read it again in time.
    async fn kept(&self, record: AppRecord) -> Result<AppView, ChangeAppError> {
        let record = self.house.apps.put(record, Instant::now());
        self.house.sockets.look();
        Ok(self.counted(&record).await?)
    }

    async fn counted(&self, record: &AppRecord) -> Result<AppView, StoreError> {
        let counts = self.house.store.installation_counts().await?;
        let sockets = self.house.sockets_everywhere(&[record]).await?;
        let count = counts.get(&record.row).copied().unwrap_or(0);
        Ok(self.view(record, count, sockets.get(&record.row)))
    }
}

/// What a change changes, for the audit log: everything but the token.
fn changed(change: &AppChange) -> Value {
    let shown = AppChange {
        app_token: None,
        ..change.clone()
    };
    let mut detail = serde_json::to_value(shown).unwrap_or_default();
    if let (Some(token), Some(fields)) = (&change.app_token, detail.as_object_mut()) {
        let word = if token.is_empty() { "forgotten" } else { "replaced" };
        fields.insert("app_token".to_owned(), json!(word));
    }
    detail
}

fn check_connections(connections: u8) -> Result<(), SettingError> {
    if connections > MOST_CONNECTIONS {
        return Err(SettingError::Connections);
    }
    Ok(())
}

/// Socket Mode needs a token of the right kind.
fn check_socket(connections: u8, token: Option<&str>) -> Result<(), SettingError> {
    check_connections(connections)?;
    match token.map(str::trim).filter(|token| !token.is_empty()) {
        Some(token) if !token.starts_with(APP_TOKEN) => Err(SettingError::NotAnAppToken),
        None if connections > 0 => Err(SettingError::NoAppToken),
        Some(_) | None => Ok(()),
    }
}
