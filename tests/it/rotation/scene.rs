//! A simulator whose apps rotate their tokens, a database, and houses over it.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use grantbook_core::{InstallationKey, Scope};
use grantbook_flows::{
    House,
    apps::Apps,
    rotation::{Fresh, Need, Rotation, TokenError},
};
use grantbook_server::demo::registration;
use grantbook_simulator::{RotationOutcome, Seed, SlackSim, VirtualClock};
use grantbook_store::tokens::{Credential, Holder};
use grantbook_tests::{
    consent::{Allowed, consent, without_doors},
    ground::{Ground, NOWHERE, rotating, still},
};
use tempfile::TempDir;

pub(super) const TEAM: &str = "T061EG9R6";
pub(super) const IZZY: &str = "U061F7AUR";

/// Whose tokens they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `xoxa-2-…` for an hour, and one `xoxr-…` for all times.
    Workspace,
    /// `xoxe.xoxb-1-…` for twelve hours, and a `xoxe-1-…` for each.
    Modern,
}

impl Scheme {
    /// Which app of the seed has such tokens.
    pub(crate) fn app(self) -> &'static str {
        match self {
            Self::Workspace => "insectoid",
            Self::Modern => "atlas",
        }
    }

    /// What refreshes.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Workspace => "oauth.access",
            Self::Modern => "oauth.v2.access",
        }
    }

    /// How long a token lives.
    pub(crate) fn lifetime(self) -> Duration {
        Duration::from_secs(match self {
            Self::Workspace => 3_600,
            Self::Modern => 43_200,
        })
    }
}

/// Slack, a database, and an app that is registered there.
pub(super) struct Scene {
    pub(super) sim: Arc<SlackSim>,
    pub(super) scheme: Scheme,
    pub(super) key: InstallationKey,
    pub(super) ground: Ground,
    _folder: TempDir,
}

/// How a credential stands: state, problem, generation, whether it is marked.
pub(super) type Standing = (String, Option<String>, u64, bool);

impl Scene {
    /// Nothing is installed yet.
    pub(super) async fn empty(
        database: Option<String>,
        scheme: Scheme,
        change: impl FnOnce(&mut Seed),
    ) -> anyhow::Result<Self> {
        let seed = |seed: &mut Seed| {
            rotating(true)(seed);
            change(seed);
        };
        let sim = still(NOWHERE, seed).start().await?;
        let folder = grantbook_tests::evidence::folder()?;
        let scene = Self {
            sim: Arc::new(sim),
            scheme,
            key: format!("{}.{TEAM}", scheme.app()).parse()?,
            ground: Ground::new(database, folder.path()),
            _folder: folder,
        };
        scene.ground.store().await?.migrate().await?;
        let apps = Apps::new(scene.house().await?);
        for app in scene.sim.apps() {
            apps.add(registration(&app)).await?;
        }
        Ok(scene)
    }

    /// The app is installed in [`TEAM`], and its token rotates; the house that did it.
    pub(super) async fn installed(database: Option<String>, scheme: Scheme) -> anyhow::Result<(Self, House)> {
        let scene = Self::empty(database, scheme, |_| {}).await?;
        let house = scene.house().await?;
        scene.install(&house).await?;
        let first = scene.credential(&house).await?;
        let end = scene
            .sim
            .clock()
            .now()
            .plus_seconds(i64::try_from(scheme.lifetime().as_secs())?);
        assert_eq!((first.generation, first.expires_at), (1, Some(end)));
        Ok((scene, house))
    }

    /// A house by the simulator's clock.
    pub(super) async fn house(&self) -> anyhow::Result<House> {
        self.house_by(self.sim.clock().clone()).await
    }

    /// A house by another clock.
    pub(super) async fn house_by(&self, clock: VirtualClock) -> anyhow::Result<House> {
        self.ground.house_by(clock, &self.sim).await
    }

    /// Installs the app, or installs it again.
    pub(super) async fn install(&self, house: &House) -> anyhow::Result<()> {
        self.install_in(house, TEAM, &[]).await
    }

    /// Installs the app in a workspace, and lets it act for Izzy with these scopes.
    pub(super) async fn install_in(&self, house: &House, team: &str, user_scopes: &[&str]) -> anyhow::Result<()> {
        let app = self.scheme.app();
        let user_scopes = user_scopes.iter().map(|name| Scope::new(*name));
        let allowed = Allowed {
            scopes: Some(vec![Scope::new("chat:write")?]),
            user_scopes: Some(user_scopes.collect::<Result<_, _>>()?),
            ..Allowed::default()
        };
        without_doors(house, &self.sim, app, |page| consent(app, team, page, allowed)).await?;
        Ok(())
    }

    /// Turns the clock.
    pub(super) fn turn(&self, seconds: u64) {
        self.sim.clock().advance(Duration::from_secs(seconds));
    }

    /// Turns the clock to a second after the end of a token that is new.
    pub(super) fn turn_past_the_end(&self) {
        self.turn(self.scheme.lifetime().as_secs() + 1);
    }

    /// Asks a house for the app's token, with a minute to live.
    pub(super) async fn token(&self, house: &House) -> Result<Fresh, TokenError> {
        self.token_of(house, &Holder::App, 60).await
    }

    /// Asks a house for somebody's token.
    pub(super) async fn token_of(&self, house: &House, holder: &Holder, seconds: i64) -> Result<Fresh, TokenError> {
        let need = Need::Living(seconds);
        Rotation::new(house.clone()).token(&self.key, holder, &need).await
    }

    pub(super) async fn credential(&self, house: &House) -> anyhow::Result<Credential> {
        let found = house.store.credential(&self.key, &Holder::App).await?;
        found.context("the app's credential")
    }

    pub(super) async fn standing(&self, house: &House) -> anyhow::Result<Standing> {
        let found = self.credential(house).await?;
        let (state, marked) = (found.state.as_str().to_owned(), found.spending_since.is_some());
        Ok((state, found.problem, found.generation, marked))
    }

    /// What Slack tells of the app's tokens, oldest first.
    pub(super) fn told(&self) -> Vec<RotationOutcome> {
        self.sim.rotations().into_iter().map(|line| line.outcome).collect()
    }

    /// How often Slack did something to tokens.
    pub(super) fn count(&self, wanted: RotationOutcome) -> usize {
        self.told().into_iter().filter(|outcome| *outcome == wanted).count()
    }

    /// How often Slack was asked by the method that refreshes.
    pub(super) fn asked(&self) -> usize {
        self.sim.calls(self.scheme.method()).len()
    }
}

/// Well and in order, as this generation.
pub(super) fn live(generation: u64) -> Standing {
    ("live".to_owned(), None, generation, false)
}
