//! A console and a simulator, a browser between them, and what a person decides on Slack's page.

use std::time::Duration;

use anyhow::Context as _;
use grantbook_core::{InstallationKey, Scope, TeamId, UserId, grants::Status, view::InstallationView};
use grantbook_flows::keys::{KeyRights, Keys};
use grantbook_simulator::{Action, Builder, SlackSim};
use grantbook_store::queries::{PageRequest, installations::InstallationFilter};
use reqwest::{Client, RequestBuilder, StatusCode, header, redirect::Policy};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use crate::{console::Console, oauth_fixtures::told};

pub(super) const HQ: &str = "T061EG9R6";
pub(super) const DESIGN: &str = "T0DES3UAN";
pub(super) const ORG: &str = "E0N0RTHW1";
pub(super) const IZZY: &str = "U061F7AUR";
pub(super) const ORLA: &str = "U07MPWUWB7";
pub(super) const CRIT: &str = "C039BP4SK1";

/// What a person allows.
#[derive(Clone, Debug)]
pub(super) enum Allows {
    /// What the app asks for, in one workspace.
    Workspace(&'static str),
    /// One more channel, of a workspace app.
    Channel(&'static str),
    /// These scopes of their own and no bot, in one workspace.
    OnlyThemselves(&'static str, &'static [&'static str]),
    /// The app's scopes, and these of their own.
    Both(&'static str, &'static [&'static str]),
    /// The whole organization, with these workspaces.
    Organization(&'static [&'static str]),
}

pub(super) struct Scene {
    pub(super) sim: SlackSim,
    pub(super) console: Console,
    browser: Client,
    gbk: String,
}

pub(super) fn scopes(names: &[&str]) -> Vec<Scope> {
    names.iter().map(|name| Scope::new(*name).unwrap()).collect()
}

fn teams(ids: &[&str]) -> Vec<TeamId> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

impl Scene {
    pub(super) async fn new() -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(|_| (), Builder::without_rate_limits).await?;
        console.register_all(&sim.apps()).await?;
        let rights = KeyRights {
            role: grantbook_core::view::Role::Admin,
            tokens: true,
        };
        let made = Keys::new(console.house.clone()).create("a script", rights).await?;
        Ok(Self {
            sim,
            console,
            browser: Client::builder().redirect(Policy::none()).cookie_store(true).build()?,
            gbk: made.key.expose_secret().to_owned(),
        })
    }

    /// From our install door to Slack's page: its address.
    pub(super) async fn leave(&self, app: &str) -> anyhow::Result<Url> {
        self.follow(&self.console.at(&format!("slack/{app}/install"))).await
    }

    /// Where an address of ours sends the browser: Slack's page.
    pub(super) async fn follow(&self, address: &str) -> anyhow::Result<Url> {
        let answer = self.browser.get(address).send().await?;
        anyhow::ensure!(answer.status().is_redirection(), "{address}: {}", answer.status());
        let page: Url = answer.headers()[header::LOCATION].to_str()?.parse()?;
        anyhow::ensure!(page.as_str().starts_with(&self.sim.url()), "{page}");
        Ok(page)
    }

    /// Somebody allows on Slack's page; where the browser is sent.
    pub(super) async fn allow(&self, page: &Url, app: &str, user: &str, allows: Allows) -> anyhow::Result<Url> {
        let query = |wanted: &str| {
            let found = page.query_pairs().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned())
        };
        let (redirect_uri, state) = (query("redirect_uri"), query("state"));
        let user: UserId = user.parse()?;
        let app = app.to_owned();
        let in_team =
            |team: &str, own: Option<Vec<Scope>>, people: Option<Vec<Scope>>, channel: Option<&str>| Action::Consent {
                app: app.clone(),
                team: team.parse().unwrap(),
                user: user.clone(),
                scopes: own,
                resources: channel.iter().map(|id| id.parse().unwrap()).collect(),
                wildcards: Vec::new(),
                single_channel: channel.is_some(),
                user_scopes: people,
                untick: Vec::new(),
                redirect_uri: redirect_uri.clone(),
                state: state.clone(),
            };
        let action = match allows {
            Allows::Workspace(team) => in_team(team, None, None, None),
            Allows::Channel(channel) => in_team(HQ, None, None, Some(channel)),
            Allows::OnlyThemselves(team, people) => in_team(team, Some(Vec::new()), Some(scopes(people)), None),
            Allows::Both(team, people) => in_team(team, None, Some(scopes(people)), None),
            Allows::Organization(workspaces) => Action::ConsentOrg {
                app: app.clone(),
                user: user.clone(),
                scopes: None,
                user_scopes: None,
                untick: Vec::new(),
                teams: teams(workspaces),
                redirect_uri: redirect_uri.clone(),
                state: state.clone(),
            },
        };
        Ok(self.sim.consent(action).await?)
    }

    /// Back at our callback: where it sends the browser, or the page it shows.
    pub(super) async fn come_back(&self, callback: Url) -> anyhow::Result<(StatusCode, String)> {
        let answer = self.browser.get(callback).send().await?;
        let status = answer.status();
        let there = answer.headers().get(header::LOCATION).cloned();
        self.sim.idle().await;
        match there {
            Some(there) => Ok((status, there.to_str()?.to_owned())),
            None => Ok((status, answer.text().await?)),
        }
    }

    /// A whole install that ends at the page of `tenant`.
    pub(super) async fn install(&self, app: &str, user: &str, allows: Allows, tenant: &str) -> anyhow::Result<()> {
        let page = self.leave(app).await?;
        let callback = self.allow(&page, app, user, allows).await?;
        let (status, there) = self.come_back(callback).await?;
        let expected = format!("/workspaces/{tenant}?app={app}");
        anyhow::ensure!(
            status.is_redirection() && there.starts_with(&expected),
            "{status} {there}"
        );
        Ok(())
    }

    pub(super) async fn act(&self, action: Action) -> anyhow::Result<()> {
        self.sim.act(action).await?;
        self.sim.idle().await;
        Ok(())
    }

    /// Time passes: Slack's clock has whole seconds.
    pub(super) fn wait(&self, seconds: u64) {
        self.sim.clock().advance(Duration::from_secs(seconds));
    }

    /// All that is kept, in short lines.
    pub(super) async fn kept(&self) -> anyhow::Result<Vec<String>> {
        told::all(&self.console.house).await
    }

    /// The keys of all installations.
    pub(super) async fn keys(&self) -> anyhow::Result<Vec<String>> {
        let (any, first) = (InstallationFilter::default(), PageRequest::first(50));
        let found = self
            .console
            .house
            .store
            .installations(&any, &first, self.sim.clock().now())
            .await?;
        let mut keys: Vec<String> = found.items.iter().map(|view| view.id.to_string()).collect();
        keys.sort();
        Ok(keys)
    }

    pub(super) async fn view(&self, key: &str) -> anyhow::Result<InstallationView> {
        let key: InstallationKey = key.parse()?;
        let found = self
            .console
            .house
            .store
            .installation(&key, self.sim.clock().now())
            .await?;
        found.with_context(|| format!("no installation {key}"))
    }

    pub(super) async fn status(&self, key: &str) -> anyhow::Result<Status> {
        Ok(self.view(key).await?.status)
    }

    /// The ids of one type that an installation reaches.
    pub(super) async fn reaches(&self, key: &str, kind: &str) -> anyhow::Result<Vec<String>> {
        let grants = self
            .console
            .house
            .store
            .grants(&key.parse()?)
            .await?
            .unwrap_or_default();
        let held = grants.resources.get(&kind.parse()?);
        let ids = held
            .into_iter()
            .flat_map(|held| held.specific.keys().map(ToString::to_string));
        Ok(ids.collect())
    }

    /// A call of the REST door with an administrator's key.
    pub(super) fn door(&self, make: impl Fn(&Client, String) -> RequestBuilder, path: &str) -> RequestBuilder {
        let at = self.console.at(&format!("api/v1/installations/{path}"));
        make(&self.browser, at).bearer_auth(&self.gbk)
    }

    /// Asks to end something, with a reason.
    pub(super) async fn ask(&self, path: &str, reason: &str) -> anyhow::Result<(StatusCode, Value)> {
        let wish = serde_json::json!({ "reason": reason });
        let answer = self.door(Client::post, path).json(&wish).send().await?;
        Ok((answer.status(), answer.json().await?))
    }

    /// The receipt once it has come so far.
    pub(super) async fn receipt(&self, path: &str, state: &str) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        for _ in 0..500 {
            last = self.door(Client::get, path).send().await?.json().await?;
            if last["state"] == state {
                return Ok(last);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("not {state} within ten seconds: {last}")
    }

    /// Whether Slack takes the token of this holder.
    pub(super) async fn works(&self, key: &str, holder: &str) -> anyhow::Result<bool> {
        let found = self
            .console
            .house
            .store
            .credential(&key.parse()?, &holder.parse()?)
            .await?;
        let token = found.context("a token")?.access;
        let url = format!("{}/api/auth.test", self.sim.url().trim_end_matches('/'));
        let asked = self.browser.post(url).bearer_auth(token.expose_secret());
        let answer: Value = asked.send().await?.json().await?;
        Ok(answer["ok"] == true)
    }

    pub(super) async fn end(self) -> anyhow::Result<()> {
        self.sim.shutdown().await;
        self.console.stop().await
    }
}
