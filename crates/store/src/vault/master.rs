//! The master key: it wraps data keys and never leaves the process. It comes from a file, from the
//! configuration, or from a command that asks a key management service.

use std::{fmt, path::Path};

use hmac::Mac as _;
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::{
    Place, VaultError,
    cipher::{self, Key, SealedBy},
    hmac_under, key_file,
};

/// Hashed under the key, it names the key without telling it.
const NAMING: &[u8] = b"grantbook master id";
/// Bytes of that hash that are shown.
const ID_BYTES: usize = 8;
/// The number of a key that comes without one.
const FIRST_NUMBER: u32 = 1;

/// Which master key: 16 hexadecimal digits of a hash under it. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MasterId(String);

impl MasterId {
    /// As stored.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for MasterId {
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

impl fmt::Display for MasterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A master key.
pub struct MasterKey {
    pub(super) key: Key,
    number: u32,
    id: MasterId,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("id", &self.id.0)
            .finish_non_exhaustive()
    }
}

impl MasterKey {
    /// From 64 hexadecimal digits.
    pub fn from_hex(digits: &SecretString, number: u32) -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits.expose_secret().trim(), bytes.as_mut_slice()).map_err(|_| VaultError::KeyFormat)?;
        let key = Key::new(Box::new(*bytes));
        let hash = hmac_under(&key).chain_update(NAMING).finalize().into_bytes();
        let id = MasterId(hex::encode(&hash[..ID_BYTES]));
        Ok(Self { key, number, id })
    }

    /// From one line: the digits alone, or as the key's file has them, `<number>:<64 hexadecimal digits>`.
    pub fn from_line(line: &SecretString) -> Result<Self, VaultError> {
        let (digits, number) = match line.expose_secret().trim().split_once(':') {
            Some((number, digits)) => (digits, number.parse().map_err(|_| VaultError::KeyFormat)?),
            None => (line.expose_secret(), FIRST_NUMBER),
        };
        Self::from_hex(&digits.into(), number)
    }

    /// From a file that only its owner may read.
    pub fn from_file(path: &Path) -> Result<Self, VaultError> {
        let (digits, number) = key_file::read(path)?;
        Self::from_hex(&digits, number)
    }

    /// From a file that only its owner may read; made with a new key where it is missing.
    pub fn from_file_or_new(path: &Path) -> Result<Self, VaultError> {
        let (digits, number) = key_file::read_or_create(path, FIRST_NUMBER)?;
        Self::from_hex(&digits, number)
    }

    /// The same for the key that follows this one.
    pub fn successor(&self, path: &Path) -> Result<Self, VaultError> {
        let (digits, number) = key_file::read_or_create(path, self.number.saturating_add(1))?;
        Self::from_hex(&digits, number)
    }

    /// Its name, which says nothing of the key.
    pub fn id(&self) -> &MasterId {
        &self.id
    }

    /// Its number, which version 1 of the ciphertexts carries.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Seals a secret under the key itself.
    pub(super) fn seal(&self, place: &Place, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        cipher::seal(&self.key, SealedBy::Master(self.number), place, secret)
    }

    /// Wraps a key for its place.
    pub(crate) fn wrap(&self, place: &Place, key: &Key) -> Result<Vec<u8>, VaultError> {
        self.seal(place, key.expose_secret())
    }

    /// Opens what [`MasterKey::wrap`] made, whatever number the key had then.
    pub(crate) fn unwrap_key(&self, place: &Place, wrapped: &[u8]) -> Result<Key, VaultError> {
        let bytes = cipher::open(&self.key, place, wrapped)?;
        let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| VaultError::Layout)?;
        Ok(Key::new(Box::new(*bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: &str) -> MasterKey {
        MasterKey::from_hex(&digit.repeat(64).into(), 1).unwrap()
    }

    #[test]
    fn a_line_has_digits_with_or_without_a_number() {
        let digits = "a".repeat(64);
        let bare = MasterKey::from_line(&format!(" {digits}\n").into()).unwrap();
        let numbered = MasterKey::from_line(&format!("7:{digits}\n").into()).unwrap();
        assert_eq!((bare.number(), numbered.number()), (1, 7));
        assert_eq!(bare.id(), numbered.id());
        for odd in ["", "x:", "7:7", "secret"] {
            assert!(matches!(MasterKey::from_line(&odd.into()), Err(VaultError::KeyFormat)));
        }
    }

    #[test]
    fn an_id_tells_keys_apart_and_does_not_tell_the_key() {
        assert_ne!(key("a").id(), key("b").id());
        let shown = format!("{:?} {}", key("a"), key("a").id());
        assert!(!shown.contains("aaaaaaaa"), "{shown}");
    }

    #[test]
    fn a_wrapped_key_comes_back_at_its_place_only() {
        let (master, inner) = (key("a"), cipher::generate());
        let place = Place::new("data_keys", "wrapped", "data.1");
        let wrapped = master.wrap(&place, &inner).unwrap();
        let back = master.unwrap_key(&place, &wrapped).unwrap();
        assert_eq!(back.expose_secret(), inner.expose_secret());
        let elsewhere = Place::new("data_keys", "wrapped", "data.2");
        assert!(master.unwrap_key(&elsewhere, &wrapped).is_err());
        assert!(key("b").unwrap_key(&place, &wrapped).is_err());
        let renumbered = MasterKey::from_hex(&"a".repeat(64).into(), 9).unwrap();
        assert!(renumbered.unwrap_key(&place, &wrapped).is_ok());
    }
}
