//! The vault: secrets at rest, sealed with XChaCha20-Poly1305 under one 256-bit master key.
//!
//! A sealed secret is: version (1 byte), key id (4 bytes, big-endian), nonce (24 bytes), ciphertext with
//! its tag. The place it belongs to is authenticated with it, so that a ciphertext copied to another
//! table, column or row does not open there. What this console gives out and must know again when it comes
//! back carries an HMAC-SHA256 under a key derived from the master key, one for each purpose.

mod key_file;

use std::{fmt, path::Path};

use chacha20poly1305::{
    AeadCore, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, OsRng, Payload},
};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret, SecretBox, SecretString, zeroize::Zeroizing};
use sha2::Sha256;

pub use key_file::KeyFileError;

/// The only layout so far.
const VERSION: u8 = 1;
const NONCE: usize = 24;
/// Version, key id and nonce.
const HEADER: usize = 1 + 4 + NONCE;

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
    /// Sealed with a key that is not here.
    #[error("a secret was sealed with key {sealed_with}, but the master key is {present}")]
    OtherKey {
        /// The id in the ciphertext.
        sealed_with: u32,
        /// The id of our key.
        present: u32,
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

/// Seals and opens secrets with the master key.
pub struct Vault {
    key: SecretBox<[u8; 32]>,
    key_id: u32,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// From 64 hexadecimal digits, as configuration gives them.
    pub fn from_hex(digits: &SecretString, key_id: u32) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits.expose_secret().trim(), key.as_mut_slice()).map_err(|_| VaultError::KeyFormat)?;
        Ok(Self {
            key: SecretBox::new(Box::new(*key)),
            key_id,
        })
    }

    /// From a file that only its owner may read; made with a new key where it is missing.
    pub fn from_key_file(path: &Path) -> Result<Self, VaultError> {
        let (digits, key_id) = key_file::read_or_create(path)?;
        Self::from_hex(&digits, key_id)
    }

    /// The id of the master key, which every ciphertext carries.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// Seals `secret` for `place`, with a nonce from the operating system.
    pub fn seal(&self, place: &Place, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let bound = self.bound(place);
        let payload = Payload {
            msg: secret,
            aad: &bound,
        };
        let ciphertext = self.cipher().encrypt(&nonce, payload).map_err(|_| VaultError::Seal)?;
        let mut sealed = Vec::with_capacity(HEADER + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend(self.key_id.to_be_bytes());
        sealed.extend(nonce);
        sealed.extend(ciphertext);
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] made for the same place.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (header, ciphertext) = sealed.split_at_checked(HEADER).ok_or(VaultError::Layout)?;
        let [VERSION, a, b, c, d, nonce @ ..] = header else {
            return Err(VaultError::Layout);
        };
        let sealed_with = u32::from_be_bytes([*a, *b, *c, *d]);
        if sealed_with != self.key_id {
            return Err(VaultError::OtherKey {
                sealed_with,
                present: self.key_id,
            });
        }
        let payload = Payload {
            msg: ciphertext,
            aad: &self.bound(place),
        };
        let opened = self.cipher().decrypt(XNonce::from_slice(nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| VaultError::Refused {
            table: place.table,
            column: place.column,
        })
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

    /// The key of a purpose: the HMAC of its name under the master key.
    fn keyed(&self, purpose: &str) -> Hmac<Sha256> {
        let derived = hmac_under(self.key.expose_secret())
            .chain_update(DERIVATION)
            .chain_update(purpose)
            .finalize();
        let key = Zeroizing::new(<[u8; 32]>::from(derived.into_bytes()));
        hmac_under(&key)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose_secret().into())
    }

    /// The version and the key id are bound too: a changed header does not open.
    fn bound(&self, place: &Place) -> Vec<u8> {
        let mut bound = vec![VERSION];
        bound.extend(self.key_id.to_be_bytes());
        bound.extend(place.encode());
        bound
    }
}

fn hmac_under(key: &[u8; 32]) -> Hmac<Sha256> {
    // A key of the block's length needs no shortening: it is the 32 bytes and zeros, as HMAC pads them.
    let mut block = Zeroizing::new([0; 64]);
    let (start, _) = block.split_at_mut(key.len());
    start.copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(digit: &str) -> Vault {
        Vault::from_hex(&digit.repeat(64).into(), 1).unwrap()
    }

    fn place() -> Place {
        Place::new("tokens", "access", "insectoid.T061EG9R6")
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_only() {
        let vault = vault("a");
        let sealed = vault.seal(&place(), b"xoxa-2-secret").unwrap();
        assert_eq!(*vault.open(&place(), &sealed).unwrap(), b"xoxa-2-secret");
        for elsewhere in [
            Place {
                table: "apps",
                ..place()
            },
            Place {
                column: "refresh",
                ..place()
            },
            Place {
                row: "insectoid.T061EG9R7".to_owned(),
                ..place()
            },
        ] {
            assert!(
                matches!(vault.open(&elsewhere, &sealed), Err(VaultError::Refused { .. })),
                "{elsewhere:?}"
            );
        }
    }

    #[test]
    fn parts_of_a_place_do_not_run_into_one_another() {
        assert_ne!(Place::new("ab", "c", "d").encode(), Place::new("a", "bc", "d").encode());
    }

    #[test]
    fn no_flipped_bit_goes_unnoticed() {
        let vault = vault("a");
        let sealed = vault.seal(&place(), b"x").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(vault.open(&place(), &changed).is_err(), "bit {bit}");
        }
        assert!(matches!(
            vault.open(&place(), &sealed[..HEADER - 1]),
            Err(VaultError::Layout)
        ));
        assert!(vault.open(&place(), &sealed[..HEADER]).is_err());
    }

    #[test]
    fn another_key_does_not_open_and_says_so() {
        let sealed = vault("a").seal(&place(), b"x").unwrap();
        assert!(matches!(
            vault("b").open(&place(), &sealed),
            Err(VaultError::Refused { .. })
        ));
        let second = Vault::from_hex(&"a".repeat(64).into(), 2).unwrap();
        let error = second.open(&place(), &sealed).unwrap_err();
        assert!(matches!(
            error,
            VaultError::OtherKey {
                sealed_with: 1,
                present: 2
            }
        ));
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let vault = vault("a");
        assert_ne!(vault.seal(&place(), b"x").unwrap(), vault.seal(&place(), b"x").unwrap());
    }

    #[test]
    fn a_mac_holds_for_its_purpose_its_data_and_its_key_only() {
        let vault = vault("a");
        let mac = vault.mac("button", b"PR-7");
        assert!(vault.verify_mac("button", b"PR-7", &mac));
        assert!(!vault.verify_mac("link", b"PR-7", &mac));
        assert!(!vault.verify_mac("button", b"PR-8", &mac));
        assert!(!vault.verify_mac("button", b"PR-7", &mac[..31]));
        assert!(!vault.verify_mac("button", b"PR-7", &[]));
        assert!(!self::vault("b").verify_mac("button", b"PR-7", &mac));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let vault = vault("a");
        assert_eq!(format!("{vault:?}"), "Vault { key_id: 1, .. }");
        let error = Vault::from_hex(&"secret-key".into(), 1).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret-key"));
    }
}
