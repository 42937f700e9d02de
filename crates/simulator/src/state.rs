//! The world the simulator plays: pure. No I/O and no clock; time and randomness are arguments.
//!
//! Whatever changes a grant returns the events that Slack would send about it; somebody else
//! delivers them. To add an action: a variant in [`Action`], an arm in [`World::act`], a test.

mod action;
mod answers;
pub(crate) mod approvals;
mod apps;
mod circumstances;
mod commands;
mod consent;
pub(crate) mod controls;
mod dialogs;
mod exchange;
mod grants;
pub(crate) mod hooks;
mod installation;
mod interactions;
mod members;
pub(crate) mod messages;
mod modern;
mod orgs;
mod payloads;
mod people;
mod personal;
mod rotation;
mod tokens;
mod triggers;

use std::collections::{BTreeMap, BTreeSet};

use grantbook_api::events::{Envelope, Event};
use grantbook_core::{AppId, ResourceId, ResourceType, TeamId, Tenant, Timestamp, UserId};

pub use action::{Acted, Action, ActionError, AppWish, NewSecret};
pub(crate) use answers::Answered;
pub use approvals::{
    Activity, ActivityDetails, AppAccess, AppConfig, AppRequest, AppScope, Approvals, ChannelRestriction,
    DeveloperType, Level, ListedApp, LogLevel, PermissionType, RequestState, Requests, Resolution, ResolutionStatus,
    Resolutions, Standing, TokenType,
};
pub use apps::{App, AppCommand, AppLevelToken, AppModel};
pub use circumstances::{Circumstance, Incident};
pub use consent::{Choice, ConsentError, ConsentRequest, OauthVersion};
pub use dialogs::{Answer, Dialog};
pub use exchange::{Exchange, InstallAnswer};
pub use hooks::{Deed, Hook, HookFault, Hooks};
pub use installation::{Granted, Installation};
pub(crate) use installation::{is_user_scope, kinds_of};
pub use interactions::AppPost;
pub use messages::Message;
pub(crate) use messages::SLACKBOT;
pub use modern::{Bot, Held, ModernInstall};
pub use orgs::OrgInstall;
pub use people::{Conversation, Enterprise, Team, User};
pub use personal::{Personal, Reminder};
pub use rotation::{Pair, Rotated, Rotation, RotationOutcome, Rotations};
pub use tokens::{Token, TokenKind};
pub use triggers::{Trigger, TriggerFamily, TriggerFault, Triggers};

use crate::{
    ids::IdSource,
    seed::{Seed, SeedError},
    state::consent::Code,
};

/// When something happens, and where its identifiers come from.
#[derive(Debug)]
pub struct Moment<'a> {
    /// The clock's time.
    pub now: Timestamp,
    /// The generator.
    pub ids: &'a mut IdSource,
}

impl Moment<'_> {
    /// Wraps an event as Slack did in the time of workspace apps: nobody in `authed_teams`.
    fn envelope(&mut self, app: &AppId, team: &TeamId, event: Event) -> Envelope {
        self.envelope_of(app, &Tenant::Team(team.clone()), event)
    }

    fn envelope_of(&mut self, app: &AppId, tenant: &Tenant, event: Event) -> Envelope {
        Envelope::new(tenant, app.clone(), event, self.ids.event(), self.now.seconds())
    }
}

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The organization around the workspaces.
    pub enterprise: Option<Enterprise>,
    /// Workspaces.
    pub teams: BTreeMap<TeamId, Team>,
    /// People.
    pub users: BTreeMap<UserId, User>,
    /// Channels, direct messages, app homes.
    pub conversations: BTreeMap<ResourceId, Conversation>,
    /// Apps.
    pub apps: BTreeMap<AppId, App>,
    /// What each app may do in each workspace it was ever installed in.
    pub installations: BTreeMap<(AppId, TeamId), Installation>,
    /// The apps installed in the whole organization at once.
    pub orgs: BTreeMap<AppId, OrgInstall>,
    /// What was written, by conversation.
    pub messages: BTreeMap<ResourceId, Vec<Message>>,
    /// The proofs that somebody acted, handed to apps.
    pub triggers: Triggers,
    /// What people were asked, oldest first.
    pub dialogs: Vec<Dialog>,
    /// What people pressed and typed, and where replies to it go.
    pub hooks: Hooks,
    /// The simulator's own address, below which `response_url`s lie.
    pub root: String,
    /// What apps did for people.
    pub personal: Personal,
    /// What is the matter.
    pub circumstances: BTreeSet<Circumstance>,
    /// What was asked for, approved and restricted in the organization.
    pub approvals: Approvals,
    /// Tokens that rotate: every refresh, and what came of it.
    pub rotations: Rotations,
    tokens: BTreeMap<String, Token>,
    codes: BTreeMap<String, Code>,
}

