//! Ledger entries: their order, where they come from, and the hash chain that binds them.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Fact, InstallationKey, Timestamp, UserId};

/// Where a fact came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Source {
    /// A signed event from Slack.
    Event,
    /// Slack's answer to a code exchange.
    Oauth,
    /// Slack's own lists, read to settle a doubt.
    Reconcile,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Event, Self::Oauth, Self::Reconcile];

    /// The source as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Oauth => "oauth",
            Self::Reconcile => "reconcile",
        }
    }
}

/// The text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a source (event, oauth, reconcile)")]
pub struct UnknownSource(String);

impl std::str::FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| UnknownSource(text.to_owned()))
    }
}

/// The place of an entry in time: (`event_time`, precedence, `event_id`), never arrival.
///
/// Slack's clock has whole seconds, so within one second a fixed precedence decides: what
/// installs comes first, what adds before what removes, and reconciling last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderKey {
    /// Seconds since the epoch, as in `event_time`.
    pub seconds: i64,
    /// See [`precedence`].
    pub precedence: u8,
    /// Slack's `event_id`, or ours for what is not an event.
    pub event_id: String,
}

impl OrderKey {
    /// The key of `fact` when it happened at `at`, known by `event_id`.
    pub fn new(at: Timestamp, fact: &Fact, event_id: impl Into<String>) -> Self {
        Self {
            seconds: at.seconds(),
            precedence: precedence(fact),
            event_id: event_id.into(),
        }
    }

    /// The moment the key stands for.
    pub const fn at(&self) -> Timestamp {
        Timestamp::from_seconds(self.seconds)
    }
}

/// The fixed order of facts that share a second.
pub const fn precedence(fact: &Fact) -> u8 {
    match fact {
        Fact::Installed { .. } => 10,
        Fact::ScopeDenied { .. } | Fact::UserResourceDenied { .. } => 20,
        Fact::ScopeGranted { .. } | Fact::UserResourceGranted { .. } => 30,
        Fact::ResourcesAdded { .. } | Fact::TeamAccessGranted { .. } | Fact::ConversationJoined { .. } => 40,
        Fact::ResourcesRemoved { .. }
        | Fact::UserResourceRemoved { .. }
        | Fact::TeamAccessRevoked { .. }
        | Fact::ConversationLeft { .. } => 50,
        Fact::TokensRevoked { .. } => 60,
        Fact::Uninstalled => 70,
        Fact::Reconciled { .. } => 80,
    }
}

/// What is to be appended, before the ledger gives it a number and a hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its place in time.
    pub key: OrderKey,
    /// When this console learned of it.
    pub recorded_at: Timestamp,
    /// Where it came from.
    pub source: Source,
    /// Who did it, where that is known.
    pub actor: Option<UserId>,
    /// What it states.
    pub fact: Fact,
}

/// One entry of an installation's ledger. Never changed after it was appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number within the installation, from 1, in order of arrival.
    pub seq: u64,
    /// What it says.
    #[serde(flatten)]
    pub draft: Draft,
    /// The hash of the entry before it; all zero for the first.
    pub previous: Hash,
    /// SHA-256 over `previous` and everything above, see [`chain`].
    pub hash: Hash,
}

/// A SHA-256 hash, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Hash {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// The hash of an entry: SHA-256 over the previous hash, the installation's name, the number, and the
/// draft as JSON, each preceded by its length, so that no two different entries hash the same bytes.
pub fn chain(previous: Hash, installation: &InstallationKey, seq: u64, draft: &Draft) -> Hash {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(&previous.0);
    field(installation.to_string().as_bytes());
    field(&seq.to_be_bytes());
    // A draft is maps, lists, numbers and text: it always serializes.
    field(&serde_json::to_vec(draft).unwrap_or_default());
    Hash(hasher.finalize().into())
}

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// A number is missing or doubled.
    #[error("entry {found} stands where entry {expected} should")]
    Number {
        /// The number that belongs there.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// An entry does not follow from the one before it.
    #[error("entry {seq} does not match its hash or the entry before it")]
    Hash {
        /// Its number.
        seq: u64,
    },
}

/// Checks that `entries`, in order of number, follow one another from `head`; answers the new head.
pub fn verify<'a>(
    installation: &InstallationKey,
    head: (u64, Hash),
    entries: impl IntoIterator<Item = &'a Entry>,
) -> Result<(u64, Hash), BrokenChain> {
    entries.into_iter().try_fold(head, |(seq, previous), entry| {
        if entry.seq != seq + 1 {
            return Err(BrokenChain::Number {
                expected: seq + 1,
                found: entry.seq,
            });
        }
        if entry.previous != previous || entry.hash != chain(previous, installation, entry.seq, &entry.draft) {
            return Err(BrokenChain::Hash { seq: entry.seq });
        }
        Ok((entry.seq, entry.hash))
    })
}
