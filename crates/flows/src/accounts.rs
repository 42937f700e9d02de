//! People: the first administrator's set-up, signing in and out, and the session that a browser shows.
//!
//! Passwords are kept as argon2id hashes, made on a blocking thread and a few at a time, since each
//! takes memory. Session and set-up secrets are 256 random bits, kept as their SHA-256.

mod password;

use std::{sync::Arc, time::Duration};

use grantbook_core::{Timestamp, view::Role};
use grantbook_store::{
    StoreError,
    users::{NewSessionRow, NewUser, UserRecord},
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::House;

pub use password::{MIN_PASSWORD, PasswordError};

/// Passwords hashed at the same time; each takes 19 MiB.
const HASHING: usize = 2;
/// Longest name, in characters.
const MAX_NAME: usize = 64;
/// The demo's only account; no password opens it.
const DEMO_NAME: &str = "demo";
/// What stands in place of a password hash where no password may open the account.
const NO_PASSWORD: &str = "!";

/// Who is signed in.
#[derive(Clone)]
pub struct SessionInfo {
    /// The name they signed in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What their page must send with every change.
    pub csrf: String,
}

impl std::fmt::Debug for SessionInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionInfo").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What the browser keeps.
    pub secret: SecretString,
    /// Who it is.
    pub session: SessionInfo,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Which of the two it was is not told.
    #[error("name or password is wrong")]
    Wrong,
    /// The password could not be checked.
    #[error("the password could not be checked")]
    Password(#[from] PasswordError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// Why the first administrator was not made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// Somebody was first.
    #[error("an administrator exists already: sign in")]
    AlreadySetUp,
    /// Not the link that this console printed last.
    #[error("this set-up link is not valid: use the one printed when the console last started")]
    LinkInvalid,
    /// The account cannot be as asked.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// Why an account cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Empty, too long, or with invisible characters.
    #[error("a name has 1 to 64 visible characters")]
    Name,
    /// Below [`MIN_PASSWORD`].
    #[error("a password has at least {MIN_PASSWORD} characters")]
    PasswordTooShort,
    /// The name is taken.
    #[error("there is an account with this name already")]
    NameTaken,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Password(#[from] PasswordError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The accounts and their sessions.
#[derive(Clone, Debug)]
pub struct Accounts {
    house: House,
    lifetime: Duration,
    hashing: Arc<Semaphore>,
}

impl Accounts {
    /// The use cases over `house`; a session lasts `lifetime`.
    pub fn new(house: House, lifetime: Duration) -> Self {
        Self { house, lifetime, hashing: Arc::new(Semaphore::new(HASHING)) }
    }

    /// Whether the first administrator is still to be made.
    pub async fn needs_setup(&self) -> Result<bool, StoreError> {
        Ok(self.house.store.user_count().await? == 0)
    }

    /// Makes the secret of a new one-time link, or `None` when somebody can sign in already. The link made
    /// before stops working.
    pub async fn begin_setup(&self) -> Result<Option<SecretString>, StoreError> {
        if !self.needs_setup().await? {
            return Ok(None);
        }
        let token = self.house.ids.secret();
        self.house.store.replace_setup(&digest(&token), self.now()).await?;
        Ok(Some(token.into()))
    }

    /// Makes the first administrator and signs them in. The link works once.
    pub async fn set_up(&self, token: &SecretString, name: &str, password: SecretString) -> Result<Begun, SetUpError> {
        if !self.needs_setup().await.map_err(AccountError::from)? {
            return Err(SetUpError::AlreadySetUp);
        }
        let token = digest(token.expose_secret());
        // Looked at before the costly hash, consumed after it together with the account.
        if !self.house.store.setup_is_open(&token).await.map_err(AccountError::from)? {
            return Err(SetUpError::LinkInvalid);
        }
        let user = self.prepare(name, password, Role::Admin).await?;
        match self.house.store.consume_setup(&token, user, self.now()).await.map_err(AccountError::from)? {
            Some(user) => Ok(self.begin(user).await.map_err(AccountError::from)?),
            None => Err(SetUpError::LinkInvalid),
        }
    }

    /// Checks name and password and begins a session. An unknown name costs the same time as a wrong password.
    pub async fn sign_in(&self, name: &str, password: SecretString) -> Result<Begun, SignInError> {
        let user = self.house.store.user_by_name(name.trim()).await?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let right = self.on_a_blocking_thread(move || password::verify(&password, hash.as_deref())).await?;
        match user {
            Some(user) if right => Ok(self.begin(user).await?),
            Some(_) | None => Err(SignInError::Wrong),
        }
    }

    /// Begins a session of the demo's account, which is made when it is missing. For the demo only.
    pub async fn demo_sign_in(&self) -> Result<Begun, StoreError> {
        let user = match self.house.store.user_by_name(DEMO_NAME).await? {
            Some(user) => user,
            None => {
                let user = NewUser {
                    name: DEMO_NAME.to_owned(),
                    password_hash: NO_PASSWORD.to_owned(),
                    role: Role::Admin,
                };
                match self.house.store.add_user(user, self.now()).await? {
                    Some(user) => user,
                    // Somebody else pressed the button at the same moment.
                    None => self.house.store.user_by_name(DEMO_NAME).await?.ok_or(StoreError::Closed)?,
                }
            }
        };
        self.begin(user).await
    }

    /// Whose session this is; `None` when it is unknown or over.
    pub async fn session(&self, secret: &str) -> Result<Option<SessionInfo>, StoreError> {
        let found = self.house.store.session(&digest(secret), self.now()).await?;
        Ok(found.map(|row| SessionInfo { name: row.name, role: row.role, csrf: row.csrf }))
    }

    /// Ends a session.
    pub async fn sign_out(&self, secret: &str) -> Result<(), StoreError> {
        self.house.store.end_session(&digest(secret)).await
    }

    /// Forgets sessions that are over; answers how many.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        self.house.store.sweep_sessions(self.now()).await
    }

    /// Makes an account.
    pub async fn create_user(&self, name: &str, password: SecretString, role: Role) -> Result<(), AccountError> {
        let user = self.prepare(name, password, role).await?;
        self.house.store.add_user(user, self.now()).await?.map(|_| ()).ok_or(AccountError::NameTaken)
    }

    async fn prepare(&self, name: &str, password: SecretString, role: Role) -> Result<NewUser, AccountError> {
        let name = checked_name(name)?;
        if password.expose_secret().chars().count() < MIN_PASSWORD {
            return Err(AccountError::PasswordTooShort);
        }
        let salt = self.house.ids.secret();
        let password_hash = self.on_a_blocking_thread(move || password::hash(&password, &salt)).await?;
        Ok(NewUser { name, password_hash, role })
    }

    async fn begin(&self, user: UserRecord) -> Result<Begun, StoreError> {
        let (secret, csrf, now) = (self.house.ids.secret(), self.house.ids.secret(), self.now());
        let seconds = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let row = NewSessionRow {
            id_hash: digest(&secret),
            user: user.id,
            csrf: csrf.clone(),
            created_at: now,
            expires_at: now.plus_seconds(seconds),
        };
        self.house.store.add_session(row).await?;
        Ok(Begun { secret: secret.into(), session: SessionInfo { name: user.name, role: user.role, csrf } })
    }

    async fn on_a_blocking_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _turn = self.hashing.acquire().await.map_err(|_closed| PasswordError::Stopped)?;
        tokio::task::spawn_blocking(work).await.map_err(|_stopped| PasswordError::Stopped)?
    }

    fn now(&self) -> Timestamp {
        self.house.clock.now()
    }
}

fn checked_name(name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(AccountError::Name);
    }
    Ok(name.to_owned())
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_visible_and_short() {
        assert_eq!(checked_name("  ada ").unwrap(), "ada");
        for name in ["", "   ", "a\nb", &"x".repeat(65)] {
            assert!(checked_name(name).is_err(), "{name:?}");
        }
    }
}
