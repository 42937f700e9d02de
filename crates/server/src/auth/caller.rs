//! The extractors that authorize: [`Viewer`], [`Approver`], [`Admin`], [`SignedIn`] and [`TokenReader`].

use axum::extract::FromRequestParts;
use grantbook_core::{request::Author, view::Role};
use grantbook_flows::{accounts::SessionInfo, approvals::Actor};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;

use super::cookie;
use crate::{app::AppState, error::ApiError};

/// The header that proves that a changing request comes from our page.
const CSRF_HEADER: &str = "x-csrf-token";

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A person in a browser.
    Session(SessionInfo),
    /// A script with an API key.
    Key {
        /// The key's public id.
        id: String,
        /// What it is for.
        name: String,
        /// What it may do.
        role: Role,
        /// Whether it may read tokens too.
        tokens: bool,
    },
}

impl Caller {
    /// What they may do.
    pub const fn role(&self) -> Role {
        match self {
            Self::Session(session) => session.role,
            Self::Key { role, .. } => *role,
        }
    }

    /// As whom the ledger of requests names them. A key says that it is one: its name may be anybody's.
    pub fn author(&self) -> Author {
        let name = match self {
            Self::Session(session) => session.name.clone(),
            Self::Key { name, .. } => format!("API key {name}"),
        };
        Author::Console { name }
    }

    /// As whom the audit log names them.
    pub fn audit_name(&self) -> String {
        match self {
            Self::Session(session) => format!("user:{}", session.name),
            Self::Key { id, .. } => format!("key:{id}"),
        }
    }

    /// As whom they decide app requests. A key has no account: it is nobody whom a rule names.
    pub fn actor(&self) -> Actor {
        let (account, slack_user) = match self {
            Self::Session(session) => (Some(session.name.clone()), session.slack_user.clone()),
            Self::Key { .. } => (None, None),
        };
        Actor {
            name: self.audit_name(),
            account,
            slack_user,
            may_decide: self.role().may_decide(),
        }
    }
}

/// Anybody who is signed in or shows a key: may look.
#[derive(Clone, Debug)]
pub struct Viewer(pub Caller);

/// May change things.
#[derive(Clone, Debug)]
pub struct Admin(pub Caller);

/// May decide app requests.
#[derive(Clone, Debug)]
pub struct Approver(pub Caller);

/// A person in a browser; keys are refused.
#[derive(Clone, Debug)]
pub struct SignedIn(pub SessionInfo);

/// An API key that may read tokens, as the audit log names it; everybody else is refused, administrators too.
#[derive(Clone, Debug)]
pub struct TokenReader(pub String);

impl FromRequestParts<AppState> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        caller(parts, state).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let caller = caller(parts, state).await?;
        match caller.role() {
            Role::Admin => Ok(Self(caller)),
            Role::Approver | Role::Viewer => Err(ApiError::client(
                StatusCode::FORBIDDEN,
                "admin_only",
                "Only an administrator may do this. Ask one of them.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for Approver {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let caller = caller(parts, state).await?;
        match caller.role() {
            Role::Admin | Role::Approver => Ok(Self(caller)),
            Role::Viewer => Err(ApiError::client(
                StatusCode::FORBIDDEN,
                "approvers_only",
                "Only an approver or an administrator may do this. Ask one of them.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        match caller(parts, state).await? {
            Caller::Session(session) => Ok(Self(session)),
            Caller::Key { .. } => Err(not_signed_in()),
        }
    }
}

impl FromRequestParts<AppState> for TokenReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let caller = caller(parts, state).await?;
        match caller {
            Caller::Key { tokens: true, .. } => Ok(Self(caller.audit_name())),
            Caller::Key { tokens: false, .. } | Caller::Session(_) => Err(ApiError::client(
                StatusCode::FORBIDDEN,
                "no_token_right",
                "Only an API key that was made with the right to read tokens may do this. Make one with \
                 `grantbook key add --tokens`, or with `tokens: true` at this API's keys.",
            )),
        }
    }
}

async fn caller(parts: &Parts, state: &AppState) -> Result<Caller, ApiError> {
    if let Some(key) = bearer(&parts.headers) {
        let found = state.keys.authenticate(key).await.map_err(ApiError::internal)?;
        return found
            .map(|key| Caller::Key {
                id: key.id,
                name: key.name,
                role: key.role,
                tokens: key.tokens,
            })
            .ok_or_else(|| {
                ApiError::client(
                    StatusCode::UNAUTHORIZED,
                    "invalid_key",
                    "This API key is not known or was revoked. Make another under Keys.",
                )
            });
    }
    let Some(secret) = cookie::read(&state.settings, &parts.headers) else {
        return Err(not_signed_in());
    };
    let session = state
        .accounts
        .session(&secret)
        .await
        .map_err(ApiError::internal)?
        .ok_or_else(not_signed_in)?;
    if changes(&parts.method) && !same_token(&parts.headers, session.csrf.expose_secret()) {
        return Err(ApiError::client(
            StatusCode::FORBIDDEN,
            "csrf_token_invalid",
            "The X-CSRF-Token header is missing or wrong. Load the page again.",
        ));
    }
    Ok(Caller::Session(session))
}

fn not_signed_in() -> ApiError {
    ApiError::client(StatusCode::UNAUTHORIZED, "not_signed_in", "Sign in first.")
}

/// What follows `Bearer`, RFC 6750 section 2.1.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

fn changes(method: &Method) -> bool {
    !method.is_safe()
}

fn same_token(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(CSRF_HEADER)
        .is_some_and(|sent| sent.as_bytes().ct_eq(expected.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bearer_scheme_is_read_in_any_case() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "bearer gbk_1_2".parse().unwrap());
        assert_eq!(bearer(&headers), Some("gbk_1_2"));
        headers.insert(header::AUTHORIZATION, "Basic eDp5".parse().unwrap());
        assert_eq!(bearer(&headers), None);
    }

    #[test]
    fn only_the_exact_token_counts() {
        let mut headers = HeaderMap::new();
        assert!(!same_token(&headers, "abc"));
        headers.insert(CSRF_HEADER, "abd".parse().unwrap());
        assert!(!same_token(&headers, "abc"));
        headers.insert(CSRF_HEADER, "abc".parse().unwrap());
        assert!(same_token(&headers, "abc"));
    }
}
