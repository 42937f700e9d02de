//! `IdSource`: identifiers, tokens and codes that look like Slack's, from one seeded generator.

use std::fmt::Write as _;

use grantbook_api::{
    TriggerId,
    secret::{AccessToken, AuthorizationCode, RefreshToken},
};
use grantbook_core::{ResourceId, UserId};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::secrets::Secrets;

const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";

/// Where every random value of the simulator comes from. The same seed gives the same values.
#[derive(Debug)]
pub struct IdSource {
    rng: StdRng,
    secrets: Option<Secrets>,
}

impl IdSource {
    /// A generator that repeats itself for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    /// A generator that nobody can foresee.
    pub fn unpredictable() -> Self {
        Self::of(StdRng::from_os_rng())
    }

    const fn of(rng: StdRng) -> Self {
        Self { rng, secrets: None }
    }

    /// Notes from now on every secret that is made here.
    pub(crate) fn note_in(&mut self, secrets: Option<Secrets>) {
        self.secrets = secrets;
    }

    /// Where secrets are noted, if anywhere.
    pub(crate) fn secrets(&mut self) -> Option<&mut Secrets> {
        self.secrets.as_mut()
    }

    /// Notes a secret where that is asked for.
    fn noted(&mut self, kind: &str, secret: String) -> String {
        if let Some(secrets) = &mut self.secrets {
            secrets.note(kind, &secret);
        }
        secret
    }

    /// An app's own user, `U0…`.
    pub fn user(&mut self) -> UserId {
        self.parsed('U')
    }

    /// A direct-message conversation, `D0…`.
    pub fn direct_message(&mut self) -> ResourceId {
        self.parsed('D')
    }

    /// A group message, `G0…`.
    pub fn group_message(&mut self) -> ResourceId {
        self.parsed('G')
    }

    /// An event, `Ev0…`.
    pub fn event(&mut self) -> String {
        self.letters("Ev0", 8)
    }

    /// What an event of today carries for `apps.event.authorizations.list`, `4-…`.
    pub fn event_context(&mut self) -> String {
        self.letters("4-", 48)
    }

    /// A reminder, `Rm0…`.
    pub fn reminder(&mut self) -> String {
        self.letters("Rm0", 8)
    }

    /// A trigger: two numbers and 32 hex digits.
    pub fn trigger(&mut self) -> TriggerId {
        loop {
            let text = format!("{}.{}.{}", self.digits(11), self.digits(10), self.hex(32));
            if let Ok(trigger) = TriggerId::new(text) {
                return trigger;
            }
        }
    }

    /// A workspace token, `xoxa-2-…`.
    pub fn access_token(&mut self) -> AccessToken {
        let parts = (self.digits(12), self.digits(12), self.digits(12), self.hex(32));
        let text = format!("xoxa-2-{}-{}-{}-{}", parts.0, parts.1, parts.2, parts.3);
        AccessToken::new(self.noted("workspace token", text))
    }

    /// A refresh token, `xoxr-…`.
    pub fn refresh_token(&mut self) -> RefreshToken {
        let parts = (self.digits(12), self.digits(12), self.hex(32));
        let text = format!("xoxr-{}-{}-{}", parts.0, parts.1, parts.2);
        RefreshToken::new(self.noted("refresh token", text))
    }

    /// A bot token, `xoxb-…`.
    pub fn bot_token(&mut self) -> AccessToken {
        let parts = (self.digits(12), self.digits(13), self.letters("", 24));
        let text = format!("xoxb-{}-{}-{}", parts.0, parts.1, parts.2);
        AccessToken::new(self.noted("bot token", text))
    }

    /// A person's token, `xoxp-…`.
    pub fn user_token(&mut self) -> AccessToken {
        let parts = (self.digits(12), self.digits(12), self.digits(13), self.hex(32));
        let text = format!("xoxp-{}-{}-{}-{}", parts.0, parts.1, parts.2, parts.3);
        AccessToken::new(self.noted("user token", text))
    }

    /// An app-level token, `xapp-1-…`.
    pub fn app_token(&mut self) -> AccessToken {
        let parts = (self.letters("A0", 8), self.digits(13), self.hex(64));
        let text = format!("xapp-1-{}-{}-{}", parts.0, parts.1, parts.2);
        AccessToken::new(self.noted("app-level token", text))
    }

