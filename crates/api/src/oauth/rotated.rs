//! `V2Rotated`: what a refresh by `oauth.v2.access`, or `oauth.v2.exchange`, answers.

use grantbook_core::{AppId, Scope, Tenant};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::{V2Access, V2UserToken};
use crate::{
    secret::{AccessToken, RefreshToken},
    wire,
};

/// A new pair for one token: the bot's or a person's. Each rotates by itself.
///
/// The refresh token is single-use: this one must be kept before the old one is forgotten.
#[derive(Clone, Debug)]
pub enum V2Rotated {
    /// The bot's pair.
    Bot(Box<V2Access>),
    /// A person's pair: `token_type: "user"`.
    User(Box<V2UserToken>),
}

impl<'de> Deserialize<'de> for V2Rotated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let shape = |error: serde_json::Error| D::Error::custom(wire::reason(&error));
        if value.get("token_type").and_then(Value::as_str) == Some("user") {
            return serde_json::from_value(value)
                .map(|token| Self::User(Box::new(token)))
                .map_err(shape);
        }
        let access: V2Access = serde_json::from_value(value).map_err(shape)?;
        if access.access_token.is_none() {
            return Err(D::Error::missing_field("access_token"));
        }
        Ok(Self::Bot(Box::new(access)))
    }
}

impl V2Rotated {
    /// The new token. [`V2Rotated`] as read always has one.
    pub fn access_token(&self) -> Option<&AccessToken> {
        match self {
            Self::Bot(access) => access.access_token.as_ref(),
            Self::User(token) => Some(&token.access_token),
        }
    }

    /// What buys the token after it. None would be a slip of Slack's: the token then lives out its time.
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        match self {
            Self::Bot(access) => access.refresh_token.as_ref(),
            Self::User(token) => token.refresh_token.as_ref(),
        }
    }

    /// Seconds until the new token ends; 43200.
    pub fn expires_in(&self) -> Option<i64> {
        match self {
            Self::Bot(access) => access.expires_in,
            Self::User(token) => token.expires_in,
        }
    }

    /// What the token may do.
    pub fn scopes(&self) -> &[Scope] {
        match self {
            Self::Bot(access) => &access.scopes,
            Self::User(token) => &token.scopes,
        }
    }

    /// The app, where the answer names it.
    pub fn app_id(&self) -> Option<&AppId> {
        match self {
            Self::Bot(access) => Some(&access.app_id),
            Self::User(token) => token.app_id.as_ref(),
        }
    }

    /// Where the token is good; none where the answer names neither workspace nor organization.
    pub fn tenant(&self) -> Option<Tenant> {
        match self {
            Self::Bot(access) => access.tenant(),
            Self::User(token) => token.tenant(),
        }
    }

    /// The answer as Slack would send it. Holds the tokens in plain: for whoever issued them.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Bot(access) => access.to_json(),
            Self::User(token) => token.to_json(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, proptest};
    use serde_json::json;

    use super::*;

    fn pair(user: bool) -> Value {
        let mut answer = json!({
            "ok": true, "app_id": "A1", "team": {"id": "T1", "name": "Subarachnoid Workspace"}, "enterprise": null,
            "is_enterprise_install": false, "scope": "chat:write,commands", "access_token": "xoxe.xoxb-1-new",
            "token_type": "bot", "bot_user_id": "U9", "expires_in": 43200, "refresh_token": "xoxe-1-next",
        });
        if user {
            answer["token_type"] = json!("user");
            answer["user_id"] = json!("U1");
            answer.as_object_mut().unwrap().remove("bot_user_id");
        }
        answer
    }

    #[test]
    fn bot_and_person_are_told_apart() {
        for user in [false, true] {
            let read: V2Rotated = serde_json::from_value(pair(user)).unwrap();
            assert_eq!(matches!(read, V2Rotated::User(_)), user);
            assert_eq!(read.access_token().unwrap().expose(), "xoxe.xoxb-1-new");
            assert_eq!(read.refresh_token().unwrap().expose(), "xoxe-1-next");
            assert_eq!((read.expires_in(), read.scopes().len()), (Some(43_200), 2));
            assert_eq!(read.tenant().unwrap().to_string(), "T1");
            assert_eq!(read.to_json(), pair(user));
            assert!(!format!("{read:?}").contains("xox"));
        }
    }

    #[test]
    fn an_answer_without_a_token_is_refused() {
        for user in [false, true] {
            let mut answer = pair(user);
            answer.as_object_mut().unwrap().remove("access_token");
            assert!(serde_json::from_value::<V2Rotated>(answer).is_err());
        }
    }

    /// A field that is lost, or turned into something that Slack would not send there.
    fn damage() -> impl Strategy<Value = (String, Option<Value>)> {
        let names: Vec<String> = pair(true).as_object().unwrap().keys().cloned().collect();
        let values = proptest::prop_oneof![
            Just(None),
            Just(Some(Value::Null)),
            any::<i64>().prop_map(|number| Some(json!(number))),
            "xoxe-[a-z]{8}".prop_map(|text| Some(json!(text))),
            Just(Some(json!({"id": "xoxe-slipped"}))),
        ];
        (proptest::sample::select(names), values)
    }

    proptest! {
        #[test]
        fn damaged_answers_never_panic_and_errors_repeat_no_token(user in any::<bool>(), (name, value) in damage()) {
            let mut answer = pair(user);
            let fields = answer.as_object_mut().unwrap();
            match value {
                Some(value) => fields.insert(name, value),
                None => fields.remove(&name),
            };
            if let Err(error) = serde_json::from_value::<V2Rotated>(answer) {
                proptest::prop_assert!(!error.to_string().contains("xoxe"), "{error}");
            }
        }
    }
}
