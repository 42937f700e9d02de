//! `Seed`: the world at the start, as a JSON document, with a fictional Grid organization built in.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::state::{App, Conversation, Enterprise, ListedApp, Team, User};

/// The document of the built-in organization.
const NORTHWIND: &str = include_str!("../data/northwind.json");

/// What stands in the document where the console's address belongs.
const CONSOLE: &str = "{console}";

/// Who and what there is before anybody installs anything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// The organization around the workspaces, if any.
    #[serde(default)]
    pub enterprise: Option<Enterprise>,
    /// The workspaces.
    pub teams: Vec<Team>,
    /// The people.
    pub users: Vec<User>,
    /// Channels, private channels, direct messages and app homes.
    #[serde(default)]
    pub conversations: Vec<Conversation>,
    /// The apps that can be installed.
    pub apps: Vec<App>,
    /// Apps that people can ask for, which the simulator does not play.
    #[serde(default)]
    pub requestable: Vec<ListedApp>,
}

/// Why a document is no world.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Not JSON, or not of this shape.
    #[error("the seed cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
    /// Something refers to something that is not there.
    #[error("the seed names {0}, which it does not define")]
    Missing(String),
    /// One identifier, two things.
    #[error("the seed defines {0} twice")]
    Twice(String),
}

impl Seed {
    /// "Northwind Grid": six workspaces, forty people, four apps whose addresses lie below `console_url`.
    ///
    /// # Panics
    ///
    /// Never: the document is compiled in, and a test reads it.
    pub fn northwind(console_url: &str) -> Self {
        #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
        let seed: Self = serde_json::from_str(NORTHWIND).expect("the built-in seed can be read");
        seed.at_console(console_url)
    }

    /// Reads a document; `{console}` in an app's addresses stands for `console_url`.
    pub fn from_json(text: &str, console_url: &str) -> Result<Self, SeedError> {
        let seed: Self = serde_json::from_str(text)?;
        seed.check()?;
        Ok(seed.at_console(console_url))
    }

    fn at_console(mut self, console_url: &str) -> Self {
        let base = console_url.trim_end_matches('/');
        for app in &mut self.apps {
            let addresses = app
                .redirect_uris
                .iter_mut()
                .chain(&mut app.events_url)
                .chain(&mut app.interactions_url)
                .chain(&mut app.commands_url)
                .chain(&mut app.install_url);
            for address in addresses {
                *address = address.replace(CONSOLE, base);
            }
        }
        self
    }

    /// Whether everything named is defined, once.
    pub(crate) fn check(&self) -> Result<(), SeedError> {
        let teams = unique(self.teams.iter().map(|team| team.id.as_str()))?;
        let users = unique(self.users.iter().map(|user| user.id.as_str()))?;
        let apps = unique(self.apps.iter().map(|app| app.id.as_str()))?;
        let listed = self.requestable.iter().map(|app| app.id.as_str());
        unique(listed.chain(apps.iter().copied()))?;
        unique(self.apps.iter().map(|app| app.slug.as_str()))?;
        unique(self.apps.iter().map(|app| app.client_id.as_str()))?;
        unique(self.conversations.iter().map(|conversation| conversation.id.as_str()))?;
        for team in self.users.iter().flat_map(|user| &user.teams) {
            defined(&teams, team.as_str())?;
        }
        for team in self.apps.iter().filter_map(|app| app.only_team.as_ref()) {
            defined(&teams, team.as_str())?;
        }
        for conversation in &self.conversations {
            defined(&teams, conversation.team.as_str())?;
            for member in &conversation.members {
                defined(&users, member.as_str())?;
            }
            if let Some(app) = &conversation.app {
                defined(&apps, app.as_str())?;
            }
        }
        Ok(())
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Result<BTreeSet<&'a str>, SeedError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(SeedError::Twice(name.to_owned()));
        }
    }
    Ok(seen)
}

fn defined(known: &BTreeSet<&str>, name: &str) -> Result<(), SeedError> {
    if known.contains(name) {
        Ok(())
    } else {
        Err(SeedError::Missing(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_organization_is_whole() {
        let seed = Seed::northwind("http://127.0.0.1:8080/");
        seed.check().unwrap();
        assert_eq!((seed.teams.len(), seed.users.len(), seed.apps.len()), (6, 40, 4));
        assert_eq!(seed.requestable.len(), 7);
        assert!(
            seed.requestable
                .iter()
                .flat_map(ListedApp::scopes)
                .all(|scope| grantbook_core::catalogue::find(&scope.name).is_some())
        );
        assert_eq!(
            seed.apps[0].redirect_uris,
            ["http://127.0.0.1:8080/slack/insectoid/oauth/callback"]
        );
        assert_eq!(
            seed.apps[0].events_url.as_deref(),
            Some("http://127.0.0.1:8080/slack/insectoid/events")
        );
        assert!(seed.apps.iter().all(|app| !app.signing_secret.expose().is_empty()));
        assert!(seed.apps.iter().all(|app| !app.commands.is_empty()));
        let addresses = |app: &App| [app.interactions_url.clone(), app.commands_url.clone()];
        let at_console = |url: &Option<String>| {
            url.as_ref()
                .is_some_and(|url| url.starts_with("http://127.0.0.1:8080/"))
        };
        assert!(seed.apps.iter().flat_map(addresses).all(|url| at_console(&url)));
        let modern: Vec<_> = seed.apps.iter().filter(|app| app.is_modern()).collect();
        assert_eq!((modern.len(), modern[0].slug.as_str()), (1, "atlas"));
        assert!(
            modern[0]
                .optional_scopes
                .iter()
                .all(|scope| modern[0].scopes.contains(scope))
        );
    }

    #[test]
    fn a_document_that_names_what_it_does_not_define_is_refused() {
        let text = r#"{"teams":[],"users":[{"id":"U1","name":"a","teams":["T1"]}],"apps":[]}"#;
        assert!(matches!(Seed::from_json(text, ""), Err(SeedError::Missing(name)) if name == "T1"));
        let text = r#"{"teams":[{"id":"T1","name":"a","domain":"a"},{"id":"T1","name":"b","domain":"b"}],"users":[],"apps":[]}"#;
        assert!(matches!(Seed::from_json(text, ""), Err(SeedError::Twice(_))));
    }
}
