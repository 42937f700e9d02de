//! A code becomes an installation, and a refresh token an access token.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_api::{
    ErrorCode,
    events::{Envelope, Event, Grant, ResourceGrant},
    oauth::{InstallUser, RefreshResponse, WorkspaceInstall},
};
use grantbook_core::{AppId, ResourceId, ResourceType, Scope, Tenant, Timestamp, UserId};

use super::{
    App, Installation, Moment, OrgInstall, RotationOutcome, TokenKind, World,
    consent::{Code, OauthVersion},
    installation::{app_home_scopes, by_kind, is_user_scope},
    tokens::{Issue, LIFETIME_SECONDS},
};

/// How long a code can be exchanged, in seconds.
const CODE_SECONDS: i64 = 600;

/// The arguments that exchange a code, beside the app's credentials.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The code of the callback.
    pub code: &'a str,
    /// The address of the callback, if the caller names one.
    pub redirect_uri: Option<&'a str>,
    /// Whether the caller says that one channel was to be chosen.
    pub single_channel: bool,
}

/// What an exchange answers, and the events that follow it.
#[derive(Clone, Debug)]
pub struct InstallAnswer {
    /// The answer of `oauth.access`.
    pub install: WorkspaceInstall,
    /// What the app is told.
    pub events: Vec<Envelope>,
}

impl World {
    /// The app that these credentials prove at `now`.
    pub fn credentials(
        &self,
        client_id: Option<&str>,
        secret: Option<&str>,
        now: Timestamp,
    ) -> Result<&App, ErrorCode> {
        let app = client_id.and_then(|id| self.apps.values().find(|app| app.client_id.as_str() == id));
        let app = app.ok_or(ErrorCode::InvalidClientId)?;
        let earlier = app.earlier_secret.as_ref().filter(|(_, until)| now < *until);
        let mut good = std::iter::once(&app.client_secret).chain(earlier.map(|(secret, _)| secret));
        if good.any(|good| secret == Some(good.expose())) {
            Ok(app)
        } else {
            Err(ErrorCode::BadClientSecret)
        }
    }

    /// Exchanges a code: installs the app, or adds to its installation. Re-installing never removes.
    pub fn exchange(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        exchange: &Exchange<'_>,
    ) -> Result<InstallAnswer, ErrorCode> {
        let Code {
            request,
            tenant,
            user,
            choice,
            ..
        } = self.spend_code(moment, app, exchange)?;
        // Workspace apps are installed in workspaces only.
        let Tenant::Team(team) = tenant.clone() else {
            return Err(ErrorCode::InvalidCode);
        };
        let home = self.open_app_home(moment, app, &team, &user);
        let app_scopes: Vec<Scope> = request
            .scopes
            .iter()
            .filter(|scope| !is_user_scope(scope))
            .cloned()
            .collect();
        let personal: BTreeSet<Scope> = request
            .scopes
            .iter()
            .filter(|scope| is_user_scope(scope))
            .cloned()
            .collect();
        let mut chosen: Vec<(ResourceType, Grant)> = vec![(ResourceType::AppHome, Grant::Specific(home.clone()))];
        let mut scopes = by_kind(&request.scopes);
        scopes
            .entry(ResourceType::AppHome)
            .or_default()
            .extend(app_home_scopes());
        if scopes.contains_key(&ResourceType::Team) {
            chosen.push((ResourceType::Team, Grant::Specific(ResourceId::from(&team))));
        }
        chosen.extend(
            choice
                .wildcards
                .iter()
                .map(|kind| (*kind, Grant::Wildcard { class: Some(*kind) })),
        );
        let kinds = choice
            .resources
            .iter()
            .filter_map(|id| self.conversations.get(id).map(|c| (c.kind, id.clone())));
        chosen.extend(kinds.map(|(kind, id)| (kind, Grant::Specific(id))));

        let is_new = self.installation_of(app, &tenant).is_none();
        let installation = self.install(moment, app, &tenant, &user);
        let gained = installation.add_scopes(&app_scopes);
        if !personal.is_empty() {
            installation.users.entry(user.clone()).or_default().extend(personal);
        }
        let resources = added(installation, chosen, &gained);
        let (app_user, installer) = (installation.app_user.clone(), installation.installer.clone());
        let mut events = Vec::new();
        if !resources.is_empty() {
            events.push(moment.envelope(app, &team, Event::ResourcesAdded { resources }));
        }
        if is_new {
            events.extend(self.tell_installed(moment, "app_installed", app, &team, &user));
        }
        let (access_token, refresh_token, expires_in) = self.issue(moment, app, &team, &user);
        let installer_home = self
            .app_home(app, &team, &installer)
            .map(|conversation| conversation.id.clone());
        let install = WorkspaceInstall {
            access_token,
            app_id: app.clone(),
            app_user_id: app_user,
            team_name: self.teams.get(&team).map(|team| team.name.clone()).unwrap_or_default(),
            team_id: team,
            enterprise_id: self.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
            authorizing_user: InstallUser {
                user_id: user,
                app_home: Some(home),
            },
            installer_user: InstallUser {
                user_id: installer,
                app_home: installer_home,
            },
            scopes,
            single_channel_id: if request.single_channel {
                choice.resources.into_iter().next()
            } else {
                None
            },
            refresh_token,
            expires_in,
        };
        Ok(InstallAnswer { install, events })
    }

