//! Rotating tokens of today: pairs that follow each other in a family, and a record of every refresh.
//!
//! An access token lives twelve hours; its refresh token buys one new pair and is worth nothing afterwards
//! (docs.slack.dev, "Using token rotation"). A refresh does not end the access token in use, but a family
//! has at most two that work: the oldest ends early. Where an app has a grace window, whoever comes again
//! with the refresh token just spent gets the same pair; later that is a reuse, refused and counted.

mod record;

use grantbook_api::{
    ErrorCode,
    secret::{AccessToken, RefreshToken},
};
use grantbook_core::{AppId, Tenant, Timestamp, UserId};

use record::Spent;
pub use record::{Rotation, RotationOutcome, Rotations};

use super::{Moment, TokenKind, World, tokens::Issue};

/// How long a rotating access token of today lives, in seconds.
pub(crate) const LIFETIME_SECONDS: i64 = 43_200;

/// The access tokens of a family that work at the same time.
const MOST_LIVE: usize = 2;

/// An access token and what buys the next one.
#[derive(Clone, Debug)]
pub struct Pair {
    /// `xoxe.xoxb-1-…` or `xoxe.xoxp-1-…`.
    pub access: AccessToken,
    /// `xoxe-1-…`.
    pub refresh: RefreshToken,
    /// Seconds until the access token ends.
    pub expires_in: i64,
}

/// What a refresh brought, and for whom.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// A bot's token, or a person's.
    pub kind: TokenKind,
    /// Where.
    pub tenant: Tenant,
    /// Who allowed the app; of a person's token, the person.
    pub user: UserId,
    /// The tokens.
    pub pair: Pair,
}

/// The name of the tokens that follow each other.
pub(super) fn family(kind: TokenKind, app: &AppId, tenant: &Tenant, user: &UserId) -> String {
    match kind {
        TokenKind::Bot | TokenKind::BotRefresh => format!("{app}/{tenant}/bot"),
        TokenKind::User | TokenKind::UserRefresh => format!("{app}/{tenant}/{user}"),
        TokenKind::Access | TokenKind::Refresh => format!("{app}/{tenant}/workspace"),
    }
}

impl World {
    /// The next pair of a family. Whatever refresh token there was before is worth nothing any more.
    pub(super) fn next_pair(&mut self, moment: &mut Moment<'_>, issue: &Issue<'_>, outcome: RotationOutcome) -> Pair {
        let (refresh_kind, access, refresh) = match issue.kind {
            TokenKind::Bot | TokenKind::BotRefresh => (
                TokenKind::BotRefresh,
                moment.ids.rotating_bot_token(),
                moment.ids.single_use_refresh_token(),
            ),
            _ => (
                TokenKind::UserRefresh,
                moment.ids.rotating_user_token(),
                moment.ids.single_use_refresh_token(),
            ),
        };
        let name = family(issue.kind, issue.app, issue.tenant, issue.user);
        self.end_refresh_tokens(issue);
        self.make_room(issue, moment.now);
        let generation = self.rotations.next_generation(&name);
        let (access_text, refresh_text) = (access.expose().to_owned(), refresh.expose().to_owned());
        self.keep_token(
            &access_text,
            issue.token(moment.now, Some(LIFETIME_SECONDS), generation),
        );
        let refresh_issue = Issue {
            kind: refresh_kind,
            ..*issue
        };
        self.keep_token(&refresh_text, refresh_issue.token(moment.now, None, generation));
        self.rotations
            .record(moment.now, issue.app, Some(name), generation, outcome);
        Pair {
            access,
            refresh,
            expires_in: LIFETIME_SECONDS,
        }
    }

    fn end_refresh_tokens(&mut self, issue: &Issue<'_>) {
        let kin = self.tokens.values_mut().filter(|token| token.is_kin(issue));
        for token in kin.filter(|token| token.kind.is_refresh()) {
            token.revoked = true;
        }
    }

    /// Ends the oldest access tokens of a family, so that with the next one two work.
    fn make_room(&mut self, issue: &Issue<'_>, now: Timestamp) {
        let mut live: Vec<(u32, String)> = self
            .tokens
            .iter()
            .filter(|(_, token)| token.is_kin(issue) && !token.kind.is_refresh())
            .filter(|(_, token)| token.generation > 0 && token.is_live(now))
            .map(|(text, token)| (token.generation, text.clone()))
            .collect();
        live.sort_unstable();
        let over = (live.len() + 1).saturating_sub(MOST_LIVE);
        for (_, text) in live.into_iter().take(over) {
            if let Some(token) = self.tokens.get_mut(&text) {
                token.expires = Some(now);
            }
        }
    }

