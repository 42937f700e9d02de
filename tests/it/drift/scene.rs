//! A simulator that sends no events, a database, and houses over it, with apps installed.

use std::{collections::BTreeSet, time::Duration};

use anyhow::ensure;
use grantbook_api::{client::Caller, methods::Method, secret::AccessToken};
use grantbook_core::{
    Grants, InstallationKey, ResourceId, ResourceType, Scope, TeamId, Tenant, view::drift::DriftView,
};
use grantbook_flows::{House, apps::Apps, drift::Drift, reconcile::Reconcile};
use grantbook_server::demo::registration;
use grantbook_simulator::{Action, SlackSim};
use grantbook_store::{
    queries::{PageRequest, drift::DriftFilter},
    tokens::Holder,
};
use grantbook_tests::{
    consent::{Allowed, consent, query, without_doors},
    ground::{Ground, NOWHERE, still},
};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use url::Url;

pub(super) const TEAM: &str = "T061EG9R6";
pub(super) const DESIGN: &str = "T0DES3UAN";
pub(super) const LABS: &str = "T0M94LNUC";
pub(super) const ENTERPRISE: &str = "E0N0RTHW1";
pub(super) const IZZY: &str = "U061F7AUR";
pub(super) const CHANNEL: &str = "C061EG9T2";
pub(super) const OTHER: &str = "C0E9UNTZR9";
pub(super) const DESIGN_CHANNEL: &str = "C0PPK3GAUP";
pub(super) const ATLAS: &str = "atlas";
pub(super) const INSECTOID: &str = "insectoid";

/// Slack, a database, and its apps registered.
pub(super) struct Scene {
    pub(super) sim: SlackSim,
    pub(super) house: House,
    ground: Ground,
    _folder: TempDir,
}

pub(super) fn scopes(names: &[&str]) -> Vec<Scope> {
    names.iter().map(|name| Scope::new(*name).unwrap()).collect()
}

pub(super) fn key(app: &str, tenant: &str) -> InstallationKey {
    format!("{app}.{tenant}").parse().unwrap()
}

impl Scene {
    pub(super) async fn new(database: Option<String>) -> anyhow::Result<Self> {
        let sim = still(NOWHERE, |_| ()).start().await?;
        let folder = grantbook_tests::evidence::folder()?;
        let ground = Ground::new(database, folder.path());
        let house = ground.house_beside(&sim).await?;
        house.store.migrate().await?;
        let apps = Apps::new(house.clone());
        for app in sim.apps() {
            apps.add(registration(&app)).await?;
        }
        Ok(Self {
            sim,
            house,
            ground,
            _folder: folder,
        })
    }

    /// A house of its own on the same database, as another replica has it.
    pub(super) async fn replica(&self) -> anyhow::Result<House> {
        self.ground.house_beside(&self.sim).await
    }

    /// Turns the clock.
    pub(super) fn turn(&self, seconds: u64) {
        self.sim.clock().advance(Duration::from_secs(seconds));
    }

    /// Installs Atlas in a workspace without these optional scopes, or again with them.
    pub(super) async fn install_atlas(&self, team: &str, untick: &[&str]) -> anyhow::Result<()> {
        let allowed = Allowed {
            untick: scopes(untick),
            ..Allowed::default()
        };
        self.install(ATLAS, |page| consent(ATLAS, team, page, allowed)).await
    }

    /// Installs Insectoid, a workspace app, with one channel.
    pub(super) async fn install_insectoid(&self) -> anyhow::Result<()> {
        let allowed = Allowed {
            resources: vec![CHANNEL.parse()?],
            ..Allowed::default()
        };
        self.install(INSECTOID, |page| consent(INSECTOID, TEAM, page, allowed))
            .await
    }

    /// Installs Atlas in the whole organization, with one workspace.
    pub(super) async fn install_org(&self) -> anyhow::Result<()> {
        self.install(ATLAS, |page| {
            Ok(Action::ConsentOrg {
                app: ATLAS.to_owned(),
                user: IZZY.parse()?,
                scopes: None,
                user_scopes: None,
                untick: Vec::new(),
                teams: vec![TEAM.parse()?],
                redirect_uri: query(page, "redirect_uri"),
                state: query(page, "state"),
            })
        })
        .await
    }

    async fn install(&self, app: &str, consent: impl FnOnce(&Url) -> anyhow::Result<Action>) -> anyhow::Result<()> {
        without_doors(&self.house, &self.sim, app, consent).await?;
        Ok(())
    }

    /// Does it at Slack, and nobody hears of it.
    pub(super) async fn quietly(&self, action: Action) -> anyhow::Result<()> {
        self.sim.act_quietly(action).await?;
        Ok(())
    }