impl World {
    /// The world that a seed describes.
    pub fn new(seed: Seed) -> Result<Self, SeedError> {
        seed.check()?;
        Ok(Self {
            enterprise: seed.enterprise,
            teams: seed.teams.into_iter().map(|team| (team.id.clone(), team)).collect(),
            users: seed.users.into_iter().map(|user| (user.id.clone(), user)).collect(),
            conversations: seed.conversations.into_iter().map(|c| (c.id.clone(), c)).collect(),
            apps: seed.apps.into_iter().map(|app| (app.id.clone(), app)).collect(),
            approvals: Approvals {
                listed: seed.requestable.into_iter().map(|app| (app.id.clone(), app)).collect(),
                ..Approvals::default()
            },
            ..Self::default()
        })
    }

    /// An app by its id or its slug.
    pub fn app(&self, name: &str) -> Option<&App> {
        self.apps
            .get(name)
            .or_else(|| self.apps.values().find(|app| app.slug.as_str() == name))
    }

    /// Whether a user is an app's own.
    pub fn is_bot(&self, user: &UserId) -> bool {
        let everywhere = self.orgs.values().map(|org| &org.installation);
        self.installations
            .values()
            .chain(everywhere)
            .any(|installation| installation.app_user == *user)
    }

    /// The people of a workspace, by name.
    pub fn members(&self, team: &TeamId) -> Vec<&User> {
        let mut members: Vec<&User> = self.users.values().filter(|user| user.teams.contains(team)).collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        members
    }

    /// The conversations of a workspace that a person can see, app homes left out: all public
    /// channels, and whatever else the person is a member of. By type, then name.
    pub fn visible(&self, team: &TeamId, user: &UserId) -> Vec<&Conversation> {
        let mut visible: Vec<&Conversation> = self
            .conversations
            .values()
            .filter(|c| c.team == *team && c.kind != ResourceType::AppHome && c.is_visible_to(user))
            .collect();
        visible.sort_by(|a, b| (a.kind, &a.name, &a.id).cmp(&(b.kind, &b.name, &b.id)));
        visible
    }

    /// The conversation between an app and a person in a workspace, where there is one.
    pub fn app_home(&self, app: &AppId, team: &TeamId, user: &UserId) -> Option<&Conversation> {
        self.conversations.values().find(|c| {
            c.kind == ResourceType::AppHome
                && c.app.as_ref() == Some(app)
                && c.team == *team
                && c.members.contains(user)
        })
    }

    /// What people call a conversation: its name, or who is in it.
    pub fn conversation_name(&self, conversation: &Conversation) -> String {
        if !conversation.name.is_empty() {
            return conversation.name.clone();
        }
        let names = conversation
            .members
            .iter()
            .filter_map(|id| self.users.get(id))
            .map(|user| user.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    /// The app itself opens its conversation with a person, and gets it as a resource.
    pub(crate) fn open_home(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> Vec<Envelope> {
        let home = self.open_app_home(moment, app, team, user);
        // Nothing to tell when the home was the app's already.
        self.add_resource(moment, app, team, &home).unwrap_or_default()
    }

    /// Opens the conversation between an app and a person, unless it is there.
    pub(crate) fn open_app_home(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> ResourceId {
        if let Some(home) = self.app_home(app, team, user) {
            return home.id.clone();
        }
        let id = moment.ids.direct_message();
        let home = Conversation {
            id: id.clone(),
            team: team.clone(),
            name: String::new(),
            kind: ResourceType::AppHome,
            members: [user.clone()].into(),
            app: Some(app.clone()),
        };
        self.conversations.insert(id.clone(), home);
        id
    }
}

#[cfg(test)]
mod tests;
