//! The approvers' desk: the app that manages the organization's apps, what people can ask for, who decides, and how
//! each scene of it is lived: by the simulator's actions, signed events, the rules, the queue's use cases and the
//! outbox.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, ensure};
use grantbook_core::{
    AppId, Scope, TeamId, UserId,
    approval::{
        DeveloperType, Level, VersionActor,
        life::{Outcome, State},
    },
    view::{
        NewApp, Role,
        approvals::{DecisionWish, RulesDraft, RulesFormat},
    },
};
use grantbook_flows::{
    accounts::NewAccount,
    approvals::{Approvals, DecideError, judge_new, look_everywhere, read_all, rules::RuleBook, sweep_timers},
    outbox,
};
use grantbook_simulator::{
    Action, ActionError, Seed,
    state::{AppWish, ListedApp},
};
use grantbook_store::approvals::{StoredAppRequest, alarms::About};
use serde_json::json;
use tokio::time::timeout;

use super::{
    history::Actor,
    story::{Desk, Standing, Wish},
};

/// The app that manages the organization's apps.
const APP: &str = "porter";
/// The approvers' channel.
pub(super) const CHANNEL: &str = "C0APPR0VAL";
/// Who administers the organization, and lets the app in.
pub(super) const IZZY: &str = "U061F7AUR";

/// The rules of the first year.
pub(super) const FIRST: &str = include_str!("approvals/rules/first.toml");
/// The rules in force.
pub(super) const NOW: &str = include_str!("approvals/rules/now.toml");
/// The rules in shadow.
pub(super) const SHADOW: &str = include_str!("approvals/rules/shadow.toml");
/// The rules that wait for a second person.
pub(super) const PROPOSED: &str = include_str!("approvals/rules/proposed.toml");

/// What people can ask for, beside the simulator's own.
const APPS: &str = include_str!("approvals/apps.json");

/// Accounts that belong to people in Slack, and what they may do.
const PEOPLE: [(&str, &str, Role); 4] = [
    ("orla", "U07MPWUWB7", Role::Admin),
    ("mika", "U0YYE15XLX", Role::Admin),
    ("noor", "U0A8FMXB3K", Role::Approver),
    ("tomas", "U0J1UUX4WZ", Role::Approver),
];

/// How long the console may take to carry everything to Slack, in real time.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long to leave what another task of this process is at.
const GLANCE: Duration = Duration::from_millis(1);
/// Requests that an approver looks at in one sitting.
const SITTING: u64 = 500;

/// Groups of approvers that the rules name.
pub(super) fn groups() -> BTreeMap<String, Vec<String>> {
    let of_them = PEOPLE.iter().filter(|(name, ..)| ["orla", "noor"].contains(name));
    let ids = of_them.map(|(_, id, _)| *id).chain([IZZY]);
    [("security".to_owned(), ids.map(str::to_owned).collect())].into()
}

/// The apps that people can ask for.
pub(super) fn listed_apps() -> anyhow::Result<Vec<ListedApp>> {
    serde_json::from_str(APPS).context("the list of apps can be read")
}

/// The organization with the desk's app, its channel and more apps to ask for.
pub(super) fn furnished(mut seed: Seed, console: &str) -> anyhow::Result<Seed> {
    let at = |door: &str| format!("{console}/slack/{APP}/{door}");
    let app = json!({
        "id": "A0P0RTER1", "slug": APP, "name": "Porter",
        "description": "Lets apps into the organization, or keeps them out.",
        "client_id": "11820576016.9530118846", "client_secret": "b3f1f2a86b9d4d25a8d5bf2f8a7c60e1",
        "signing_secret": "5e0c8c2a1f7d46b0932be4a7d6188f3c", "verification_token": "92c0b8d1f64a3e57d0c1a2b4",
        "redirect_uris": [at("oauth/callback")], "events_url": at("events"), "interactions_url": at("interactions"),
        "install_url": at("install"), "scopes": ["chat:write", "im:write", "users:read"],
        "model": "granular", "org_deploy_enabled": true,
    });
    seed.apps.push(serde_json::from_value(app)?);
    let people: Vec<&str> = PEOPLE.iter().map(|(_, id, _)| *id).chain([IZZY]).collect();
    let team = seed.teams.first().map(|team| team.id.clone());
    let channel = json!({
        "id": CHANNEL, "team": team, "name": "app-approvals", "kind": "channel", "members": people,
    });
    seed.conversations.push(serde_json::from_value(channel)?);
    seed.requestable.extend(listed_apps()?);
    Ok(seed)
}

/// The desk's app asks an administrator for what it needs to decide; the other apps stay as they are.
pub(super) fn enrolled(mut app: NewApp) -> NewApp {
    if app.slug.as_str() == APP {
        app.org_deploy = true;
        let needed = ["admin.apps:read", "admin.apps:write"].iter();
        app.user_scopes = needed.filter_map(|name| Scope::new(*name).ok()).collect();
    }
    app
}

