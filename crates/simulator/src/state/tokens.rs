//! Access and refresh tokens: whose they are, until when, and how they end.

mod ending;
mod issuing;

use grantbook_api::{ErrorCode, secret::AccessToken};
use grantbook_core::{AppId, TeamId, Tenant, Timestamp, UserId};

use super::{
    World,
    rotation::{Pair, family},
};

/// How long a rotating workspace token lives, in seconds.
pub(crate) const LIFETIME_SECONDS: i64 = 3600;

/// A token that was issued. The token itself is the key under which this is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is for.
    pub kind: TokenKind,
    /// The app.
    pub app: AppId,
    /// The workspace, or the organization of an org-wide installation.
    pub tenant: Tenant,
    /// Who allowed the app when it was issued.
    pub user: UserId,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it ends; never without rotation.
    pub expires: Option<Timestamp>,
    /// Whether it was revoked; of a single-use refresh token, whether it was spent or replaced.
    pub revoked: bool,
    /// Its number among the tokens that follow each other by today's rotation; 0 for all others.
    pub generation: u32,
    /// Whether `oauth.v2.exchange` has turned it into a pair.
    pub exchanged: bool,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `xoxa-2-…`: calls methods.
    Access,
    /// `xoxr-…`: buys access tokens, as often as one likes.
    Refresh,
    /// `xoxb-…`, `xoxe.xoxb-1-…`: calls methods as the bot of an app of today.
    Bot,
    /// `xoxp-…`, `xoxe.xoxp-1-…`: calls methods as the person who allowed an app of today.
    User,
    /// `xoxe-1-…`: buys the bot's next pair of tokens, once.
    BotRefresh,
    /// `xoxe-1-…`: buys a person's next pair of tokens, once.
    UserRefresh,
}

impl TokenKind {
    /// What the control door calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Bot => "bot",
            Self::User => "user",
            Self::BotRefresh => "bot_refresh",
            Self::UserRefresh => "user_refresh",
        }
    }

    /// Whether it belongs to an app of today.
    pub fn is_modern(self) -> bool {
        !matches!(self, Self::Access | Self::Refresh)
    }

    /// Whether it buys tokens instead of calling methods.
    pub fn is_refresh(self) -> bool {
        matches!(self, Self::Refresh | Self::BotRefresh | Self::UserRefresh)
    }

    /// Whether it stands for a person.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::User | Self::UserRefresh)
    }
}

/// A token to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issue<'a> {
    pub(super) kind: TokenKind,
    pub(super) app: &'a AppId,
    pub(super) tenant: &'a Tenant,
    pub(super) user: &'a UserId,
}

impl Issue<'_> {
    pub(super) fn token(&self, now: Timestamp, lifetime: Option<i64>, generation: u32) -> Token {
        Token {
            kind: self.kind,
            app: self.app.clone(),
            tenant: self.tenant.clone(),
            user: self.user.clone(),
            issued: now,
            expires: lifetime.map(|seconds| now.plus_seconds(seconds)),
            revoked: false,
            generation,
            exchanged: false,
        }
    }
}

/// A token of an app of today, rotating or not.
#[derive(Clone, Debug)]
pub(super) enum Issued {
    LongLived(AccessToken),
    Pair(Pair),
}

impl Token {
    /// Whether it works at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.revoked && self.expires.is_none_or(|end| now < end)
    }

    /// The name of the tokens that follow each other, as in `A0ATLAS42/T061EG9R6/bot`.
    pub fn family(&self) -> String {
        family(self.kind, &self.app, &self.tenant, &self.user)
    }

    /// Its workspace; none for an organization's.
    pub fn team(&self) -> Option<&TeamId> {
        match &self.tenant {
            Tenant::Team(team) => Some(team),
            Tenant::Enterprise(_) => None,
        }
    }

    /// Whether it stands for the same bot, or the same person, in the same place.
    pub(super) fn is_kin(&self, issue: &Issue<'_>) -> bool {
        let personal = issue.kind.is_personal();
        self.is_of(issue.app, issue.tenant)
            && self.kind.is_modern()
            && self.kind.is_personal() == personal
            && (!personal || self.user == *issue.user)
    }

    fn is_of(&self, app: &AppId, tenant: &Tenant) -> bool {
        self.app == *app && self.tenant == *tenant
    }
}

impl World {
    /// Whose token this is. An expired workspace token answers `invalid_auth`, as clients of the time
    /// expect (B.3), one of today `token_expired`; a revoked one `token_revoked`.
    pub fn authenticate(&self, token: &str, now: Timestamp) -> Result<&Token, ErrorCode> {
        let found = self.tokens.get(token).ok_or(ErrorCode::InvalidAuth)?;
        if found.revoked {
            return Err(ErrorCode::TokenRevoked);
        }
        match found.is_live(now) {
            true => Ok(found),
            false if found.kind.is_modern() => Err(ErrorCode::TokenExpired),
            false => Err(ErrorCode::InvalidAuth),
        }
    }

    /// The tokens of a workspace's own installation that work at `now`.
    pub fn live_tokens(&self, app: &AppId, team: &TeamId, now: Timestamp) -> impl Iterator<Item = (&str, &Token)> {
        let tenant = Tenant::Team(team.clone());
        let live = self
            .tokens
            .iter()
            .filter(move |(_, token)| token.is_of(app, &tenant) && token.is_live(now));
        live.map(|(text, token)| (text.as_str(), token))
    }

    /// The tokens of an installation, a workspace's or the organization's, that work at `now`.
    pub fn live_tokens_of(&self, app: &AppId, tenant: &Tenant, now: Timestamp) -> impl Iterator<Item = (&str, &Token)> {
        let own = self.tokens.iter().filter(move |(_, token)| token.is_of(app, tenant));
        own.filter(move |(_, token)| token.is_live(now))
            .map(|(text, token)| (text.as_str(), token))
    }

    /// Whether an installation has a token that was not revoked, expired or not.
    pub fn has_token(&self, app: &AppId, tenant: &Tenant) -> bool {
        self.tokens
            .values()
            .any(|token| token.is_of(app, tenant) && !token.revoked)
    }

    /// Every token issued, for whoever controls the simulator.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, &Token)> {
        self.tokens.iter().map(|(text, token)| (text.as_str(), token))
    }

    /// A token by its text, live or not.
    pub(crate) fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.get(text)
    }

    pub(super) fn keep_token(&mut self, text: &str, token: Token) {
        self.tokens.insert(text.to_owned(), token);
    }
}
