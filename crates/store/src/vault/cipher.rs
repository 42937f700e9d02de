//! The layout of a sealed secret, and XChaCha20-Poly1305 over it.
//!
//! Version (1 byte), key id (4 bytes, big-endian), nonce (24 bytes), ciphertext with its tag. Version, key id
//! and place are authenticated. Headers order as their keys do: what lies under an older key is smaller, in
//! Rust and in both databases.

use chacha20poly1305::{
    AeadCore, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, OsRng, Payload},
};
use secrecy::{ExposeSecret as _, SecretBox, zeroize::Zeroizing};

use super::{Place, VaultError};

/// 256 bits.
pub(crate) type Key = SecretBox<[u8; 32]>;

const NONCE: usize = 24;
/// What is read of a sealed secret to know its key.
pub(crate) const PREFIX: usize = 1 + 4;
/// Version, key id and nonce.
pub(super) const HEADER: usize = PREFIX + NONCE;

/// Under which key a secret is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealedBy {
    /// Version 1: the master key itself, by the number in its file. Data keys are wrapped so, and so was
    /// everything before there were data keys.
    Master(u32),
    /// Version 2: the data key of this id.
    DataKey(u32),
}

impl SealedBy {
    /// The first bytes of every secret sealed so.
    pub(crate) fn prefix(self) -> [u8; PREFIX] {
        let (version, id) = match self {
            Self::Master(number) => (1, number),
            Self::DataKey(id) => (2, id),
        };
        let [a, b, c, d] = u32::to_be_bytes(id);
        [version, a, b, c, d]
    }

    /// Read from a sealed secret, or from its first bytes.
    pub(crate) fn of(sealed: &[u8]) -> Result<Self, VaultError> {
        match sealed {
            [1, a, b, c, d, ..] => Ok(Self::Master(u32::from_be_bytes([*a, *b, *c, *d]))),
            [2, a, b, c, d, ..] => Ok(Self::DataKey(u32::from_be_bytes([*a, *b, *c, *d]))),
            _ => Err(VaultError::Layout),
        }
    }
}

/// A new key from the operating system's generator.
pub(crate) fn generate() -> Key {
    let key = Zeroizing::new(<[u8; 32]>::from(XChaCha20Poly1305::generate_key(&mut OsRng)));
    Key::new(Box::new(*key))
}

/// Seals with a nonce from the operating system.
pub(super) fn seal(key: &Key, by: SealedBy, place: &Place, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload {
        msg: secret,
        aad: &bound(by.prefix(), place),
    };
    let ciphertext = cipher(key).encrypt(&nonce, payload).map_err(|_| VaultError::Seal)?;
    let mut sealed = Vec::with_capacity(HEADER + ciphertext.len());
    sealed.extend(by.prefix());
    sealed.extend(nonce);
    sealed.extend(ciphertext);
    Ok(sealed)
}

/// Opens what [`seal`] made with the same key for the same place.
pub(super) fn open(key: &Key, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let by = SealedBy::of(sealed)?;
    let (header, ciphertext) = sealed.split_at_checked(HEADER).ok_or(VaultError::Layout)?;
    let payload = Payload {
        msg: ciphertext,
        aad: &bound(by.prefix(), place),
    };
    let nonce = XNonce::from_slice(&header[PREFIX..]);
    let opened = cipher(key).decrypt(nonce, payload);
    opened.map(Zeroizing::new).map_err(|_| VaultError::Refused {
        table: place.table,
        column: place.column,
    })
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose_secret().into())
}

/// The version and the key id are bound too: a changed header does not open.
fn bound(prefix: [u8; PREFIX], place: &Place) -> Vec<u8> {
    let mut bound = prefix.to_vec();
    bound.extend(place.encode());
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_comes_back_and_orders_as_the_keys_do() {
        let all = [
            SealedBy::Master(1),
            SealedBy::Master(u32::MAX),
            SealedBy::DataKey(1),
            SealedBy::DataKey(255),
            SealedBy::DataKey(256),
        ];
        for by in all {
            assert_eq!(SealedBy::of(&by.prefix()).unwrap(), by);
        }
        assert!(all.windows(2).all(|pair| pair[0].prefix() < pair[1].prefix()));
        assert!(matches!(SealedBy::of(&[3, 0, 0, 0, 0]), Err(VaultError::Layout)));
        assert!(matches!(SealedBy::of(&[2, 0, 0]), Err(VaultError::Layout)));
    }
}
