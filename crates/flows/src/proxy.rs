//! `proxy`: programs call Slack through the console, with a token that they never see.
//!
//! The answer is Slack's own. A token that Slack says is over is renewed once. Who called what is written down: the
//! first call of a minute before it is made, the others of that minute in one line with their count.

mod arguments;
mod book;

use std::sync::Arc;

use grantbook_api::{
    client::{Caller, Relayed},
    error::{CallError, ErrorCode},
    methods,
};
use grantbook_core::InstallationKey;
use grantbook_store::{StoreError, audit::NewAudit, tokens::Holder};
use serde_json::json;

use crate::{
    House,
    audit::{self, deeds},
    rotation::{Fresh, Need, Rotation, TokenError},
};

pub use arguments::{ArgumentsError, arguments};
use book::{Book, Line};

/// How long a token must still live to be worth a call, in seconds.
const ENOUGH: i64 = 60;

/// Methods that give tokens or secrets out, or end them, by the beginnings of their names in lower case: those are the
/// console's own business.
const KEPT_BACK: [&str; 9] = [
    "oauth.",
    "openid.",
    "tooling.",
    "rtm.",
    "apps.manifest.",
    "apps.auth.",
    "apps.connections.open",
    "apps.uninstall",
    "auth.revoke",
];

/// A call to be passed on.
#[derive(Debug)]
pub struct Call<'a> {
    /// In whose name.
    pub key: &'a InstallationKey,
    /// With whose token.
    pub holder: &'a Holder,
    /// The method.
    pub method: &'a str,
    /// What it is called with, from [`arguments`].
    pub arguments: &'a grantbook_api::client::Arguments,
    /// Who calls, as the audit log names them.
    pub who: &'a str,
}

/// Why a call was not passed on, or its answer not passed back.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// No method's name.
    #[error("{0:?} is not the name of a method")]
    NoMethod(String),
    /// A method that is not passed on.
    #[error("{0} gives out or ends tokens, so it is not passed on; use this console's own doors for that")]
    NotHere(String),
    /// There is no such installation.
    #[error("there is no installation {0}")]
    NotFound(InstallationKey),
    /// There is no token that could be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Slack gave no answer that could be passed back.
    #[error("Slack gave no answer: {0}")]
    Slack(#[source] CallError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Proxy {
    house: House,
    book: Arc<Book>,
}

impl Proxy {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        let book = Arc::clone(&house.calls_passed_on);
        Self { house, book }
    }

    /// Passes a call on and answers what Slack says.
    pub async fn call(&self, call: &Call<'_>) -> Result<Relayed, ProxyError> {
        let Call {
            key, holder, method, ..
        } = *call;
        if !methods::is_name(method) {
            return Err(ProxyError::NoMethod(method.to_owned()));
        }
        let lower = method.to_ascii_lowercase();
        if KEPT_BACK.iter().any(|kept| lower.starts_with(kept)) {
            return Err(ProxyError::NotHere(method.to_owned()));
        }
        let rotation = Rotation::new(self.house.clone());
        let fresh = match rotation.token(key, holder, &Need::Living(ENOUGH)).await {
            Err(TokenError::Missing(_)) if self.house.store.installation_ref(key).await?.is_none() => {
                return Err(ProxyError::NotFound(key.clone()));
            }
            fresh => fresh?,
        };
        self.write_down(call).await?;
        let answer = self.relay(call, &fresh).await?;
        if !matches!(answer.refusal, Some(ErrorCode::TokenExpired | ErrorCode::InvalidAuth)) {
            return Ok(answer);
        }
        // A call that Slack refused so did nothing: it is made once more, where there is another token.
        match rotation.token(key, holder, &Need::Instead(fresh.token.clone())).await {
            Ok(other) => self.relay(call, &other).await,
            Err(error @ (TokenError::Store(_) | TokenError::Busy { .. })) => Err(error.into()),
            Err(_) => Ok(answer),
        }
    }

    async fn relay(&self, call: &Call<'_>, fresh: &Fresh) -> Result<Relayed, ProxyError> {
        let caller = Caller::new(&fresh.token, call.key).held_by(call.holder.as_str());
        let answer = self.house.slack.relay(&caller, call.method, call.arguments).await;
        answer.map_err(ProxyError::Slack)
    }

    /// The first call of a minute is written down before it is made; where that fails, it is not made.
    async fn write_down(&self, call: &Call<'_>) -> Result<(), StoreError> {
        let line = Line {
            who: call.who.to_owned(),
            key: call.key.clone(),
            holder: call.holder.to_string(),
            method: call.method.to_owned(),
        };
        let now = self.house.clock.now();
        if !self.book.count(&line, now) {
            return Ok(());
        }
        let written = self.house.store.audit(deed(&line, 1, now)).await;
        if written.is_err() {
            self.book.strike(&line);
        }
        written.map(drop)
    }
}

fn deed(line: &Line, calls: u64, at: grantbook_core::Timestamp) -> NewAudit {
    NewAudit {
        at,
        who: line.who.clone(),
        what: deeds::SLACK_CALLED.to_owned(),
        subject: audit::installation(&line.key),
        detail: json!({ "method": line.method, "holder": line.holder, "calls": calls }),
    }
}

impl House {
    /// Writes down the calls passed on that were counted and not yet written: those of minutes that are over, or all,
    /// when the process ends.
    pub async fn write_down_calls(&self, all: bool) {
        let now = self.clock.now();
        for (line, calls) in self.calls_passed_on.due(now, all) {
            if let Err(error) = self.store.audit(deed(&line, calls, now)).await {
                self.calls_passed_on.put_back(&line, calls, now);
                let error = &error as &(dyn std::error::Error + Send + Sync);
                tracing::warn!(error, calls, "calls passed on to Slack could not be written down yet");
            }
        }
    }
}

pub(crate) use book::Book as CallBook;
