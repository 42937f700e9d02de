//! The vault: secrets at rest, sealed with XChaCha20-Poly1305 under data keys that the master key wraps.
//!
//! The place a secret belongs to is authenticated with it, so that a ciphertext copied to another table,
//! column or row does not open there. What this console gives out and must know again when it comes back
//! carries an HMAC-SHA256 under a key derived for each purpose from one that outlives all rotations.
//!
//! The vault holds the keys that were read so far; [`crate::keyring`] reads them from the database. Whoever
//! seals calls `keyring::before_sealing` in the same transaction first, and whoever opens calls
//! `keyring::before_opening`: another process may have rotated. A new sealed column is named in
//! `keyring::columns`, or rotations will pass it by.

pub(crate) mod cipher;
mod key_file;
mod master;
mod ring;

use std::{
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use chacha20poly1305::KeyInit;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use sha2::Sha256;

use cipher::{Key, SealedBy};
pub use key_file::KeyFileError;
pub use master::{MasterId, MasterKey};
pub(crate) use ring::Ring;

/// Set before the purpose when a key is derived, so that it derives keys for nothing else.
const DERIVATION: &[u8] = b"grantbook mac v1:";

/// Why a secret cannot be sealed or opened. Never says what it is.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Not 64 hexadecimal digits.
    #[error("a master key is written as 64 hexadecimal digits")]
    KeyFormat,
    /// The file with the master key cannot be used.
    #[error("the master key file cannot be used")]
    KeyFile(#[from] KeyFileError),
    /// Too short, or of a later version.
    #[error("a sealed secret has an unknown layout")]
    Layout,
    /// Sealed with a master key that is not here.
    #[error("a secret was sealed with master key number {sealed_with}, but the one given has number {present}")]
    OtherKey {
        /// The number in the ciphertext.
        sealed_with: u32,
        /// The number of our key.
        present: u32,
    },
    /// Sealed with a data key that the database does not hold.
    #[error("a secret was sealed with data key {id}, which this database does not hold")]
    UnknownKey {
        /// The id in the ciphertext.
        id: u32,
    },
    /// The data keys are wrapped by a master key that is not here.
    #[error(
        "this database is sealed with master key {wrapped_by}, but the key given is {present}: \
         give the right one (keys.file, keys.master or keys.command), or restore it from your backup"
    )]
    OtherMaster {
        /// The key that is needed.
        wrapped_by: MasterId,
        /// The key that is here.
        present: MasterId,
    },
    /// What was sealed before there were data keys does not open.
    #[error(
        "the secrets in this database were sealed with another master key than {present}: \
         give the right one (keys.file, keys.master or keys.command), or restore it from your backup"
    )]
    WrongMaster {
        /// The key that is here.
        present: MasterId,
    },
    /// Changed, moved, or sealed with another key of the same id.
    #[error("a sealed secret of {table}.{column} does not open: it was changed or moved, or the key is another one")]
    Refused {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The cipher gave up.
    #[error("a secret could not be sealed")]
    Seal,
}

/// Where a secret belongs; authenticated with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What names the row for ever, and with it app and tenant: `insectoid.T061EG9R6`.
    pub row: String,
}

impl Place {
    /// Puts the three together.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "keys are numbers and names: by value the calls read best"
    )]
    pub fn new(table: &'static str, column: &'static str, row: impl ToString) -> Self {
        Self {
            table,
            column,
            row: row.to_string(),
        }
    }

    /// Each part after its length, so that no two places give the same bytes.
    fn encode(&self) -> Vec<u8> {
        [self.table, self.column, &self.row]
            .into_iter()
            .flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.bytes()))
            .collect()
    }
}

/// Seals and opens secrets.
pub struct Vault {
    master: MasterKey,
    other: Option<MasterKey>,
    ring: RwLock<Arc<Ring>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("master", self.master.id())
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// With this master key, and no data key yet.
    pub fn new(master: MasterKey) -> Self {
        Self {
            master,
            other: None,
            ring: RwLock::default(),
        }
    }

