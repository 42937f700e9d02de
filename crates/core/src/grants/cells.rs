//! Grants as cells: one small text per fact that holds, so that a store writes only what changed.
//!
//! A cell has a name such as `scope|channel|chat:write` and a value in JSON. The same grants always
//! give the same cells, byte for byte.

use std::{cmp::Ordering, fmt, iter};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Grants, Mark, Status};
use crate::{OrderKey, ResourceId, ResourceType, Scope};

/// What a cell is about. The order of the variants is the order in which [`cells`] yields them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name<'a> {
    Status,
    Last,
    Scope(ResourceType, &'a Scope),
    Unplaced(&'a Scope),
    Specific(ResourceType, &'a ResourceId),
    Wildcard(ResourceType),
    Excluded(ResourceType, &'a ResourceId),
    User(&'a ResourceId),
    UserScope(&'a ResourceId, &'a Scope),
    Denied(&'a Scope),
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("status"),
            Self::Last => f.write_str("last"),
            Self::Scope(kind, scope) => write!(f, "scope|{kind}|{scope}"),
            Self::Unplaced(scope) => write!(f, "unplaced|{scope}"),
            Self::Specific(kind, id) => write!(f, "resource|{kind}|{id}"),
            Self::Wildcard(kind) => write!(f, "wildcard|{kind}"),
            Self::Excluded(kind, id) => write!(f, "excluded|{kind}|{id}"),
            Self::User(id) => write!(f, "user|{id}"),
            Self::UserScope(id, scope) => write!(f, "user|{id}|{scope}"),
            Self::Denied(scope) => write!(f, "denied|{scope}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'a> {
    Status(Status, Option<&'a Mark>),
    Last(&'a OrderKey),
    Mark(&'a Mark),
    Present,
}

impl Value<'_> {
    fn json(self) -> String {
        // Words, numbers and texts: they always serialize.
        match self {
            Self::Status(status, mark) => serde_json::to_string(&(status, mark)),
            Self::Last(key) => serde_json::to_string(key),
            Self::Mark(mark) => serde_json::to_string(mark),
            Self::Present => Ok("true".to_owned()),
        }
        .unwrap_or_default()
    }
}

/// What is to be done to a stored cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The cell's name.
    pub name: String,
    /// Its new value; `None` when it is gone.
    pub value: Option<String>,
}

/// A stored cell that no version of this program has written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no grant is kept under this name, or not with this value")]
pub struct UnknownCell;

fn cells(grants: &Grants) -> impl Iterator<Item = (Name<'_>, Value<'_>)> {
    let marked = |(name, mark)| (name, Value::Mark(mark));
    let status = iter::once((Name::Status, Value::Status(grants.status, grants.status_mark.as_ref())));
    let last = grants.last.iter().map(|key| (Name::Last, Value::Last(key)));
    let scopes = grants
        .scopes
        .iter()
        .flat_map(|(&kind, held)| held.iter().map(move |(s, m)| (Name::Scope(kind, s), m)));
    let unplaced = grants
        .unplaced
        .iter()
        .map(|(scope, mark)| (Name::Unplaced(scope), mark));
    let of = &grants.resources;
    let specific = of
        .iter()
        .flat_map(|(&kind, r)| r.specific.iter().map(move |(id, m)| (Name::Specific(kind, id), m)));
    let wildcard = of
        .iter()
        .filter_map(|(&kind, r)| Some((Name::Wildcard(kind), r.wildcard.as_ref()?)));
    let excluded = of
        .iter()
        .flat_map(|(&kind, r)| r.excluded.iter().map(move |(id, m)| (Name::Excluded(kind, id), m)));
    let users = grants.users.keys().map(|id| (Name::User(id), Value::Present));
    let user_scopes = grants
        .users
        .iter()
        .flat_map(|(id, held)| held.iter().map(move |(s, m)| (Name::UserScope(id, s), m)));
    let denied = grants.denied.iter().map(|(scope, mark)| (Name::Denied(scope), mark));
    status
        .chain(last)
        .chain(
            scopes
                .chain(unplaced)
                .chain(specific)
                .chain(wildcard)
                .chain(excluded)
                .map(marked),
        )
        .chain(users)
        .chain(user_scopes.chain(denied).map(marked))
}

/// What turns the cells of `before` into those of `after`.
pub fn changes(before: &Grants, after: &Grants) -> Vec<Change> {
    let (mut old, mut new) = (cells(before).peekable(), cells(after).peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let was = if order.is_le() { old.next() } else { None };
        let is = if order.is_ge() { new.next() } else { None };
        if let Some((name, _)) = was.or(is)
            && was.map(|(_, value)| value) != is.map(|(_, value)| value)
        {
            changes.push(Change {
                name: name.to_string(),
                value: is.map(|(_, value)| value.json()),
            });
        }
    }
}

/// All cells of `grants`, to be stored where nothing is.
pub fn all(grants: &Grants) -> Vec<(String, String)> {
    cells(grants)
        .map(|(name, value)| (name.to_string(), value.json()))
        .collect()
}

/// Puts stored cells together again.
pub fn assemble<'a>(stored: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Grants, UnknownCell> {
    let mut grants = Grants::default();
    for (name, value) in stored {
        place(&mut grants, name, value)?;
    }
    Ok(grants)
}

fn read<T: DeserializeOwned>(value: &str) -> Result<T, UnknownCell> {
    serde_json::from_str(value).map_err(|_| UnknownCell)
}

fn place(grants: &mut Grants, name: &str, value: &str) -> Result<(), UnknownCell> {
    let mut parts = name.split('|');
    let parts = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let kind = |text: &str| text.parse::<ResourceType>().map_err(|_| UnknownCell);
    let scope = |text: &str| Scope::new(text).map_err(|_| UnknownCell);
    let id = |text: &str| ResourceId::new(text).map_err(|_| UnknownCell);
    match parts {
        ("status", None, None) => (grants.status, grants.status_mark) = read(value)?,
        ("last", None, None) => grants.last = Some(read(value)?),
        ("scope", Some(k), Some(s)) => {
            grants
                .scopes
                .entry(kind(k)?)
                .or_default()
                .insert(scope(s)?, read(value)?);
        }
        ("unplaced", Some(s), None) => {
            grants.unplaced.insert(scope(s)?, read(value)?);
        }
        ("resource", Some(k), Some(i)) => {
            grants
                .resources
                .entry(kind(k)?)
                .or_default()
                .specific
                .insert(id(i)?, read(value)?);
        }
        ("wildcard", Some(k), None) => grants.resources.entry(kind(k)?).or_default().wildcard = Some(read(value)?),
        ("excluded", Some(k), Some(i)) => {
            grants
                .resources
                .entry(kind(k)?)
                .or_default()
                .excluded
                .insert(id(i)?, read(value)?);
        }
        ("user", Some(i), None) => {
            grants.users.entry(id(i)?).or_default();
        }
        ("user", Some(i), Some(s)) => {
            grants.users.entry(id(i)?).or_default().insert(scope(s)?, read(value)?);
        }
        ("denied", Some(s), None) => {
            grants.denied.insert(scope(s)?, read(value)?);
        }
        _ => return Err(UnknownCell),
    }
    Ok(())
}
