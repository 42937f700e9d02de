//! A house with real storage, the simulator as its Slack, and one installed app.

use std::collections::BTreeSet;

use grantbook_core::{
    AppId, InstallationKey, ResourceId, Scope, UserId,
    request::{Author, Happening, Outcome as Asked, RequestId, StateName, Step, Via},
    view::{
        Model, NewApp,
        requests::{NewRequest, RequestStory, RequestView},
    },
};
use grantbook_flows::{
    House,
    apps::Apps,
    requests::{CreateError, Requests},
};
use grantbook_simulator::{
    Seed, SlackSim,
    state::{AppModel, Message},
};
use grantbook_store::requests::{Press, PressRecord};
use grantbook_tests::{
    consent::{Allowed, consent, without_doors},
    ground::{Ground, NOWHERE},
};

pub(crate) const TEAM: &str = "T061EG9R6";
pub(crate) const IZZY: &str = "U061F7AUR";
pub(crate) const HOME: &str = "D0BH95DLH";

pub(crate) struct Scene {
    pub(crate) sim: SlackSim,
    pub(crate) house: House,
    pub(crate) requests: Requests,
    pub(crate) key: InstallationKey,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// An app with `chat:write` in Northwind HQ, installed by Izzy.
    pub(crate) async fn start(app: &str) -> anyhow::Result<Self> {
        let sim = grantbook_tests::evidence::simulator()
            .seed(Seed::northwind(NOWHERE))
            .start()
            .await?;
        let folder = grantbook_tests::evidence::folder()?;
        let house = Ground::new(None, folder.path()).house_beside(&sim).await?;
        house.store.migrate().await?;
        let scene = Self {
            requests: Requests::new(house.clone()),
            key: format!("{app}.{TEAM}").parse()?,
            sim,
            house,
            _folder: folder,
        };
        scene.install(app).await?;
        Ok(scene)
    }

    async fn install(&self, slug: &str) -> anyhow::Result<()> {
        let app = self
            .sim
            .apps()
            .into_iter()
            .find(|app| app.slug.as_str() == slug)
            .unwrap();
        let model = match app.model {
            AppModel::Workspace => Model::Workspace,
            AppModel::Granular => Model::Modern,
        };
        let registration = NewApp {
            slug: slug.parse()?,
            name: app.name.clone(),
            app_id: app.id.clone(),
            model,
            client_id: app.client_id.as_str().to_owned(),
            client_secret: app.client_secret.expose().to_owned(),
            signing_secret: app.signing_secret.expose().to_owned(),
            scopes: scopes("chat:write"),
            single_channel: false,
            user_scopes: [].into(),
            token_rotation: false,
            org_deploy: false,
            app_token: None,
            socket_connections: 0,
        };
        Apps::new(self.house.clone()).add(registration).await?;
        let allowed = Allowed {
            scopes: Some(scopes("chat:write").into_iter().collect()),
            ..Allowed::default()
        };
        without_doors(&self.house, &self.sim, slug, |page| consent(slug, TEAM, page, allowed)).await?;
        Ok(())
    }

    pub(crate) fn draft(&self, names: &str) -> NewRequest {
        NewRequest {
            installation: self.key.clone(),
            user: Some(UserId::new(IZZY).unwrap()),
            channel: None,
            scopes: scopes(names),
            optional: BTreeSet::new(),
            message: None,
            button: None,
            again_of: None,
        }
    }

    pub(crate) async fn create(&self, names: &str) -> Result<RequestView, CreateError> {
        self.requests.create(self.draft(names), orla()).await
    }

    pub(crate) async fn state(&self, id: RequestId) -> StateName {
        self.house.store.request(id).await.unwrap().unwrap().state().name()
    }

    pub(crate) async fn story(&self, id: RequestId) -> RequestStory {
        self.requests.story(id).await.unwrap().unwrap()
    }

    /// What stands in the conversation where the request's message was sent.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let world = self.sim.world();
        let home = world
            .conversations
            .values()
            .find(|c| c.app.as_ref() == Some(&self.app_id()) && c.members.contains(&UserId::new(IZZY).unwrap()));
        let id = home.map_or_else(|| ResourceId::new(HOME).unwrap(), |home| home.id.clone());
        let all = world.messages.get(&id).cloned().unwrap_or_default();
        all.into_iter().filter(|message| message.app.is_some()).collect()
    }

    fn app_id(&self) -> AppId {
        let mut apps = self.sim.apps().into_iter();
        apps.find(|app| app.slug == self.key.app).unwrap().id
    }

    pub(crate) fn posts(&self) -> usize {
        self.sim.calls("chat.postMessage").len()
    }

    /// A press with what came of it, as the door for interactions records it.
    pub(crate) async fn record(&self, request: RequestId, round: &str, rest: Vec<Happening>) {
        let now = self.house.clock.now();
        let user = Some(UserId::new(IZZY).unwrap());
        let mut steps = vec![Happening::Pressed {
            round: round.to_owned(),
            user: user.clone(),
            via: Via::Button,
            issued_at: Some(now),
        }];
        steps.extend(rest);
        let app = self.house.store.app_by_slug(&self.key.app).await.unwrap().unwrap();
        let installation = self.house.store.installation_ref(&self.key).await.unwrap();
        let record = PressRecord {
            app: app.row,
            round: round.to_owned(),
            installation,
            tenant: Some(self.key.tenant.clone()),
            user,
            channel: Some(HOME.parse().unwrap()),
            kind: "interactive_message".to_owned(),
            subject: format!("perm_request_{}", request.0),
            arrived_at: now,
            issued_at: Some(now),
            what: Press::OfRequest {
                request,
                steps: steps.into_iter().map(|what| Step { at: now, what }).collect(),
            },
        };
        self.house.store.record_press(record).await.unwrap();
    }
}

pub(crate) fn scopes(names: &str) -> BTreeSet<Scope> {
    Scope::parse_list(names).unwrap().into_iter().collect()
}

pub(crate) fn orla() -> Author {
    Author::Console {
        name: "orla".to_owned(),
    }
}

pub(crate) fn asked(round: &str, outcome: Asked) -> Happening {
    Happening::Asked {
        round: round.to_owned(),
        call: format!("call-{round}"),
        verified_us: 200,
        left_us: 900,
        answered_us: 20_900,
        age_ms: 5,
        outcome,
    }
}

pub(crate) fn answered(round: &str, granted: &str, denied: &str) -> Happening {
    let set = |names: &str| {
        if names.is_empty() {
            BTreeSet::new()
        } else {
            scopes(names)
        }
    };
    Happening::Answered {
        round: round.to_owned(),
        event_id: format!("Ev{round}"),
        user: None,
        granted: set(granted),
        denied: set(denied),
    }
}
