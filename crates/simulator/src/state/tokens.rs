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

    /// `auth.revoke`: ends one token and leaves the app installed.
    ///
    /// `tokens_revoked` is sent when the installation's last working token ends; sources do not say
    /// whether a single one of several is worth an event.
    pub fn revoke_token(&mut self, moment: &mut Moment<'_>, text: &str) -> Vec<Envelope> {
        let Some(token) = self.tokens.get_mut(text) else {
            return Vec::new();
        };
        token.revoked = true;
        let Token { app, team, user, .. } = token.clone();
        if self.live_tokens(&app, &team, moment.now).next().is_some() {
            return Vec::new();
        }
        vec![moment.envelope(
            &app,
            &team,
            Event::TokensRevoked {
                oauth: vec![user],
                bot: Vec::new(),
            },
        )]
    }

    /// Ends every token of an installation. The event's lists hold user ids; a workspace app has no
    /// bot, so whoever allowed it is named under `oauth`.
    pub(super) fn revoke_all(&mut self, moment: &mut Moment<'_>, app: &AppId, team: &TeamId) -> Vec<Envelope> {
        let mut users: Vec<UserId> = Vec::new();
        for token in self
            .tokens
            .values_mut()
            .filter(|t| t.app == *app && t.team == *team && !t.revoked)
        {
            token.revoked = true;
            if !users.contains(&token.user) {
                users.push(token.user.clone());
            }
        }
        if users.is_empty() {
            return Vec::new();
        }
        vec![moment.envelope(
            app,
            team,
            Event::TokensRevoked {
                oauth: users,
                bot: Vec::new(),
            },
        )]
    }

    /// Ends every token and takes the app out of the workspace: `tokens_revoked`, then `app_uninstalled`.
    pub fn uninstall(&mut self, moment: &mut Moment<'_>, app: &AppId, team: &TeamId) -> Vec<Envelope> {
        let mut events = self.revoke_all(moment, app, team);
        if let Some(installation) = self.installations.get_mut(&(app.clone(), team.clone()))
            && installation.installed
        {
            installation.clear();
            events.push(moment.envelope(app, team, Event::AppUninstalled));
        }
        events
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
