//! People: the first administrator's set-up, signing in and out, and the session that a browser shows.
//!
//! Passwords are kept as argon2id hashes, made on a blocking thread and a few at a time, since each
//! takes memory. Session and set-up secrets are 256 random bits, kept as their SHA-256.

mod password;

use std::{sync::Arc, time::Duration};

use grantbook_core::{Timestamp, UserId, view::Role};
use grantbook_store::{
    StoreError,
    accounts::{self as rows, CreateUserError, LinkUserError, NewUser},
    sessions::NewSession,
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
/// The demo's own account; no password opens it.
const DEMO_NAME: &str = "demo";
/// What stands in place of a password hash where no password may open the account.
const NO_PASSWORD: &str = "!";

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// The name they signed in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Who they are in Slack.
    pub slack_user: Option<UserId>,
    /// What their page must send with every change.
    pub csrf: SecretString,
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

impl From<rows::SetUpError> for SetUpError {
    fn from(error: rows::SetUpError) -> Self {
        match error {
            rows::SetUpError::AlreadySetUp => Self::AlreadySetUp,
            rows::SetUpError::InvalidLink => Self::LinkInvalid,
            rows::SetUpError::Store(error) => Self::Account(error.into()),
        }
    }
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
    /// Somebody else is this Slack user.
    #[error("another account is linked to this Slack user: unlink it first")]
    SlackUserTaken,
    /// There is no such account.
    #[error("there is no account with this name")]
    Missing,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Password(#[from] PasswordError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

impl From<CreateUserError> for AccountError {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::DuplicateName => Self::NameTaken,
            CreateUserError::SlackUserTaken => Self::SlackUserTaken,
            CreateUserError::Store(error) => Self::Store(error),
        }
    }
}

impl From<LinkUserError> for AccountError {
    fn from(error: LinkUserError) -> Self {
        match error {
            LinkUserError::Missing => Self::Missing,
            LinkUserError::SlackUserTaken => Self::SlackUserTaken,
            LinkUserError::Store(error) => Self::Store(error),
        }
    }
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// The name to sign in with.
    pub name: &'a str,
    /// The password.
    pub password: SecretString,
    /// What they may do.
    pub role: Role,
    /// Who they are in Slack.
    pub slack_user: Option<UserId>,
}

/// An account that is somebody in Slack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The name they sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
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
        Self {
            house,
            lifetime,
            hashing: Arc::new(Semaphore::new(HASHING)),
        }
    }

    /// Whether the first administrator is still to be made.
    pub async fn needs_setup(&self) -> Result<bool, StoreError> {
        self.house.store.needs_setup().await
    }

    /// Makes the secret of a new one-time link, or `None` when somebody can sign in already. The link made
    /// before stops working.
    pub async fn begin_setup(&self) -> Result<Option<SecretString>, StoreError> {
        if !self.needs_setup().await? {
            return Ok(None);
        }
        let token = self.house.ids.secret();
        self.house.store.offer_setup(&digest(&token), self.now()).await?;
        Ok(Some(token.into()))
    }

    /// Makes the first administrator and signs them in. The link works once.
    pub async fn set_up(&self, token: &SecretString, name: &str, password: SecretString) -> Result<Begun, SetUpError> {
        if !self.needs_setup().await.map_err(AccountError::from)? {
            return Err(SetUpError::AlreadySetUp);
        }
        let token = digest(token.expose_secret());
        // Looked at before the costly hash, consumed after it together with the account.
        if !self
            .house
            .store
            .setup_is_offered(&token)
            .await
            .map_err(AccountError::from)?
        {
            return Err(SetUpError::LinkInvalid);
        }
        let (name, hash) = self.prepare(name, password).await?;
        let user = self.house.store.set_up(&token, &name, &hash, self.now()).await?;
        let begun = self.begin(user, name, Role::Admin, None).await;
        Ok(begun.map_err(AccountError::from)?)
    }

    /// Checks name and password and begins a session. An unknown name costs the same time as a wrong password.
    pub async fn sign_in(&self, name: &str, password: SecretString) -> Result<Begun, SignInError> {
        let user = self.house.store.user_by_name(name.trim()).await?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let right = self
            .on_a_blocking_thread(move || password::verify(&password, hash.as_ref()))
            .await?;
        match user {
            Some(user) if right => Ok(self.begin(user.row, user.name, user.role, user.slack_user).await?),
            Some(_) | None => Err(SignInError::Wrong),
        }
    }

    /// Begins a session of the demo's account, which is made when it is missing. For the demo only.
    pub async fn demo_sign_in(&self) -> Result<Begun, StoreError> {
        let (user, slack_user) = match self.house.store.user_by_name(DEMO_NAME).await? {
            Some(user) => (user.row, user.slack_user),
            None => (self.make_demo_user().await?, None),
        };
        self.begin(user, DEMO_NAME.to_owned(), Role::Admin, slack_user).await
    }

    async fn make_demo_user(&self) -> Result<i64, StoreError> {
        match self
            .house
            .store
            .create_user(DEMO_NAME, &NO_PASSWORD.into(), Role::Admin, self.now())
            .await
        {
            Ok(row) => Ok(row),
            Err(CreateUserError::Store(error)) => Err(error),
            // Somebody else pressed the button at the same moment.
            Err(CreateUserError::DuplicateName | CreateUserError::SlackUserTaken) => {
                let user = self.house.store.user_by_name(DEMO_NAME).await?;
                user.map(|user| user.row).ok_or(StoreError::Closed)
            }
        }
    }

    /// Whose session this is; `None` when it is unknown or over.
    pub async fn session(&self, secret: &str) -> Result<Option<SessionInfo>, StoreError> {
        let found = self.house.store.session(&digest(secret), self.now()).await?;
        Ok(found.map(|row| SessionInfo {
            name: row.name,
            role: row.role,
            slack_user: row.slack_user,
            csrf: row.csrf,
        }))
    }

    /// Ends a session.
    pub async fn sign_out(&self, secret: &str) -> Result<(), StoreError> {
        self.house.store.delete_session(&digest(secret)).await
    }

    /// Forgets sessions that are over; answers how many.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        self.house.store.purge_sessions(self.now()).await
    }

    /// Makes an account.
    pub async fn create_user(&self, name: &str, password: SecretString, role: Role) -> Result<(), AccountError> {
        self.create(NewAccount {
            name,
            password,
            role,
            slack_user: None,
        })
        .await
    }

    /// Makes an account that may be somebody in Slack, too.
    pub async fn create(&self, new: NewAccount<'_>) -> Result<(), AccountError> {
        let (name, hash) = self.prepare(new.name, new.password).await?;
        let user = NewUser {
            name: &name,
            password_hash: &hash,
            role: new.role,
            slack_user: new.slack_user.as_ref(),
        };
        self.house.store.add_user(user, self.now()).await?;
        Ok(())
    }

    /// Says who an account is in Slack, so that buttons there know its role.
    pub async fn link(&self, name: &str, slack_user: &UserId) -> Result<(), AccountError> {
        Ok(self.house.store.link_user(name.trim(), Some(slack_user)).await?)
    }

    /// The account is nobody in Slack from now on.
    pub async fn unlink(&self, name: &str) -> Result<(), AccountError> {
        Ok(self.house.store.link_user(name.trim(), None).await?)
    }

    /// The account of this Slack user; `None` where nobody is linked to them.
    pub async fn in_slack(&self, slack_user: &UserId) -> Result<Option<Linked>, StoreError> {
        let user = self.house.store.user_in_slack(slack_user).await?;
        Ok(user.map(|user| Linked {
            name: user.name,
            role: user.role,
        }))
    }

    /// The name and the password's hash, as they may be kept.
    async fn prepare(&self, name: &str, password: SecretString) -> Result<(String, SecretString), AccountError> {
        let name = checked_name(name)?;
        if password.expose_secret().chars().count() < MIN_PASSWORD {
            return Err(AccountError::PasswordTooShort);
        }
        let salt = self.house.ids.secret();
        let hash = self
            .on_a_blocking_thread(move || password::hash(&password, &salt))
            .await?;
        Ok((name, hash))
    }

    async fn begin(
        &self,
        user: i64,
        name: String,
        role: Role,
        slack_user: Option<UserId>,
    ) -> Result<Begun, StoreError> {
        let (secret, now) = (self.house.ids.secret(), self.now());
        let csrf = SecretString::from(self.house.ids.secret());
        let seconds = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let session = NewSession {
            id_hash: digest(&secret),
            user,
            csrf: csrf.clone(),
            created_at: now,
            expires_at: now.plus_seconds(seconds),
        };
        self.house.store.insert_session(&session).await?;
        Ok(Begun {
            secret: secret.into(),
            session: SessionInfo {
                name,
                role,
                slack_user,
                csrf,
            },
        })
    }

    async fn on_a_blocking_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _turn = self.hashing.acquire().await.map_err(|_closed| PasswordError::Stopped)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_stopped| PasswordError::Stopped)?
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