    /// Knows a second master key too, while one is changed for the other.
    #[must_use]
    pub fn with_other(self, other: MasterKey) -> Self {
        Self {
            other: Some(other),
            ..self
        }
    }

    /// From 64 hexadecimal digits, as configuration gives them.
    pub fn from_hex(digits: &SecretString, number: u32) -> Result<Self, VaultError> {
        MasterKey::from_hex(digits, number).map(Self::new)
    }

    /// From a file that only its owner may read; made with a new key where it is missing.
    pub fn from_key_file(path: &Path) -> Result<Self, VaultError> {
        MasterKey::from_file_or_new(path).map(Self::new)
    }

    /// The master key.
    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// The master key of this name, if it is known.
    pub(crate) fn master_of(&self, id: &MasterId) -> Option<&MasterKey> {
        self.masters().find(|master| master.id() == id)
    }

    fn masters(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.master).chain(&self.other)
    }

    /// The id of the data key that seals now; 0 while it is the master key itself.
    pub fn key_id(&self) -> u32 {
        self.ring().active().map_or(0, |(id, _)| id)
    }

    /// The keys read so far.
    pub(crate) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in keys that were read.
    pub(crate) fn learn(&self, read: &Ring) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        *ring = Arc::new(ring.joined(read));
    }

    /// Seals `secret` for `place`, with a nonce from the operating system.
    pub fn seal(&self, place: &Place, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        match self.ring().active() {
            Some((id, key)) => cipher::seal(key, SealedBy::DataKey(id), place, secret),
            None => self.master.seal(place, secret),
        }
    }

    /// Opens what [`Vault::seal`] made for the same place.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        match SealedBy::of(sealed)? {
            SealedBy::DataKey(id) => {
                let ring = self.ring();
                let key = ring.data(id).ok_or(VaultError::UnknownKey { id })?;
                cipher::open(key, place, sealed)
            }
            SealedBy::Master(sealed_with) => {
                let mut refused = VaultError::OtherKey {
                    sealed_with,
                    present: self.master.number(),
                };
                for master in self.masters().filter(|master| master.number() == sealed_with) {
                    match cipher::open(&master.key, place, sealed) {
                        Ok(opened) => return Ok(opened),
                        Err(error) => refused = error,
                    }
                }
                Err(refused)
            }
        }
    }

    /// Seals a text.
    pub fn seal_text(&self, place: &Place, secret: &SecretString) -> Result<Vec<u8>, VaultError> {
        self.seal(place, secret.expose_secret().as_bytes())
    }

    /// Opens a text.
    pub fn open_text(&self, place: &Place, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let opened = self.open(place, sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| VaultError::Layout)?;
        Ok(SecretString::from(text))
    }

    /// The HMAC-SHA256 of `data`, under the key of this purpose: proof that this console wrote it.
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        self.keyed(purpose).chain_update(data).finalize().into_bytes().into()
    }

    /// Whether `mac` is [`Vault::mac`] of the same, in constant time.
    pub fn verify_mac(&self, purpose: &str, data: &[u8], mac: &[u8]) -> bool {
        self.keyed(purpose).chain_update(data).verify_slice(mac).is_ok()
    }

    /// The key of a purpose: the HMAC of its name under the stored key of the MACs, which is read when the
    /// database is opened, or under the master key while there is no database.
    fn keyed(&self, purpose: &str) -> Hmac<Sha256> {
        let ring = self.ring();
        let derived = hmac_under(ring.mac().unwrap_or(&self.master.key))
            .chain_update(DERIVATION)
            .chain_update(purpose)
            .finalize();
        let key = Key::new(Box::new(*Zeroizing::new(<[u8; 32]>::from(derived.into_bytes()))));
        hmac_under(&key)
    }
}

fn hmac_under(key: &Key) -> Hmac<Sha256> {
    // A key of the block's length needs no shortening: it is the 32 bytes and zeros, as HMAC pads them.
    let mut block = Zeroizing::new([0; 64]);
    let (start, _) = block.split_at_mut(32);
    start.copy_from_slice(key.expose_secret());
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

#[cfg(test)]
mod tests;
