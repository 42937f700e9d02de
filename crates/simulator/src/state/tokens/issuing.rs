//! How tokens are issued: one for an installation, or the next of a family.

use grantbook_api::secret::{AccessToken, RefreshToken};
use grantbook_core::{AppId, TeamId, Tenant, UserId};

use super::{
    super::{Moment, RotationOutcome, World, rotation::family},
    Issue, Issued, LIFETIME_SECONDS, Token, TokenKind,
};

impl World {
    /// The token of an app of today: an installation has one for the bot, and one for each person who let
    /// the app act as themselves. The one that works is handed out again, except with rotation: then
    /// there is a new pair each time.
    pub(in crate::state) fn issue_modern(&mut self, moment: &mut Moment<'_>, issue: &Issue<'_>) -> Issued {
        if self.apps.get(issue.app).is_some_and(|app| app.token_rotation) {
            return Issued::Pair(self.next_pair(moment, issue, RotationOutcome::Issued));
        }
        let own =
            |token: &Token| token.kind == issue.kind && (issue.kind == TokenKind::Bot || token.user == *issue.user);
        let kept = self
            .live_tokens_of(issue.app, issue.tenant, moment.now)
            .find(|(_, token)| own(token));
        if let Some((text, _)) = kept {
            return Issued::LongLived(AccessToken::new(text));
        }
        let text = match issue.kind {
            TokenKind::Bot => moment.ids.bot_token(),
            _ => moment.ids.user_token(),
        };
        self.keep_token(text.expose(), issue.token(moment.now, None, 0));
        Issued::LongLived(text)
    }

    /// One token per workspace: without rotation the one that works is handed out again; with it,
    /// the access token is new and the long-lived refresh token the same.
    pub(in crate::state) fn issue(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> (AccessToken, Option<RefreshToken>, Option<i64>) {
        let tenant = Tenant::Team(team.clone());
        let find = |world: &Self, kind: TokenKind| {
            let mut live = world.live_tokens_of(app, &tenant, moment.now);
            live.find(|(_, token)| token.kind == kind)
                .map(|(text, _)| text.to_owned())
        };
        let issue = |kind| Issue {
            kind,
            app,
            tenant: &tenant,
            user,
        };
        if !self.apps.get(app).is_some_and(|app| app.token_rotation) {
            let kept = find(self, TokenKind::Access).map(AccessToken::new);
            let token = kept.unwrap_or_else(|| {
                let text = moment.ids.access_token();
                self.keep_token(text.expose(), issue(TokenKind::Access).token(moment.now, None, 0));
                text
            });
            return (token, None, None);
        }
        let refresh = if let Some(text) = find(self, TokenKind::Refresh) {
            RefreshToken::new(text)
        } else {
            let refresh = moment.ids.refresh_token();
            self.keep_token(refresh.expose(), issue(TokenKind::Refresh).token(moment.now, None, 0));
            refresh
        };
        let access = self.next_access_token(moment, &issue(TokenKind::Access), RotationOutcome::Issued);
        (access, Some(refresh), Some(LIFETIME_SECONDS))
    }

    /// A workspace token of an hour. Those before it live to their own ends.
    pub(in crate::state) fn next_access_token(
        &mut self,
        moment: &mut Moment<'_>,
        issue: &Issue<'_>,
        outcome: RotationOutcome,
    ) -> AccessToken {
        let text = moment.ids.access_token();
        self.keep_token(text.expose(), issue.token(moment.now, Some(LIFETIME_SECONDS), 0));
        let name = family(issue.kind, issue.app, issue.tenant, issue.user);
        let generation = self.rotations.next_generation(&name);
        self.rotations
            .record(moment.now, issue.app, Some(name), generation, outcome);
        text
    }
}