/// Who decides: an account that is somebody in Slack.
fn approver(name: &str) -> anyhow::Result<grantbook_flows::approvals::Actor> {
    let known = PEOPLE.iter().find(|(known, ..)| *known == name);
    let (_, slack_user, role) = known.context("the story knows its approvers")?;
    Ok(grantbook_flows::approvals::Actor {
        name: format!("user:{name}"),
        account: Some(name.to_owned()),
        slack_user: Some(slack_user.parse()?),
        may_decide: *role != Role::Viewer,
    })
}

impl Actor<'_> {
    /// Lives a scene; answers how many asked for an app.
    pub(super) async fn desk(&self, deed: &Desk) -> anyhow::Result<usize> {
        let asked = match deed {
            Desk::Open(teams) => self.open_desk(teams).await.map(|()| 0)?,
            Desk::Channel => {
                self.use_channel(true);
                0
            }
            Desk::Rules { text, note, standing } => self.change_rules(text, note, *standing).await.map(|()| 0)?,
            Desk::Ask(wishes) => self.wish(wishes).await?,
            Desk::Sit(by) => self.sit(by).await.map(|()| 0)?,
            Desk::Approve { by, app, reason } => self.approve(by, app, reason).await.map(|()| 0)?,
            Desk::AskWhy { by, app } => self.ask_why(by, app).await.map(|()| 0)?,
            Desk::Look => self.look().await.map(|()| 0)?,
        };
        Ok(asked)
    }

    fn queue(&self) -> Approvals {
        Approvals::new(self.state.house.clone())
    }

    fn use_channel(&self, on: bool) {
        let desk = &self.state.house.approvals;
        let mut settings = (*desk.settings()).clone();
        settings.channel = on.then(|| CHANNEL.to_owned());
        desk.configure(settings);
    }

    /// Two years of cards are more than a visitor wants to scroll through: the channel comes later.
    async fn open_desk(&self, teams: &[TeamId]) -> anyhow::Result<()> {
        self.use_channel(false);
        let state = self.state;
        let begun = self
            .begin(&state.settings.public_url.join(&format!("slack/{APP}/install"))?)
            .await?;
        let consent = begun.consent_org(APP, &IZZY.parse()?, teams.to_vec());
        let back = self.sim.consent(consent).await?;
        let status = self.come_back(&back, &begun).await?;
        ensure!(status.is_redirection(), "the callback answered {status}");
        let join = Action::AddResource {
            app: APP.to_owned(),
            team: teams
                .first()
                .cloned()
                .context("the channel is in the first workspace")?,
            resource: CHANNEL.parse()?,
        };
        self.sim.act(join).await?;
        for (name, slack_user, role) in PEOPLE {
            let account = NewAccount {
                name,
                password: state.house.ids.secret().into(),
                role,
                slack_user: Some(slack_user.parse()?),
            };
            state.accounts.create(account).await?;
        }
        let visitor = state.accounts.demo_sign_in().await?;
        state.accounts.link(&visitor.session.name, &IZZY.parse()?).await?;
        self.look().await
    }

    async fn change_rules(&self, text: &str, note: &str, standing: Standing) -> anyhow::Result<()> {
        let book = RuleBook::new(self.state.house.clone());
        let by = |name| VersionActor {
            name,
            is_person: true,
            is_admin: true,
        };
        let draft = RulesDraft {
            text: text.to_owned(),
            format: RulesFormat::Toml,
            note: note.to_owned(),
            ..RulesDraft::default()
        };
        let version = book.save(draft, by("user:mika")).await?.version.version;
        match standing {
            Standing::Shadow => book.shadow(version, true, by("user:mika")).await?,
            Standing::Proposed => book.propose(version, by("user:mika")).await?,
            Standing::InForce => {
                book.propose(version, by("user:mika")).await?;
                self.sim.clock().advance(Duration::from_secs(1_260));
                book.agree(version, by("user:orla")).await?
            }
        };
        Ok(())
    }

    /// People ask; the rules decide what they can, and some install what they were given.
    async fn wish(&self, wishes: &[Wish]) -> anyhow::Result<usize> {
        let requests = wishes.iter().map(|wish| AppWish {
            app: wish.app.to_string(),
            team: wish.team.clone(),
            user: wish.user.clone(),
            message: wish.message.to_owned(),
            scopes: None,
        });
        let asking = Action::RequestApps {
            requests: requests.collect(),
        };
        let acted = self.sim.act(asking).await?;
        self.carry().await?;
        for wish in wishes.iter().filter(|wish| wish.installs) {
            self.install_listed(&wish.app, wish.team.as_ref(), &wish.user).await?;
        }
        Ok(acted.requests.iter().filter(|request| request.is_ok()).count())
    }

    async fn install_listed(&self, app: &AppId, team: Option<&TeamId>, user: &UserId) -> anyhow::Result<()> {
        let Some(team) = team else { return Ok(()) };
        let install = Action::InstallApp {
            app: app.to_string(),
            team: team.clone(),
            user: user.clone(),
        };
        match self.sim.act(install).await {
            // Not approved, or somebody was quicker.
            Ok(_) | Err(ActionError::RequestEligible | ActionError::RequestDenied | ActionError::NothingChanges) => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Everything that follows is done: events arrive, the rules are asked, the outbox is empty.
    async fn carry(&self) -> anyhow::Result<()> {
        self.sim.idle().await;
        let house = &self.state.house;
        let carried = async {
            loop {
                judge_new(house).await?;
                outbox::drain(house).await;
                let judged = house.store.app_requests_in(State::New, 0, 1).await?.is_empty();
                if judged && house.store.outbox_rests(house.clock.now()).await? {
                    return anyhow::Ok(());
                }
                // Another task of this process is at it.
                tokio::time::sleep(GLANCE).await;
            }
        };
        timeout(PATIENCE, carried)
            .await
            .context("the queue did not come to rest")?
    }

    /// Slack's lists, and what the clock brings.
    async fn look(&self) -> anyhow::Result<()> {
        read_all(&self.state.house).await?;
        sweep_timers(&self.state.house).await?;
        self.carry().await?;
        look_everywhere(&self.state.house, About::All).await?;
        Ok(())
    }

    async fn waiting(&self) -> anyhow::Result<Vec<StoredAppRequest>> {
        Ok(self.state.house.store.app_requests_in(State::Open, 0, SITTING).await?)
    }

    /// An approver goes through what waits, some minutes for each.
    async fn sit(&self, by: &str) -> anyhow::Result<()> {
        sweep_timers(&self.state.house).await?;
        let (queue, actor) = (self.queue(), approver(by)?);
        let mut approved = Vec::new();
        for stored in self.waiting().await? {
            let (outcome, wish) = fate(&stored);
            match queue.decide(stored.id, &actor, outcome, wish).await {
                Ok(decided) => {
                    self.sim.clock().advance(Duration::from_secs(95));
                    if outcome == Outcome::Approved && decided.state == State::Deciding {
                        approved.push(stored);
                    }
                }
                // For others to decide, or answered with one before it.
                Err(
                    DecideError::OwnRequest
                    | DecideError::NotAsked
                    | DecideError::VotedAlready
                    | DecideError::NotOpen(_),
                ) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.carry().await?;
        for stored in approved.iter().filter(|stored| stored.id % 3 != 0) {
            let request = &stored.request;
            self.install_listed(&request.app.id, request.team.as_ref(), &request.requester.id)
                .await?;
        }
        Ok(())
    }

    async fn one(&self, app: &str) -> anyhow::Result<StoredAppRequest> {
        let waiting = self.waiting().await?;
        let found = waiting.into_iter().find(|stored| stored.request.app.id.as_str() == app);
        found.with_context(|| format!("{app} waits for a decision"))
    }

    async fn approve(&self, by: &str, app: &str, reason: &str) -> anyhow::Result<()> {
        let wish = DecisionWish {
            level: Level::Workspace,
            reason: reason.to_owned(),
            ..DecisionWish::default()
        };
        let waiting = self.one(app).await?;
        self.queue().approve(waiting.id, &approver(by)?, wish).await?;
        self.carry().await
    }

    async fn ask_why(&self, by: &str, app: &str) -> anyhow::Result<()> {
        let waiting = self.one(app).await?;
        let text = "Which direct messages would it read, and whose?";
        self.queue().ask_why(waiting.id, &approver(by)?, text).await?;
        self.carry().await
    }
}

/// How the people of this story decide: the same way each time for the same request.
fn fate(stored: &StoredAppRequest) -> (Outcome, DecisionWish) {
    let request = &stored.request;
    let app = &request.app;
    let reads = |name: &str| request.scopes.iter().any(|asked| asked.name.as_str() == name);
    let private = ["groups:history", "im:history", "mpim:history", "search:read"];
    let told = |reason: &str| DecisionWish {
        reason: reason.to_owned(),
        ..DecisionWish::default()
    };
    let is_ours = app.developer_type == DeveloperType::Internal;
    if !is_ours && !app.is_app_directory_approved && private.into_iter().any(reads) {
        let why = told("It reads private conversations, and nobody answers for what becomes of them.");
        return (Outcome::Restricted, why);
    }
    let same_each_time: u32 = request.id.as_str().bytes().map(u32::from).sum();
    match same_each_time % 10 {
        0 => (
            Outcome::Cancelled,
            told("We have an app for this already: ask the platform team."),
        ),
        1 if !is_ours => (Outcome::Restricted, told("No contract with its makers.")),
        rest => {
            let optional = request.scopes.iter().filter(|asked| asked.is_optional && rest == 2);
            let wish = DecisionWish {
                level: if app.is_app_directory_approved {
                    Level::Org
                } else {
                    Level::Workspace
                },
                reason: "Go ahead.".to_owned(),
                withhold: optional.map(|asked| asked.name.clone()).collect(),
                for_days: (rest == 3).then_some(90),
            };
            (Outcome::Approved, wish)
        }
    }
}
