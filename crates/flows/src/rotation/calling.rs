//! Calls in the name of an installation: with a token that lives, and once more with a new one where
//! Slack says that it is over.

use grantbook_api::{
    client::{Caller, SlackClient},
    error::{CallError, ErrorCode},
    methods::Method,
    secret::AccessToken,
};
use grantbook_core::InstallationKey;
use grantbook_store::tokens::Holder;

use super::{Need, Rotation, TokenError};
use crate::House;

/// How long a token must still live to be worth a call, in seconds.
const ENOUGH: i64 = 60;

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallingError {
    /// There is no token to call with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Slack refused, or did not answer.
    #[error(transparent)]
    Slack(#[from] CallError),
}

/// An installation's name towards Slack, as long as its token lives.
pub(crate) struct Calling<'a> {
    house: &'a House,
    key: &'a InstallationKey,
    holder: Holder,
    token: AccessToken,
}

impl House {
    /// A token that lives, for a few calls: the app's own, or where it has none, because only people allowed it
    /// to act for them, one of theirs.
    pub(crate) async fn calling<'a>(&'a self, key: &'a InstallationKey) -> Result<Calling<'a>, TokenError> {
        match self.calling_as(key, Holder::App).await {
            Err(error @ (TokenError::Missing(_) | TokenError::Revoked(_))) => {
                match self.store.person_to_call_as(key).await? {
                    Some(person) => self.calling_as(key, person).await,
                    None => Err(error),
                }
            }
            calling => calling,
        }
    }

    /// A token of this holder that lives, for a few calls.
    pub(crate) async fn calling_as<'a>(
        &'a self,
        key: &'a InstallationKey,
        holder: Holder,
    ) -> Result<Calling<'a>, TokenError> {
        let need = Need::Living(ENOUGH);
        let fresh = Rotation::new(self.clone()).token(key, &holder, &need).await?;
        let calling = Calling {
            house: self,
            key,
            holder,
            token: fresh.token,
        };
        calling.keep_at_hand();
        Ok(calling)
    }
}

impl Calling<'_> {
    /// Whose token it is.
    pub(crate) fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Presses are answered with the app's own token.
    fn keep_at_hand(&self) {
        if self.holder == Holder::App {
            self.house.keep_at_hand(self.key, &self.token);
        }
    }

    /// Whom the calls are made as now.
    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller::new(&self.token, self.key).held_by(self.holder.as_str())
    }

    /// Calls once, and once more after a refusal that a new token can mend. A refused call did nothing.
    pub(crate) async fn call<M: Method>(
        &mut self,
        slack: &SlackClient,
        arguments: &M,
    ) -> Result<M::Answer, CallingError> {
        match slack.call(&self.caller(), arguments).await {
            Err(error) if is_over(&error) => {
                if !self.renew().await? {
                    return Err(error.into());
                }
                Ok(slack.call(&self.caller(), arguments).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// Another token in place of one that Slack refused; false where none is to be had.
    pub(crate) async fn renew(&mut self) -> Result<bool, TokenError> {
        let need = Need::Instead(self.token.clone());
        match Rotation::new(self.house.clone())
            .token(self.key, &self.holder, &need)
            .await
        {
            Ok(fresh) => {
                self.token = fresh.token;
                self.keep_at_hand();
                Ok(true)
            }
            Err(error @ (TokenError::Store(_) | TokenError::Busy { .. })) => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// Whether Slack says that the token is over: `token_expired` in the modern scheme, `invalid_auth` in the
/// legacy one, always in an answer with HTTP 200.
pub(crate) fn is_over(error: &CallError) -> bool {
    matches!(error.code(), Some(ErrorCode::TokenExpired | ErrorCode::InvalidAuth))
}
