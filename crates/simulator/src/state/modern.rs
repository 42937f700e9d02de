//! An app of today in a workspace: its bot, what the bot may do everywhere, and the events about it.
//!
//! Its scopes hold in the whole workspace, and it reaches the conversations of which its bot is a
//! member. Nobody grants it scopes outside OAuth, so there are no `scope_…` events, and being added
//! to a conversation is a membership like anybody's: `member_joined_channel`.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_api::{
    ErrorCode,
    events::{Authorization, Envelope, Event},
    secret::{AccessToken, RefreshToken},
};
use grantbook_core::{AppId, ResourceType, Scope, TeamId, Tenant, UserId};
use serde::Serialize;

use super::{
    Action, ActionError, App, Exchange, Moment, TokenKind, World,
    consent::OauthVersion,
    tokens::{Issue, Issued},
};

/// The bot of an app of today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bot {
    /// `B…`; its user is [`Installation::app_user`].
    pub id: String,
    /// What it may do, anywhere in the workspace.
    pub scopes: BTreeSet<Scope>,
}

/// A token and all it may do.
#[derive(Clone, Debug)]
pub struct Held {
    /// The token: the same one for as long as it is not revoked, or a new one with rotation.
    pub token: AccessToken,
    /// With rotation, what buys the next, and the seconds until this one ends.
    pub rotation: Option<(RefreshToken, i64)>,
    /// Its scopes, earlier installations' included.
    pub scopes: BTreeSet<Scope>,
}

/// What a code of `/oauth/v2/authorize` brought.
#[derive(Clone, Debug)]
pub struct ModernInstall {
    /// The workspace, or the organization.
    pub tenant: Tenant,
    /// The bot's user and token; none when only the person's scopes were asked for.
    pub bot: Option<(UserId, Held)>,
    /// Who allowed it.
    pub user: UserId,
    /// Their own token, when their scopes were asked for.
    pub personal: Option<Held>,
    /// What the app is told.
    pub events: Vec<Envelope>,
}

impl Held {
    fn new(issued: Issued, scopes: BTreeSet<Scope>) -> Self {
        match issued {
            Issued::LongLived(token) => Self {
                token,
                rotation: None,
                scopes,
            },
            Issued::Pair(pair) => Self {
                token: pair.access,
                rotation: Some((pair.refresh, pair.expires_in)),
                scopes,
            },
        }
    }
}

impl World {
    /// Whether an app is one of today.
    pub fn is_modern(&self, app: &AppId) -> bool {
        self.apps.get(app).is_some_and(App::is_modern)
    }

    /// Wraps an event in the way of the app's time: for a workspace app without `authorizations`, for
    /// an app of today with the one of its bot, or of the person who let it act as themselves.
    pub(super) fn wrap(&self, moment: &mut Moment<'_>, app: &AppId, team: &TeamId, event: Event) -> Envelope {
        self.wrap_for(moment, app, &self.tenant_at(app, team), Some(team), event)
    }

    /// The same for an event of one installation. Of an organization's, `team` is where it happened; none
    /// where it concerns the organization as a whole.
    pub(super) fn wrap_for(
        &self,
        moment: &mut Moment<'_>,
        app: &AppId,
        tenant: &Tenant,
        team: Option<&TeamId>,
        event: Event,
    ) -> Envelope {
        let mut envelope = moment.envelope_of(app, tenant, event);
        if !self.is_modern(app) {
            return envelope;
        }
        let installation = self.slot(app, tenant);
        let bot = installation.filter(|i| i.bot.is_some()).map(|i| i.app_user.clone());
        let is_bot = bot.is_some();
        let user_id = bot.or_else(|| installation.map(|i| i.installer.clone()));
        envelope.enterprise_id = self.enterprise.as_ref().map(|enterprise| enterprise.id.clone());
        let own = match tenant {
            Tenant::Team(team) => Some(team),
            Tenant::Enterprise(_) => None,
        };
        envelope.team_id = team.or(own).cloned();
        envelope.authorizations = vec![Authorization {
            enterprise_id: envelope.enterprise_id.clone(),
            team_id: own.cloned(),
            user_id,
            is_bot,
            is_enterprise_install: own.is_none(),
        }];
        envelope.event_context = Some(moment.ids.event_context());
        envelope.context_team_id.clone_from(&envelope.team_id);
        envelope.context_enterprise_id.clone_from(&envelope.enterprise_id);
        envelope
    }