    /// Checks a code and marks it as used. A failed attempt leaves it usable.
    fn spend_code(&mut self, moment: &Moment<'_>, app: &AppId, exchange: &Exchange<'_>) -> Result<Code, ErrorCode> {
        let code = self.check_code(moment, app, exchange, OauthVersion::V1)?.clone();
        self.use_up(exchange.code);
        Ok(code)
    }

    /// Marks a code as used.
    pub(super) fn use_up(&mut self, code: &str) {
        if let Some(code) = self.codes.get_mut(code) {
            code.used = true;
        }
    }

    /// Checks a code that is handed in at the exchange of one version of OAuth.
    pub(super) fn check_code(
        &self,
        moment: &Moment<'_>,
        app: &AppId,
        exchange: &Exchange<'_>,
        version: OauthVersion,
    ) -> Result<&Code, ErrorCode> {
        let code = self.codes.get(exchange.code).filter(|code| code.request.app == *app);
        let code = code.ok_or(ErrorCode::InvalidCode)?;
        if code.used {
            return Err(ErrorCode::CodeAlreadyUsed);
        }
        if moment.now >= code.issued.plus_seconds(CODE_SECONDS) {
            return Err(ErrorCode::InvalidCode);
        }
        if code.request.version != version || self.is_modern(app) != (version == OauthVersion::V2) {
            return Err(ErrorCode::OauthAuthorizationUrlMismatch);
        }
        let agreed = match (&code.request.redirect_given, exchange.redirect_uri) {
            (Some(given), named) => named == Some(given.as_str()),
            (None, Some(named)) => named == code.request.redirect_uri.as_str(),
            (None, None) => true,
        };
        if !agreed {
            return Err(ErrorCode::BadRedirectUri);
        }
        if exchange.single_channel && !code.request.single_channel {
            return Err(ErrorCode::MissingResource);
        }
        if self.users.get(&code.user).is_some_and(|user| user.email_unverified) {
            return Err(ErrorCode::UserEmailUnverified);
        }
        Ok(code)
    }

    /// The installation of an app, begun or begun again where there is none.
    pub(super) fn install(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        tenant: &Tenant,
        user: &UserId,
    ) -> &mut Installation {
        let now = moment.now;
        let modern = self.is_modern(app);
        let begin = |app_user: UserId, bot| {
            let mut begun = Installation::new(app_user, user.clone(), now);
            if modern {
                begun.scopes.clear();
            }
            begun.bot = bot;
            begun
        };
        let mut fresh = || begin(moment.ids.user(), None);
        let installation = match tenant {
            Tenant::Team(team) => {
                let key = (app.clone(), team.clone());
                self.installations.entry(key).or_insert_with(fresh)
            }
            Tenant::Enterprise(_) => {
                let fresh_org = || OrgInstall {
                    installation: fresh(),
                    teams: BTreeSet::new(),
                };
                &mut self.orgs.entry(app.clone()).or_insert_with(fresh_org).installation
            }
        };
        if !installation.installed {
            *installation = begin(installation.app_user.clone(), installation.bot.take());
        }
        installation
    }

    /// A refresh: a new access token and no new refresh token. The old access token lives to its own end.
    pub fn refresh(&mut self, moment: &mut Moment<'_>, app: &AppId, token: &str) -> Result<RefreshResponse, ErrorCode> {
        let found = self.tokens.get(token);
        let found = found.filter(|found| found.kind == TokenKind::Refresh && found.app == *app);
        let Some(found) = found.cloned() else {
            self.rotations
                .record(moment.now, app, None, 0, RotationOutcome::Refused);
            return Err(ErrorCode::InvalidToken);
        };
        let Tenant::Team(team_id) = found.tenant.clone() else {
            return Err(ErrorCode::InvalidToken);
        };
        if !found.is_live(moment.now) {
            self.rotations
                .record(moment.now, app, Some(found.family()), 0, RotationOutcome::Refused);
            return Err(ErrorCode::InvalidToken);
        }
        let issue = Issue {
            kind: TokenKind::Access,
            app,
            tenant: &found.tenant,
            user: &found.user,
        };
        Ok(RefreshResponse {
            access_token: self.next_access_token(moment, &issue, RotationOutcome::Refreshed),
            expires_in: LIFETIME_SECONDS,
            team_id,
            enterprise_id: self.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
            refresh_token: None,
        })
    }
}

/// Adds what was chosen; answers it, and what there was of the types that gained a scope.
fn added(
    installation: &mut Installation,
    chosen: Vec<(ResourceType, Grant)>,
    gained: &BTreeSet<ResourceType>,
) -> Vec<ResourceGrant> {
    let mut told: BTreeMap<(ResourceType, Option<ResourceId>), ResourceGrant> = BTreeMap::new();
    for (kind, grant) in chosen {
        let changed = match &grant {
            Grant::Specific(id) => installation.add_resource(kind, id),
            Grant::Wildcard { .. } => installation.add_wildcard(kind),
        };
        if changed {
            told.insert((kind, specific(&grant)), installation.resource_grant(kind, grant));
        }
    }
    for kind in gained {
        for grant in installation.resource_grants(*kind) {
            told.insert((*kind, specific(&grant.grant)), grant);
        }
    }
    told.into_values().collect()
}

fn specific(grant: &Grant) -> Option<ResourceId> {
    match grant {
        Grant::Specific(id) => Some(id.clone()),
        Grant::Wildcard { .. } => None,
    }
}
