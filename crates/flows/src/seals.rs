//! Seals: proof that a text which comes back from outside was written here.
//!
//! A seal is the start of a keyed hash under a purpose of its own, so that what was sealed for one thing is worth
//! nothing for another.

use subtle::ConstantTimeEq as _;

use crate::House;

/// Bytes of a seal: 128 bits.
const BYTES: usize = 16;
/// Letters of a seal, as it is written.
#[cfg(test)]
pub(crate) const LETTERS: usize = 2 * BYTES;

/// The seal of a text.
pub(crate) fn seal(house: &House, purpose: &str, text: &str) -> String {
    hex::encode(&house.store.vault().mac(purpose, text.as_bytes())[..BYTES])
}

/// Whether a seal was made here for this text and purpose; in the same time whether it was or not.
pub(crate) fn is_sealed(house: &House, purpose: &str, text: &str, given: &str) -> bool {
    seal(house, purpose, text).as_bytes().ct_eq(given.as_bytes()).into()
}