    /// Whether a deed is one that Slack knows for this app's model: the others are for workspace apps.
    pub(super) fn check_model(&self, action: &Action) -> Result<(), ActionError> {
        let (Action::GrantScope { app, .. }
        | Action::DenyScope { app, .. }
        | Action::GrantWildcard { app, .. }
        | Action::RemoveWildcard { app, .. }
        | Action::Exclude { app, .. }
        | Action::RemoveUserGrant { app, .. }) = action
        else {
            return Ok(());
        };
        if self.app(app).is_some_and(App::is_modern) {
            return Err(ActionError::WorkspaceAppsOnly);
        }
        Ok(())
    }

    /// Exchanges a code of `/oauth/v2/authorize`: installs the app, or adds to what it has. Installing
    /// again with fewer scopes removes none. Without rotation the bot's token and the person's stay the
    /// same texts from one installation to the next; after a revocation there is a new one.
    pub fn exchange_v2(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        exchange: &Exchange<'_>,
    ) -> Result<ModernInstall, ErrorCode> {
        let code = self.check_code(moment, app, exchange, OauthVersion::V2)?.clone();
        let untick = &code.choice.untick;
        let asked = code.request.scopes.iter().filter(|s| !untick.contains(s));
        let asked: BTreeSet<Scope> = asked.cloned().collect();
        let personal: BTreeSet<Scope> = code.request.user_scopes.iter().cloned().collect();
        if asked.is_empty() && personal.is_empty() {
            return Err(ErrorCode::from("no_scopes"));
        }
        if let Tenant::Team(team) = &code.tenant
            && matches!(self.tenant_at(app, team), Tenant::Enterprise(_))
        {
            return Err(ErrorCode::from("cannot_install_an_org_installed_app"));
        }
        self.use_up(exchange.code);
        let (tenant, user) = (code.tenant, code.user);
        let is_new = self.installation_of(app, &tenant).is_none();
        let installation = self.install(moment, app, &tenant, &user);
        let app_user = installation.app_user.clone();
        let user_scopes = add(&mut installation.users, &user, personal);
        let bot_scopes = (!asked.is_empty()).then(|| {
            let fresh = || Bot {
                id: moment.ids.bot(),
                scopes: BTreeSet::new(),
            };
            let bot = installation.bot.get_or_insert_with(fresh);
            bot.scopes.extend(asked);
            bot.scopes.clone()
        });
        let issue = |kind| Issue {
            kind,
            app,
            tenant: &tenant,
            user: &user,
        };
        let bot = bot_scopes.map(|scopes| {
            self.begin_home(moment, app, &tenant, &user);
            (
                app_user,
                Held::new(self.issue_modern(moment, &issue(TokenKind::Bot)), scopes),
            )
        });
        let personal = user_scopes.map(|scopes| Held::new(self.issue_modern(moment, &issue(TokenKind::User)), scopes));
        let added = self.grant_team_access(moment, app, &code.choice.teams);
        let mut events = added.unwrap_or_default();
        if let (Tenant::Team(team), true) = (&tenant, is_new) {
            events.extend(self.tell_installed(moment, "app_installed", app, team, &user));
        }
        Ok(ModernInstall {
            tenant,
            bot,
            user,
            personal,
            events,
        })
    }

    /// The bot's conversation with whoever installed it. Of an organization's app it opens when they write.
    fn begin_home(&mut self, moment: &mut Moment<'_>, app: &AppId, tenant: &Tenant, user: &UserId) {
        let Tenant::Team(team) = tenant else { return };
        let home = self.open_app_home(moment, app, team, user);
        if let Some(installation) = self.slot_mut(app, tenant) {
            installation.add_resource(ResourceType::AppHome, &home);
        }
    }
}

/// Adds a person's scopes; answers all they have granted, or nothing when none were asked for.
fn add(
    users: &mut BTreeMap<UserId, BTreeSet<Scope>>,
    user: &UserId,
    scopes: BTreeSet<Scope>,
) -> Option<BTreeSet<Scope>> {
    if scopes.is_empty() {
        return None;
    }
    let held = users.entry(user.clone()).or_default();
    held.extend(scopes);
    Some(held.clone())
}
