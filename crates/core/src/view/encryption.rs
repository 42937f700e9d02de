//! Documents about encryption at rest: which keys there are, and how far a rotation is. Nothing secret.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How the keys stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EncryptionView {
    /// The master key that the answering process was given: 16 hexadecimal digits of a hash under it.
    pub master: String,
    /// The data keys, oldest first; the last one seals.
    pub keys: Vec<DataKeyView>,
    /// Secrets under the master key itself, sealed before there were data keys.
    pub under_master: u64,
    /// The newest rotation.
    pub rotation: Option<KeyRotationView>,
}

impl EncryptionView {
    /// Secrets that are not under the newest data key.
    pub fn older(&self) -> u64 {
        let retired = self.keys.split_last().map_or(&[][..], |(_, retired)| retired);
        self.under_master + retired.iter().map(|key| key.secrets).sum::<u64>()
    }

    /// The rotation that is under way, or waits to be taken up.
    pub fn under_way(&self) -> Option<&KeyRotationView> {
        self.rotation.as_ref().filter(|rotation| rotation.finished_at.is_none())
    }
}

/// One data key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataKeyView {
    /// Its id, which every secret under it carries.
    pub id: u32,
    /// The master key that wraps it.
    pub master: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it seals no more; absent for the one that does.
    pub retired_at: Option<Timestamp>,
    /// Since when no secret is under it.
    pub unused_since: Option<Timestamp>,
    /// Secrets under it.
    pub secrets: u64,
}

/// One rotation: a new data key, and the way of all secrets to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyRotationView {
    /// The data key it brought.
    pub key: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; absent while it is under way, or waits to be taken up.
    pub finished_at: Option<Timestamp>,
    /// Secrets moved to the new key.
    pub done: u64,
    /// Secrets that were to be moved at the beginning.
    pub total: u64,
}
