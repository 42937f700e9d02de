//! `IdSource`: identifiers, tokens and codes that look like Slack's, from one seeded generator.

use std::fmt::Write as _;

use grantbook_api::{
    TriggerId,
    secret::{AccessToken, AuthorizationCode, RefreshToken},
};
use grantbook_core::{ResourceId, UserId};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";

/// Where every random value of the simulator comes from. The same seed gives the same values.
#[derive(Debug)]
pub struct IdSource(StdRng);

impl IdSource {
    /// A generator that repeats itself for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A generator that nobody can foresee.
    pub fn unpredictable() -> Self {
        Self(StdRng::from_os_rng())
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
        AccessToken::new(format!("xoxa-2-{}-{}-{}-{}", parts.0, parts.1, parts.2, parts.3))
    }

    /// A refresh token, `xoxr-…`.
    pub fn refresh_token(&mut self) -> RefreshToken {
        let parts = (self.digits(12), self.digits(12), self.hex(32));
        RefreshToken::new(format!("xoxr-{}-{}-{}", parts.0, parts.1, parts.2))
    }

    /// A bot token, `xoxb-…`.
    pub fn bot_token(&mut self) -> AccessToken {
        let parts = (self.digits(12), self.digits(13), self.letters("", 24));
        AccessToken::new(format!("xoxb-{}-{}-{}", parts.0, parts.1, parts.2))
    }

    /// A person's token, `xoxp-…`.
    pub fn user_token(&mut self) -> AccessToken {
        let parts = (self.digits(12), self.digits(12), self.digits(13), self.hex(32));
        AccessToken::new(format!("xoxp-{}-{}-{}-{}", parts.0, parts.1, parts.2, parts.3))
    }

    /// A bot token that ends after twelve hours, `xoxe.xoxb-1-…`.
    pub fn rotating_bot_token(&mut self) -> AccessToken {
        AccessToken::new(format!("xoxe.xoxb-1-{}", self.letters("", 160)))
    }

    /// A person's token that ends after twelve hours, `xoxe.xoxp-1-…`.
    pub fn rotating_user_token(&mut self) -> AccessToken {
        AccessToken::new(format!("xoxe.xoxp-1-{}", self.letters("", 160)))
    }

    /// A refresh token of today, `xoxe-1-…`.
    pub fn single_use_refresh_token(&mut self) -> RefreshToken {
        RefreshToken::new(format!("xoxe-1-{}", self.letters("", 146)))
    }

    /// What a WebSocket address proves itself with, once.
    pub fn ticket(&mut self) -> String {
        self.hex(36)
    }

    /// The name of a Socket Mode envelope, as a UUID is written.
    pub fn envelope(&mut self) -> String {
        let parts = [8, 4, 4, 4, 12].map(|count| self.hex(count));
        parts.join("-")
    }

    /// A bot, `B0…`.
    pub fn bot(&mut self) -> String {
        self.letters("B0", 8)
    }

    /// The code of an OAuth callback.
    pub fn code(&mut self) -> AuthorizationCode {
        AuthorizationCode::new(format!("{}.{}.{}", self.digits(12), self.digits(13), self.hex(64)))
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
        text.extend((0..count).map(|_| char::from(LETTERS[self.0.random_range(0..LETTERS.len())])));
        text
    }

    fn digits(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count);
        text.push(char::from(b'1' + self.0.random_range(0..9_u8)));
        text.extend((1..count).map(|_| char::from(b'0' + self.0.random_range(0..10_u8))));
        text
    }

    fn hex(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count);
        while text.len() < count {
            let _ = write!(text, "{:02x}", self.0.random::<u8>());
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
