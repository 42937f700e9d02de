//! Time and randomness as arguments: the flows never ask the machine.

use grantbook_core::Timestamp;
use rand::{RngCore as _, TryRngCore as _, rngs::OsRng};

/// What time it is. `server` passes the machine's clock, tests and the demo one they can turn.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Where identifiers and secrets come from.
pub trait Ids: Send + Sync {
    /// 256 bits that nobody can guess, as 64 hexadecimal digits: states, bindings, session ids.
    fn secret(&self) -> String;

    /// An identifier that is new every time: 32 hexadecimal digits. Not a secret.
    fn id(&self) -> String;
}

/// Identifiers from the operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without randomness nothing here is safe: stop rather than go on with a guessable secret.
    OsRng.unwrap_err().fill_bytes(&mut bytes);
    bytes
}

impl Ids for SystemIds {
    fn secret(&self) -> String {
        hex::encode(random::<32>())
    }

    fn id(&self) -> String {
        hex::encode(random::<16>())
    }
}
