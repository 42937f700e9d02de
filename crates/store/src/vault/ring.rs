//! The ring: the data keys that this process has unwrapped so far. It only grows; the newest seals.

use std::{collections::BTreeMap, sync::Arc};

use super::cipher::Key;

/// Data keys by id, and the key under which this console proves what it wrote.
#[derive(Clone, Default)]
pub(crate) struct Ring {
    data: BTreeMap<u32, Arc<Key>>,
    mac: Option<Arc<Key>>,
}

impl Ring {
    /// The key that seals: the newest.
    pub(super) fn active(&self) -> Option<(u32, &Key)> {
        self.data.last_key_value().map(|(id, key)| (*id, key.as_ref()))
    }

    /// A data key.
    pub(super) fn data(&self, id: u32) -> Option<&Key> {
        self.data.get(&id).map(AsRef::as_ref)
    }

    /// The key of the MACs.
    pub(super) fn mac(&self) -> Option<&Key> {
        self.mac.as_deref()
    }

    /// Puts a data key on the ring.
    pub(crate) fn add_data(&mut self, id: u32, key: Key) {
        self.data.insert(id, Arc::new(key));
    }

    /// Puts the key of the MACs on the ring.
    pub(crate) fn set_mac(&mut self, key: Key) {
        self.mac = Some(Arc::new(key));
    }

    /// Whether a data key is here.
    pub(crate) fn has_data(&self, id: u32) -> bool {
        self.data.contains_key(&id)
    }

    /// Whether the key of the MACs is here.
    pub(crate) fn has_mac(&self) -> bool {
        self.mac.is_some()
    }

    /// This ring with everything that `other` has as well: two threads that read at once lose nothing.
    pub(super) fn joined(&self, other: &Self) -> Self {
        let mut data = self.data.clone();
        data.extend(other.data.iter().map(|(id, key)| (*id, Arc::clone(key))));
        Self {
            data,
            mac: other.mac.clone().or_else(|| self.mac.clone()),
        }
    }
}
