//! Access and refresh tokens: whose they are, until when, and how they end.

use grantbook_api::{
    ErrorCode,
    events::{Envelope, Event},
    secret::{AccessToken, RefreshToken},
};
use grantbook_core::{AppId, TeamId, Timestamp, UserId};

use super::{Moment, World};

/// How long a rotating workspace token lives, in seconds.
pub(crate) const LIFETIME_SECONDS: i64 = 3600;

/// A token that was issued. The token itself is the key under which this is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is for.
    pub kind: TokenKind,
    /// The app.
    pub app: AppId,
    /// The workspace.
    pub team: TeamId,
    /// Who allowed the app when it was issued.
    pub user: UserId,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it ends; never without rotation.
    pub expires: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `xoxa-2-…`: calls methods.
    Access,
    /// `xoxr-…`: buys access tokens, as often as one likes.
    Refresh,
    /// `xoxb-…`: calls methods as the bot of an app of today.
    Bot,
    /// `xoxp-…`: calls methods as the person who allowed an app of today.
    User,
}

impl TokenKind {
    /// What the control door calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Bot => "bot",
            Self::User => "user",
        }
    }

    /// Whether it belongs to an app of today.
    pub fn is_modern(self) -> bool {
        matches!(self, Self::Bot | Self::User)
    }
}

/// Whose tokens ended.
#[derive(Debug, Default)]
struct Ended {
    users: Vec<UserId>,
    bot: bool,
}

impl Ended {
    fn add(&mut self, kind: TokenKind, user: &UserId) {
        if kind == TokenKind::Bot {
            self.bot = true;
        } else if !self.users.contains(user) {
            self.users.push(user.clone());
        }
    }
}

impl Token {
    /// Whether it works at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.revoked && self.expires.is_none_or(|end| now < end)
    }
}

impl World {
    /// Whose token this is. An expired workspace token answers `invalid_auth`, as clients of the time
    /// expect (B.3); a revoked one `token_revoked`.
    pub fn authenticate(&self, token: &str, now: Timestamp) -> Result<&Token, ErrorCode> {
        let found = self.tokens.get(token).ok_or(ErrorCode::InvalidAuth)?;
        if found.revoked {
            return Err(ErrorCode::TokenRevoked);
        }
        if !found.is_live(now) {
            return Err(ErrorCode::InvalidAuth);
        }
        Ok(found)
    }

    /// The tokens of an installation that work at `now`.
    pub fn live_tokens(&self, app: &AppId, team: &TeamId, now: Timestamp) -> impl Iterator<Item = (&str, &Token)> {
        let own = self
            .tokens
            .iter()
            .filter(move |(_, t)| t.app == *app && t.team == *team);
        own.filter(move |(_, token)| token.is_live(now))
            .map(|(text, token)| (text.as_str(), token))
    }

    /// Whether an installation has a token that was not revoked, expired or not.
    pub fn has_token(&self, app: &AppId, team: &TeamId) -> bool {
        self.tokens
            .values()
            .any(|token| token.app == *app && token.team == *team && !token.revoked)
    }

