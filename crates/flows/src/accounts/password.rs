//! Argon2id, with the parameters of RFC 9106's second choice as the `argon2` crate sets them.

use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{self, SaltString},
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// Fewest characters of a password.
pub const MIN_PASSWORD: usize = 12;

/// Checked where there is no account, so that an unknown name takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Argon2 refused.
    #[error("argon2 refused: {0}")]
    Hash(password_hash::Error),
    /// The process is ending.
    #[error("the process is ending")]
    Stopped,
}

/// The hash of a password, in PHC form; `randomness` becomes the salt.
pub(super) fn hash(password: &SecretString, randomness: &str) -> Result<SecretString, PasswordError> {
    let digest = Sha256::digest(randomness);
    let salt = SaltString::encode_b64(&digest[..16]).map_err(PasswordError::Hash)?;
    let hash = Argon2::default().hash_password(password.expose_secret().as_bytes(), &salt);
    hash.map(|hash| hash.to_string().into()).map_err(PasswordError::Hash)
}

/// Whether the password fits. Without a usable hash it takes the same time and never fits.
pub(super) fn verify(password: &SecretString, hash: Option<&SecretString>) -> Result<bool, PasswordError> {
    let (parsed, real) = match hash.map(|hash| PasswordHash::new(hash.expose_secret())) {
        Some(Ok(parsed)) => (parsed, true),
        Some(Err(_)) | None => (PasswordHash::new(NOBODY).map_err(PasswordError::Hash)?, false),
    };
    match Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed) {
        Ok(()) => Ok(real),
        Err(password_hash::Error::Password) => Ok(false),
        Err(error) => Err(PasswordError::Hash(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let password = SecretString::from("correct horse battery");
        let stored = hash(&password, "salt").unwrap();
        assert!(stored.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&password, Some(&stored)).unwrap());
        assert!(!verify(&"wrong horse battery".into(), Some(&stored)).unwrap());
        assert_ne!(
            stored.expose_secret(),
            hash(&password, "pepper").unwrap().expose_secret()
        );
    }

    #[test]
    fn nobody_and_accounts_without_a_password_never_fit() {
        for hash in [None, Some("!"), Some("")] {
            assert!(!verify(&"anything".into(), hash.map(SecretString::from).as_ref()).unwrap());
        }
    }
}
