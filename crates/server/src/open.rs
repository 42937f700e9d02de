//! From the configuration to an open house: key, database, Slack client.

pub(crate) mod master;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, ensure};
use grantbook_api::{
    client::SlackClient,
    http::{HttpClient, HttpSettings},
};
use grantbook_flows::{
    Addresses, House,
    clock::{Clock, SystemIds},
    progressive::{self, Journal},
};
use grantbook_store::{Options, Store, StoreError, Synchronous, vault::VaultError};
use url::Url;

use crate::{
    clock::SystemClock,
    config::{self, Config},
};

/// Opens the database, without touching its schema.
pub async fn store(config: &Config) -> anyhow::Result<Store> {
    let vault = master::vault(config).await?;
    let url = config.database.url.expose();
    if let Some(path) = sqlite_file(url) {
        make_folder(path)?;
    }
    let options = Options {
        max_connections: config.database.max_connections,
        sqlite_synchronous: match config.database.synchronous {
            config::Synchronous::Full => Synchronous::Full,
            config::Synchronous::Normal => Synchronous::Normal,
        },
    };
    let shown = config.database.url.shown();
    Store::open(url, vault, options).await.map_err(|error| match error {
        StoreError::Sealed(error) => unusable_key(error),
        other => anyhow::Error::new(other).context(format!("cannot open the database {shown}")),
    })
}

fn unusable_key(error: VaultError) -> anyhow::Error {
    anyhow::Error::new(error).context("the master key cannot be used")
}

/// Opens the database and brings its schema up to date.
pub async fn migrated_store(config: &Config) -> anyhow::Result<Store> {
    let store = store(config).await?;
    migrate(&store).await?;
    Ok(store)
}

/// Brings the schema up to date; makes the first keys where there are none.
pub async fn migrate(store: &Store) -> anyhow::Result<()> {
    store.migrate().await.map_err(|error| match error {
        StoreError::Sealed(error) => unusable_key(error),
        other => anyhow::Error::new(other).context("cannot bring the database's schema up to date"),
    })
}

/// The house over an open store, by any clock, for taking presses: they are noted in the journal.
pub fn house_at(config: &Config, store: Store, clock: Arc<dyn Clock>) -> anyhow::Result<House> {
    let path = journal(config);
    make_folder(&path)?;
    let journal = Journal::open(&path).with_context(|| format!("cannot use the journal {}", path.display()))?;
    build(config, store, clock, journal)
}

/// Opens everything and brings the schema up to date; for a command that takes no presses, so that the journal
/// of a console that runs beside it is left alone.
pub async fn migrated_house(config: &Config) -> anyhow::Result<House> {
    let store = migrated_store(config).await?;
    build(config, store, Arc::new(SystemClock), Journal::default())
}

/// The same for the console itself, journal included.
pub async fn serving_house(config: &Config) -> anyhow::Result<House> {
    house_at(config, migrated_store(config).await?, Arc::new(SystemClock))
}

fn build(config: &Config, store: Store, clock: Arc<dyn Clock>, journal: Journal) -> anyhow::Result<House> {
    let public_url = config
        .server
        .public_url()
        .context("server.public_url is not an address")?;
    let slack_url = slack_url(config)?;
    let http = HttpClient::new(&HttpSettings::default()).context("cannot set up the HTTP client")?;
    let slack = SlackClient::new(slack_url.clone(), http);
    let house = House::new(
        store,
        slack,
        clock,
        Arc::new(SystemIds),
        Addresses { public_url, slack_url },
        progressive::Settings {
            policy: config.requests.policy(),
            journal,
        },
    );
    house.drift.compare_every(config.reconcile.every_hours);
    house.approvals.configure(config.approvals.clone());
    Ok(house)
}

/// Where presses are noted before Slack is called: as configured, beside the SQLite database, or in `data`.
pub fn journal(config: &Config) -> PathBuf {
    let beside = || {
        let folder = sqlite_file(config.database.url.expose()).and_then(Path::parent);
        folder.unwrap_or(Path::new("data")).join("presses.journal")
    };
    config.requests.journal.clone().unwrap_or_else(beside)
}

/// Slack's site: an http(s) address without a path, since the client adds `/api/…` and `/oauth/…`.
pub fn slack_url(config: &Config) -> anyhow::Result<Url> {
    let text = &config.slack.base_url;
    let url = Url::parse(text).with_context(|| format!("slack.base_url is not an address: {text}"))?;
    ensure!(
        matches!(url.scheme(), "http" | "https"),
        "slack.base_url must begin with https:// (or http://): {text}"
    );
    ensure!(
        url.path() == "/" && url.query().is_none() && url.fragment().is_none(),
        "slack.base_url is the site alone, without a path: write https://slack.com, not {text}"
    );
    Ok(url)
}

/// The file of an SQLite database, where `url` names one.
pub fn sqlite_file(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path
        .split('?')
        .next()
        .filter(|path| !path.is_empty() && !path.starts_with(":memory:"))?;
    Some(Path::new(path))
}

fn make_folder(file: &Path) -> anyhow::Result<()> {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DatabaseUrl;

    #[test]
    fn slacks_address_is_a_site_without_a_path() {
        let with = |text: &str| {
            let mut config = Config::default();
            text.clone_into(&mut config.slack.base_url);
            slack_url(&config).is_ok()
        };
        assert!(with("https://slack.com") && with("http://127.0.0.1:8090/"));
        assert!(!with("https://slack.com/api/") && !with("slack.com") && !with("ftp://slack.com"));
    }

    #[test]
    fn presses_are_noted_beside_the_database() {
        let with = |url: &str| {
            let mut config = Config::default();
            config.database.url = DatabaseUrl::from(url.to_owned());
            journal(&config)
        };
        assert_eq!(
            with("sqlite:///var/book/a.sqlite"),
            Path::new("/var/book/presses.journal")
        );
        assert_eq!(with("sqlite://a.sqlite"), Path::new("presses.journal"));
        assert_eq!(with("postgres://db/a"), Path::new("data/presses.journal"));
        let mut config = Config::default();
        config.requests.journal = Some("/run/book.journal".into());
        assert_eq!(journal(&config), Path::new("/run/book.journal"));
    }

    #[test]
    fn an_sqlite_file_is_recognized() {
        assert_eq!(
            sqlite_file("sqlite://data/a.sqlite?mode=rwc"),
            Some(Path::new("data/a.sqlite"))
        );
        assert_eq!(sqlite_file("sqlite:///var/a"), Some(Path::new("/var/a")));
        assert_eq!(sqlite_file("sqlite::memory:"), None);
        assert_eq!(sqlite_file("postgres://db/a"), None);
    }
}