    /// Every token issued, for whoever controls the simulator.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, &Token)> {
        self.tokens.iter().map(|(text, token)| (text.as_str(), token))
    }

    fn keep_token(&mut self, text: &str, token: Token) {
        self.tokens.insert(text.to_owned(), token);
    }

    /// `auth.revoke`: ends one token. A workspace app stays installed; an app of today loses what the
    /// token stood for, and is uninstalled with its last one (A.5).
    ///
    /// For a workspace app `tokens_revoked` is sent when the installation's last working token ends;
    /// sources do not say whether a single one of several is worth an event.
    pub fn revoke_token(&mut self, moment: &mut Moment<'_>, text: &str) -> Vec<Envelope> {
        let Some(token) = self.tokens.get_mut(text) else {
            return Vec::new();
        };
        token.revoked = true;
        let Token {
            kind, app, team, user, ..
        } = token.clone();
        let last = self.live_tokens(&app, &team, moment.now).next().is_none();
        if !last && !kind.is_modern() {
            return Vec::new();
        }
        let mut ended = Ended::default();
        ended.add(kind, &user);
        let told = self.tell_revoked(moment, &app, &team, ended);
        let mut events: Vec<Envelope> = told.into_iter().collect();
        let Some(installation) = self.installations.get_mut(&(app.clone(), team.clone())) else {
            return events;
        };
        match kind {
            TokenKind::Bot => {
                installation.resources.clear();
                installation.bot.iter_mut().for_each(|bot| bot.scopes.clear());
            }
            TokenKind::User => {
                installation.users.remove(&user);
            }
            TokenKind::Access | TokenKind::Refresh => return events,
        }
        if last {
            events.extend(self.uninstall(moment, &app, &team));
        }
        events
    }

    /// Ends every token of an installation.
    pub(super) fn revoke_all(&mut self, moment: &mut Moment<'_>, app: &AppId, team: &TeamId) -> Vec<Envelope> {
        let mut ended = Ended::default();
        for token in self
            .tokens
            .values_mut()
            .filter(|t| t.app == *app && t.team == *team && !t.revoked)
        {
            token.revoked = true;
            ended.add(token.kind, &token.user);
        }
        self.tell_revoked(moment, app, team, ended).into_iter().collect()
    }

    /// `tokens_revoked`. Its lists hold user ids: the bot's own under `bot`, people's under `oauth`. A
    /// workspace app has no bot, so whoever allowed it is named under `oauth`.
    fn tell_revoked(&self, moment: &mut Moment<'_>, app: &AppId, team: &TeamId, ended: Ended) -> Option<Envelope> {
        let installation = self.installations.get(&(app.clone(), team.clone()));
        let bot = installation.filter(|_| ended.bot).map(|i| i.app_user.clone());
        let bot: Vec<UserId> = bot.into_iter().collect();
        if ended.users.is_empty() && bot.is_empty() {
            return None;
        }
        let event = Event::TokensRevoked {
            oauth: ended.users,
            bot,
        };
        Some(self.wrap(moment, app, team, event))
    }

    /// Ends every token and takes the app out of the workspace: `tokens_revoked`, then `app_uninstalled`.
    pub fn uninstall(&mut self, moment: &mut Moment<'_>, app: &AppId, team: &TeamId) -> Vec<Envelope> {
        let mut events = self.revoke_all(moment, app, team);
        if let Some(installation) = self.installations.get_mut(&(app.clone(), team.clone()))
            && installation.installed
        {
            installation.clear();
            self.close_dialogs(moment.now, app, team);
            events.push(self.wrap(moment, app, team, Event::AppUninstalled));
        }
        events
    }

    /// The token of an app of today: a workspace has one for the bot, and one for each person who let
    /// the app act as themselves. The one that works is handed out again.
    pub(super) fn issue_modern(
        &mut self,
        moment: &mut Moment<'_>,
        kind: TokenKind,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> AccessToken {
        let own = |token: &Token| token.kind == kind && (kind == TokenKind::Bot || token.user == *user);
        let kept = self.live_tokens(app, team, moment.now).find(|(_, token)| own(token));
        if let Some((text, _)) = kept {
            return AccessToken::new(text);
        }
        let text = match kind {
            TokenKind::Bot => moment.ids.bot_token(),
            _ => moment.ids.user_token(),
        };
        self.keep_token(text.expose(), issued(moment, kind, app, team, user, None));
        text
    }

    /// One token per workspace: without rotation the one that works is handed out again; with it,
    /// the access token is new and the long-lived refresh token the same.
    pub(super) fn issue(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> (AccessToken, Option<RefreshToken>, Option<i64>) {
        let find = |world: &Self, kind: TokenKind| {
            let mut live = world.live_tokens(app, team, moment.now);
            live.find(|(_, token)| token.kind == kind)
                .map(|(text, _)| text.to_owned())
        };
        if !self.apps.get(app).is_some_and(|app| app.token_rotation) {
            let kept = find(self, TokenKind::Access).map(AccessToken::new);
            let token = kept.unwrap_or_else(|| self.new_access_token(moment, app, team, user, None));
            return (token, None, None);
        }
        let refresh = if let Some(text) = find(self, TokenKind::Refresh) {
            RefreshToken::new(text)
        } else {
            let refresh = moment.ids.refresh_token();
            self.keep_token(
                refresh.expose(),
                issued(moment, TokenKind::Refresh, app, team, user, None),
            );
            refresh
        };
        let access = self.new_access_token(moment, app, team, user, Some(LIFETIME_SECONDS));
        (access, Some(refresh), Some(LIFETIME_SECONDS))
    }

    pub(super) fn new_access_token(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
        lifetime: Option<i64>,
    ) -> AccessToken {
        let text = moment.ids.access_token();
        self.keep_token(
            text.expose(),
            issued(moment, TokenKind::Access, app, team, user, lifetime),
        );
        text
    }
}

fn issued(
    moment: &Moment<'_>,
    kind: TokenKind,
    app: &AppId,
    team: &TeamId,
    user: &UserId,
    lifetime: Option<i64>,
) -> Token {
    Token {
        kind,
        app: app.clone(),
        team: team.clone(),
        user: user.clone(),
        issued: moment.now,
        expires: lifetime.map(|seconds| moment.now.plus_seconds(seconds)),
        revoked: false,
    }
}
