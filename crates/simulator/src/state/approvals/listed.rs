//! `ListedApp`: an app that people find and ask for, whether or not the seed plays it.

use std::collections::BTreeSet;

use grantbook_core::{AppId, Scope, TeamId};
use serde::{Deserialize, Serialize};

use super::{AppScope, TokenType};
use crate::state::{App, World};

/// Who made an app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeveloperType {
    /// The organization itself.
    #[default]
    Internal,
    /// Somebody else.
    ThirdParty,
    /// Slack.
    Slack,
}

/// An app that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about an app on its own")]
pub struct ListedApp {
    /// `A…`.
    pub id: AppId,
    /// What people call it.
    pub name: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// Who made it.
    #[serde(default)]
    pub developer_type: DeveloperType,
    /// Whether Slack has approved it for the Marketplace ("certified").
    #[serde(default)]
    pub certified: bool,
    /// Whether it is a custom integration, which is resolved by its requests only.
    #[serde(default)]
    pub custom_integration: bool,
    /// What its bot wants.
    #[serde(default)]
    pub bot_scopes: Vec<Scope>,
    /// What it wants of people.
    #[serde(default)]
    pub user_scopes: Vec<Scope>,
    /// Those of both without which it works.
    #[serde(default)]
    pub optional_scopes: Vec<Scope>,
    /// Where a workflow app sends data.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Where help is.
    #[serde(default)]
    pub help_url: String,
    /// Its home page.
    #[serde(default)]
    pub homepage_url: String,
    /// Its privacy policy.
    #[serde(default)]
    pub privacy_policy_url: String,
    /// Whether it makes other apps, which can be approved beforehand.
    #[serde(default)]
    pub makes_apps: bool,
    /// Whether it has no addresses to restrict (`url_restriction_not_supported`).
    #[serde(default)]
    pub no_urls: bool,
    /// Whether it is one of the seed's own, which need no approval to be installed.
    #[serde(skip)]
    pub is_played: bool,
    /// Whether its developer has deleted it.
    #[serde(skip)]
    pub deleted: bool,
}

impl ListedApp {
    /// An app that the seed registers, as administrators see it.
    fn played(app: &App) -> Self {
        Self {
            id: app.id.clone(),
            name: app.name.clone(),
            description: app.description.clone(),
            developer_type: DeveloperType::Internal,
            certified: false,
            custom_integration: false,
            bot_scopes: app.scopes.clone(),
            user_scopes: app.user_scopes.clone(),
            optional_scopes: app.optional_scopes.clone(),
            domains: Vec::new(),
            help_url: String::new(),
            homepage_url: String::new(),
            privacy_policy_url: String::new(),
            makes_apps: false,
            no_urls: false,
            is_played: true,
            deleted: false,
        }
    }

    /// All that it wants.
    pub fn scopes(&self) -> Vec<AppScope> {
        let bot = self.bot_scopes.iter().map(|scope| (scope, TokenType::Bot));
        let user = self.user_scopes.iter().map(|scope| (scope, TokenType::User));
        let wanted = bot.chain(user).map(|(name, token_type)| AppScope {
            name: name.clone(),
            token_type,
            is_optional: self.optional_scopes.contains(name),
            is_approved: false,
        });
        wanted.collect()
    }
}

impl World {
    /// An app as administrators see it, unless it was deleted or never was.
    pub fn listed(&self, app: &AppId) -> Option<ListedApp> {
        let own = self.approvals.listed.get(app).filter(|app| !app.deleted).cloned();
        own.or_else(|| self.apps.get(app).map(ListedApp::played))
    }

    /// Whether Slack has approved a listed app for the Marketplace.
    pub fn is_certified(&self, app: &AppId) -> bool {
        let found = self.approvals.listed.get(app);
        found.is_some_and(|app| app.certified && !app.deleted)
    }

    /// An app by its id, its slug, or its name.
    pub fn listed_by_name(&self, name: &str) -> Option<ListedApp> {
        let played = self.app(name).map(|app| app.id.clone());
        let mut listed = self.approvals.listed.values();
        let found = played.or_else(|| {
            listed
                .find(|app| app.id.as_str() == name || app.name == name)
                .map(|app| app.id.clone())
        });
        self.listed(&found?)
    }

    /// The workspaces in which an app is installed.
    pub fn installed_in(&self, app: &AppId) -> BTreeSet<TeamId> {
        let listed = self.approvals.installed.keys().filter(|(id, _)| id == app);
        let played = self
            .installations
            .iter()
            .filter(|((id, _), found)| id == app && found.installed);
        listed
            .map(|(_, team)| team.clone())
            .chain(played.map(|((_, team), _)| team.clone()))
            .collect()
    }
}
