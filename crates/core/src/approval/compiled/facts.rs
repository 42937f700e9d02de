//! What rules can see of a request, looked up once: the numbers of its names.

use std::{cell::OnceCell, collections::HashMap, hash::BuildHasherDefault};

use super::leaf::bit;
use crate::{
    AppId, Scope, TeamId, UserId,
    approval::{AppRequest, Predicate, Rules, look::Compared, predicate::Named},
};

/// The number of a name.
pub(super) type Number = u32;
/// The number of a name that no rule knows.
pub(super) const UNKNOWN: Number = Number::MAX;

type Numbers<'r> = HashMap<&'r str, Number, BuildHasherDefault<Quick>>;

/// The names that conditions hold, numbered, each kind from 0.
#[derive(Debug, Default)]
pub(in crate::approval) struct Names<'r> {
    pub(super) scopes: Numbers<'r>,
    pub(super) apps: Numbers<'r>,
    pub(super) teams: Numbers<'r>,
    pub(super) users: Numbers<'r>,
}

/// One request as rules see it.
#[derive(Debug, Default)]
pub(in crate::approval) struct Facts<'a> {
    /// The scopes asked for, in the request's order.
    pub(super) asked: Vec<Number>,
    /// The same as bits.
    pub(super) bits: Vec<u64>,
    /// Whether a scope is asked for that no rule knows.
    pub(super) unknown: bool,
    pub(super) app: Number,
    /// [`UNKNOWN`] for the whole organization too.
    pub(super) team: Number,
    pub(super) user: Number,
    /// How the scopes compare with those before, worked out when it is first asked for.
    pub(super) compared: OnceCell<Option<Compared<'a>>>,
}

impl<'r> Names<'r> {
    /// Numbers the names in some versions of the rules.
    pub(in crate::approval) fn of(versions: impl IntoIterator<Item = &'r Rules>) -> Self {
        let mut names = Self::default();
        for rule in versions.into_iter().flat_map(|rules| &rules.rules) {
            rule.when.leaves(&mut |leaf| names.add(leaf));
        }
        names
    }

    fn add(&mut self, leaf: &'r Predicate) {
        match leaf.named() {
            Some(Named::Scopes(list)) => number(&mut self.scopes, list.iter().map(Scope::as_str)),
            Some(Named::Apps(list)) => number(&mut self.apps, list.iter().map(AppId::as_str)),
            Some(Named::Teams(list)) => number(&mut self.teams, list.iter().map(TeamId::as_str)),
            Some(Named::Users(list)) => number(&mut self.users, list.iter().map(UserId::as_str)),
            None => {}
        }
    }
}

fn number<'r>(numbers: &mut Numbers<'r>, names: impl IntoIterator<Item = &'r str>) {
    for name in names {
        let next = Number::try_from(numbers.len()).unwrap_or(UNKNOWN);
        numbers.entry(name).or_insert(next);
    }
}

pub(super) fn number_of(numbers: &Numbers<'_>, name: &str) -> Number {
    numbers.get(name).copied().unwrap_or(UNKNOWN)
}

impl Facts<'_> {
    /// Looks the request's names up; what was read before is forgotten.
    pub(in crate::approval) fn read(&mut self, names: &Names<'_>, request: &AppRequest) {
        self.asked.clear();
        self.bits.clear();
        self.bits.resize(names.scopes.len().div_ceil(64), 0);
        self.unknown = false;
        for scope in &request.scopes {
            let number = number_of(&names.scopes, scope.name.as_str());
            self.asked.push(number);
            match self.bits.get_mut(number as usize / 64) {
                Some(word) => *word |= bit(number),
                None => self.unknown = true,
            }
        }
        self.app = number_of(&names.apps, request.app.id.as_str());
        self.team = request
            .team
            .as_ref()
            .map_or(UNKNOWN, |team| number_of(&names.teams, team.as_str()));
        self.user = number_of(&names.users, request.requester.id.as_str());
        self.compared = OnceCell::new();
    }
}

/// A hash for short names out of rules, which an administrator wrote; requests are only looked up.
#[derive(Debug, Default)]
pub(super) struct Quick(u64);

impl std::hash::Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        // An odd constant with its ones spread: 2^64 over the golden ratio.
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