    /// `oauth.v2.access` with `grant_type=refresh_token`: spends a refresh token for a new pair.
    pub fn rotate(&mut self, moment: &mut Moment<'_>, app: &AppId, refresh: &str) -> Result<Rotated, ErrorCode> {
        let own = |kind| matches!(kind, TokenKind::BotRefresh | TokenKind::UserRefresh);
        let found = self
            .tokens
            .get(refresh)
            .filter(|found| own(found.kind) && found.app == *app);
        let Some(found) = found.cloned() else {
            self.rotations
                .record(moment.now, app, None, 0, RotationOutcome::Refused);
            return Err(ErrorCode::InvalidRefreshToken);
        };
        let name = found.family();
        let kind = if found.kind == TokenKind::BotRefresh {
            TokenKind::Bot
        } else {
            TokenKind::User
        };
        let done = |pair| Rotated {
            kind,
            tenant: found.tenant.clone(),
            user: found.user.clone(),
            pair,
        };
        if let Some(pair) = self.repeated(app, refresh, moment.now) {
            let generation = found.generation + 1;
            self.rotations
                .record(moment.now, app, Some(name), generation, RotationOutcome::Repeated);
            return Ok(done(pair));
        }
        if found.revoked {
            let outcome = if self.rotations.spent.contains_key(refresh) {
                RotationOutcome::Reused
            } else {
                RotationOutcome::Refused
            };
            self.rotations
                .record(moment.now, app, Some(name), found.generation, outcome);
            return Err(ErrorCode::InvalidRefreshToken);
        }
        let issue = Issue {
            kind,
            app,
            tenant: &found.tenant,
            user: &found.user,
        };
        let pair = self.next_pair(moment, &issue, RotationOutcome::Refreshed);
        self.rotations.spent.insert(
            refresh.to_owned(),
            Spent {
                at: moment.now,
                access: pair.access.expose().to_owned(),
                refresh: pair.refresh.expose().to_owned(),
            },
        );
        if let Some(original) = self.rotations.originals.remove(&name)
            && let Some(token) = self.tokens.get_mut(&original)
        {
            token.expires = Some(moment.now);
        }
        Ok(done(pair))
    }

    /// The pair that a spent refresh token bought, for as long as the app's grace lasts and nobody went on.
    fn repeated(&self, app: &AppId, refresh: &str, now: Timestamp) -> Option<Pair> {
        let spent = self.rotations.spent.get(refresh)?;
        let grace = i64::from(self.apps.get(app)?.refresh_grace_seconds);
        let unspent = self.tokens.get(&spent.refresh).is_some_and(|next| !next.revoked);
        if now >= spent.at.plus_seconds(grace) || !unspent {
            return None;
        }
        let end = self.tokens.get(&spent.access)?.expires?;
        Some(Pair {
            access: AccessToken::new(&*spent.access),
            refresh: RefreshToken::new(&*spent.refresh),
            expires_in: end.seconds() - now.seconds(),
        })
    }

    /// `oauth.v2.exchange`: a long-lived token becomes a rotating pair. It works on until the first refresh.
    pub fn exchange_token(&mut self, moment: &mut Moment<'_>, app: &AppId, text: &str) -> Result<Rotated, ErrorCode> {
        if !self.apps.get(app).is_some_and(|app| app.token_rotation) {
            return Err(ErrorCode::from("token_rotation_not_enabled"));
        }
        let long_lived = |kind| matches!(kind, TokenKind::Bot | TokenKind::User);
        let found = self.tokens.get(text);
        let found = found.filter(|token| token.app == *app && long_lived(token.kind) && token.generation == 0);
        let found = found.cloned().ok_or(ErrorCode::InvalidToken)?;
        if found.exchanged {
            return Err(ErrorCode::from("token_already_exchanged"));
        }
        if found.revoked {
            return Err(ErrorCode::from("authorization_not_found"));
        }
        let issue = Issue {
            kind: found.kind,
            app,
            tenant: &found.tenant,
            user: &found.user,
        };
        let pair = self.next_pair(moment, &issue, RotationOutcome::Exchanged);
        if let Some(token) = self.tokens.get_mut(text) {
            token.exchanged = true;
        }
        self.rotations.originals.insert(found.family(), text.to_owned());
        Ok(Rotated {
            kind: found.kind,
            tenant: found.tenant,
            user: found.user,
            pair,
        })
    }
}