    pub(super) async fn remove_scope(&self, app: &str, team: &str, name: &str) -> anyhow::Result<()> {
        self.quietly(Action::RemoveScope {
            app: app.to_owned(),
            team: team.parse()?,
            scopes: scopes(&[name]),
        })
        .await
    }

    pub(super) async fn add_to(&self, app: &str, team: &str, channel: &str) -> anyhow::Result<()> {
        self.quietly(Action::AddResource {
            app: app.to_owned(),
            team: team.parse()?,
            resource: channel.parse()?,
        })
        .await
    }

    pub(super) async fn take_out_of(&self, app: &str, team: &str, channel: &str) -> anyhow::Result<()> {
        self.quietly(Action::RemoveResource {
            app: app.to_owned(),
            team: team.parse()?,
            resource: channel.parse()?,
        })
        .await
    }

    /// Calls a method with the app's token, as anything in the console does.
    pub(super) async fn call<M: Method>(&self, key: &InstallationKey, arguments: &M) -> anyhow::Result<()> {
        let credential = self.house.store.credential(key, &Holder::App).await?;
        let token = AccessToken::new(credential.unwrap().access.expose_secret());
        self.house.slack.call(&Caller::new(&token, key), arguments).await?;
        Ok(())
    }

    /// Compares, and answers the entry.
    pub(super) async fn reconcile(&self, key: &InstallationKey) -> anyhow::Result<Option<u64>> {
        Ok(Reconcile::new(self.house.clone()).run_as(key, "user:admin").await?)
    }

    pub(super) async fn grants(&self, key: &InstallationKey) -> anyhow::Result<Grants> {
        Ok(self.house.store.grants(key).await?.unwrap_or_default())
    }

    async fn drifts(&self, open: bool) -> anyhow::Result<Vec<DriftView>> {
        let filter = DriftFilter {
            open: Some(open),
            ..DriftFilter::default()
        };
        let page = Drift::new(self.house.clone())
            .list(&filter, &PageRequest::first(100))
            .await?;
        Ok(page.items)
    }

    pub(super) async fn open(&self) -> anyhow::Result<Vec<DriftView>> {
        self.drifts(true).await
    }

    pub(super) async fn closed(&self) -> anyhow::Result<Vec<DriftView>> {
        self.drifts(false).await
    }

    /// The ledgers are whole, and the grants are their fold.
    pub(super) async fn verify(&self) -> anyhow::Result<()> {
        for checked in self.house.store.check_ledger(false).await? {
            ensure!(
                checked.broken.is_none() && !checked.head_differs && !checked.projection_differs,
                "{}",
                checked.key
            );
        }
        Ok(())
    }

    /// The ledger's grants are the simulator's own state.
    pub(super) async fn same_as_slack(&self, key: &InstallationKey) -> anyhow::Result<()> {
        let grants = self.grants(key).await?;
        let world = self.sim.world();
        let app = world.app(key.app.as_str()).unwrap();
        let there = world.installation_of(&app.id, &key.tenant).unwrap();
        let held: BTreeSet<Scope> = grants.scopes.values().flat_map(|held| held.keys().cloned()).collect();
        let live: BTreeSet<Scope> = match &there.bot {
            Some(bot) => bot.scopes.clone(),
            None => there.scopes.values().flatten().cloned().collect(),
        };
        assert_eq!(held, live);
        let members = |kind| -> BTreeSet<ResourceId> {
            let granted = there.resources.get(&kind);
            granted
                .into_iter()
                .flat_map(|granted| granted.ids.iter().cloned())
                .collect()
        };
        for kind in [ResourceType::Channel, ResourceType::Group, ResourceType::Mpim] {
            let ours = grants.resources.get(&kind);
            let ours: BTreeSet<_> = ours
                .into_iter()
                .flat_map(|held| held.specific.keys().cloned())
                .collect();
            // A kind that the token may not read stays as the ledger has it.
            let readable = there.bot.is_none() || kind == ResourceType::Channel;
            assert!(!readable || ours == members(kind), "{kind}: {ours:?}");
        }
        if let Tenant::Enterprise(_) = key.tenant {
            let teams: BTreeSet<TeamId> = world.org(&app.id).unwrap().teams.clone();
            let ours = &grants.resources[&ResourceType::Team].specific;
            assert!(
                ours.keys()
                    .eq(teams.iter().map(ResourceId::from).collect::<Vec<_>>().iter())
            );
        }
        Ok(())
    }
}

/// What a difference is about: kind, scope or resource, cause.
pub(super) fn told(drift: &DriftView) -> (String, String, &str) {
    let scope = drift.scope.as_ref().map(ToString::to_string);
    let resource = drift.resource.as_ref().map(ToString::to_string);
    (
        drift.kind.to_string(),
        scope.or(resource).unwrap_or_default(),
        drift.cause.as_str(),
    )
}