    /// A bot token that ends after twelve hours, `xoxe.xoxb-1-…`.
    pub fn rotating_bot_token(&mut self) -> AccessToken {
        let text = self.letters("xoxe.xoxb-1-", 160);
        AccessToken::new(self.noted("rotating bot token", text))
    }

    /// A person's token that ends after twelve hours, `xoxe.xoxp-1-…`.
    pub fn rotating_user_token(&mut self) -> AccessToken {
        let text = self.letters("xoxe.xoxp-1-", 160);
        AccessToken::new(self.noted("rotating user token", text))
    }

    /// A refresh token of today, `xoxe-1-…`.
    pub fn single_use_refresh_token(&mut self) -> RefreshToken {
        let text = self.letters("xoxe-1-", 146);
        RefreshToken::new(self.noted("single-use refresh token", text))
    }

    /// What a WebSocket address proves itself with, once.
    pub fn ticket(&mut self) -> String {
        let text = self.hex(36);
        self.noted("socket ticket", text)
    }

    /// What a `response_url` proves itself with.
    pub(crate) fn response_url_secret(&mut self) -> String {
        let text = self.hex(24);
        self.noted("response_url", text)
    }

    /// The name of a Socket Mode envelope, as a UUID is written.
    pub fn envelope(&mut self) -> String {
        let parts = [8, 4, 4, 4, 12].map(|count| self.hex(count));
        parts.join("-")
    }

    /// A request for an app, `Ar0…`.
    pub fn app_request(&mut self) -> String {
        self.letters("Ar0", 8)
    }

    /// A bot, `B0…`.
    pub fn bot(&mut self) -> String {
        self.letters("B0", 8)
    }

    /// The code of an OAuth callback.
    pub fn code(&mut self) -> AuthorizationCode {
        let text = format!("{}.{}.{}", self.digits(12), self.digits(13), self.hex(64));
        AuthorizationCode::new(self.noted("code", text))
    }

    /// A value for forms and request ids.
    pub fn nonce(&mut self) -> String {
        self.hex(32)
    }

    fn parsed<T: std::str::FromStr>(&mut self, prefix: char) -> T {
        loop {
            // Always well formed; the loop spares an impossible error.
            if let Ok(id) = self.letters(&format!("{prefix}0"), 8).parse() {
                return id;
            }
        }
    }

    fn letters(&mut self, prefix: &str, count: usize) -> String {
        let mut text = prefix.to_owned();
        text.extend((0..count).map(|_| char::from(LETTERS[self.rng.random_range(0..LETTERS.len())])));
        text
    }

    fn digits(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count);
        text.push(char::from(b'1' + self.rng.random_range(0..9_u8)));
        text.extend((1..count).map(|_| char::from(b'0' + self.rng.random_range(0..10_u8))));
        text
    }

    fn hex(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count);
        while text.len() < count {
            let _ = write!(text, "{:02x}", self.rng.random::<u8>());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_look_like_slacks_and_repeat_with_their_seed() {
        let mut ids = IdSource::seeded(7);
        let token = ids.access_token();
        assert!(token.expose().starts_with("xoxa-2-") && token.expose().len() > 70);
        assert!(ids.refresh_token().expose().starts_with("xoxr-"));
        assert!(ids.event().starts_with("Ev0") && ids.bot().starts_with("B0"));
        assert!(ids.bot_token().expose().starts_with("xoxb-"));
        assert!(ids.user_token().expose().starts_with("xoxp-"));
        assert!(ids.rotating_bot_token().expose().starts_with("xoxe.xoxb-1-"));
        assert!(ids.rotating_user_token().expose().starts_with("xoxe.xoxp-1-"));
        assert!(ids.single_use_refresh_token().expose().starts_with("xoxe-1-"));
        assert_eq!(ids.envelope().len(), 36);
        assert_eq!(
            ids.trigger().as_str().split('.').map(str::len).collect::<Vec<_>>(),
            [11, 10, 32]
        );
        assert!(ids.user().as_str().starts_with("U0"));
        assert_eq!(IdSource::seeded(7).access_token().expose(), token.expose());
        assert_ne!(IdSource::seeded(8).access_token().expose(), token.expose());
    }
}
