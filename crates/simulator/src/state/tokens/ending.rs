//! How tokens end: one by one, all of an installation, and the events about it.

use grantbook_api::events::{Envelope, Event};
use grantbook_core::{AppId, Tenant, UserId};

use super::{
    super::{Moment, World},
    Token, TokenKind,
};

/// Whose tokens ended.
#[derive(Debug, Default)]
struct Ended {
    users: Vec<UserId>,
    bot: bool,
}

impl Ended {
    fn add(&mut self, kind: TokenKind, user: &UserId) {
        if matches!(kind, TokenKind::Bot | TokenKind::BotRefresh) {
            self.bot = true;
        } else if !self.users.contains(user) {
            self.users.push(user.clone());
        }
    }
}

impl World {
    /// `auth.revoke`: ends one token. A workspace app stays installed; an app of today loses what the
    /// token stood for, and is uninstalled with its last one (A.5). A rotating token ends alone: what was
    /// granted stays, and its refresh token buys the next (docs.slack.dev, "Using token rotation").
    ///
    /// For a workspace app `tokens_revoked` is sent when the installation's last working token ends;
    /// sources do not say whether a single one of several is worth an event.
    pub fn revoke_token(&mut self, moment: &mut Moment<'_>, text: &str) -> Vec<Envelope> {
        let Some(token) = self.tokens.get_mut(text) else {
            return Vec::new();
        };
        token.revoked = true;
        let Token {
            kind,
            app,
            tenant,
            user,
            generation,
            ..
        } = token.clone();
        let last = self.live_tokens_of(&app, &tenant, moment.now).next().is_none();
        if generation > 0 || (!last && !kind.is_modern()) {
            return Vec::new();
        }
        let mut ended = Ended::default();
        ended.add(kind, &user);
        let told = self.tell_revoked(moment, &app, &tenant, ended);
        let mut events: Vec<Envelope> = told.into_iter().collect();
        let Some(installation) = self.slot_mut(&app, &tenant) else {
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
            TokenKind::Access | TokenKind::Refresh | TokenKind::BotRefresh | TokenKind::UserRefresh => return events,
        }
        if last {
            events.extend(self.uninstall(moment, &app, &tenant));
        }
        events
    }

    /// Ends every token of an installation.
    pub(in crate::state) fn revoke_all(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        tenant: &Tenant,
    ) -> Vec<Envelope> {
        let mut ended = Ended::default();
        for token in self
            .tokens
            .values_mut()
            .filter(|token| token.is_of(app, tenant) && !token.revoked)
        {
            token.revoked = true;
            ended.add(token.kind, &token.user);
        }
        self.tell_revoked(moment, app, tenant, ended).into_iter().collect()
    }

    /// `tokens_revoked`. Its lists hold user ids: the bot's own under `bot`, people's under `oauth`. A
    /// workspace app has no bot, so whoever allowed it is named under `oauth`.
    fn tell_revoked(&self, moment: &mut Moment<'_>, app: &AppId, tenant: &Tenant, ended: Ended) -> Option<Envelope> {
        let installation = self.slot(app, tenant);
        let bot = installation.filter(|_| ended.bot).map(|i| i.app_user.clone());
        let bot: Vec<UserId> = bot.into_iter().collect();
        if ended.users.is_empty() && bot.is_empty() {
            return None;
        }
        let event = Event::TokensRevoked {
            oauth: ended.users,
            bot,
        };
        Some(self.wrap_for(moment, app, tenant, None, event))
    }

    /// Ends every token and takes the app out of the workspace or the organization: `tokens_revoked`,
    /// then `app_uninstalled`.
    pub fn uninstall(&mut self, moment: &mut Moment<'_>, app: &AppId, tenant: &Tenant) -> Vec<Envelope> {
        let mut events = self.revoke_all(moment, app, tenant);
        if self
            .slot(app, tenant)
            .is_some_and(|installation| installation.installed)
        {
            if let Some(installation) = self.slot_mut(app, tenant) {
                installation.clear();
            }
            match tenant {
                Tenant::Team(team) => self.close_dialogs(moment.now, app, team),
                Tenant::Enterprise(_) => self.leave_workspaces(app),
            }
            events.push(self.wrap_for(moment, app, tenant, None, Event::AppUninstalled));
        }
        events
    }
}
