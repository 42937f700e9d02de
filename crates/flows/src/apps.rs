//! Registered apps: list them, add one, and find the one a door belongs to.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use grantbook_core::{
    AppSlug,
    view::{AppView, NewApp},
};
use grantbook_store::{
    StoreError,
    apps::{AppRecord, InsertAppError},
};

use crate::House;

/// Apps by slug, kept in memory because every signed request needs one's secret.
#[derive(Clone, Default)]
pub(crate) struct AppCache(Arc<RwLock<HashMap<AppSlug, Arc<AppRecord>>>>);

impl AppCache {
    fn get(&self, slug: &AppSlug) -> Option<Arc<AppRecord>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    fn put(&self, record: AppRecord) -> Arc<AppRecord> {
        let record = Arc::new(record);
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        apps.insert(record.slug.clone(), Arc::clone(&record));
        record
    }
}

/// Why an app cannot be added.
#[derive(Debug, thiserror::Error)]
pub enum AddAppError {
    /// The slug is taken.
    #[error("an app with the slug {0} exists already")]
    SlugTaken(AppSlug),
    /// The app is registered under another slug.
    #[error("this Slack app is registered already")]
    AppTaken,
    /// Something required is empty.
    #[error("{0} is empty; copy it from the app's page at Slack")]
    Empty(&'static str),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

impl House {
    /// The registered app with this slug, with its secrets.
    pub(crate) async fn app(&self, slug: &AppSlug) -> Result<Option<Arc<AppRecord>>, StoreError> {
        if let Some(app) = self.apps.get(slug) {
            return Ok(Some(app));
        }
        Ok(self.store.app_by_slug(slug).await?.map(|record| self.apps.put(record)))
    }
}

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
        Ok(records
            .iter()
            .map(|record| self.view(record, counts.get(&record.row).copied().unwrap_or(0)))
            .collect())
    }

    /// One of them.
    pub async fn get(&self, slug: &AppSlug) -> Result<Option<AppView>, StoreError> {
        let Some(record) = self.house.app(slug).await? else {
            return Ok(None);
        };
        let counts = self.house.store.installation_counts().await?;
        Ok(Some(self.view(&record, counts.get(&record.row).copied().unwrap_or(0))))
    }

    /// Registers one. Its secrets are sealed before they reach the disk.
    pub async fn add(&self, app: NewApp) -> Result<AppView, AddAppError> {
        let required = [
            ("name", &app.name),
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
            ("signing_secret", &app.signing_secret),
        ];
        if let Some((field, _)) = required.into_iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(AddAppError::Empty(field));
        }
        self.house
            .store
            .insert_app(&app, self.house.clock.now())
            .await
            .map_err(|error| match error {
                InsertAppError::DuplicateSlug => AddAppError::SlugTaken(app.slug.clone()),
                InsertAppError::DuplicateAppId => AddAppError::AppTaken,
                InsertAppError::Store(error) => AddAppError::Store(error),
            })?;
        match self.house.app(&app.slug).await? {
            Some(record) => Ok(self.view(&record, 0)),
            None => Err(AddAppError::Store(StoreError::Closed)),
        }
    }

    fn view(&self, record: &AppRecord, installations: u64) -> AppView {
        let door = |door| self.house.addresses.slack_door(&record.slug, door).to_string();
        AppView {
            slug: record.slug.clone(),
            name: record.name.clone(),
            app_id: record.app_id.clone(),
            client_id: record.client_id.clone(),
            model: record.model,
            scopes: record.scopes.clone(),
            installations,
            install_url: door("install"),
            events_url: door("events"),
            interactions_url: door("interactions"),
            commands_url: door("commands"),
            redirect_url: door("oauth/callback"),
            created_at: record.created_at,
        }
    }
}
