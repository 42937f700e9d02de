//! The record of every refresh, and what must be remembered of tokens that were spent.

use std::collections::{BTreeMap, VecDeque};

use grantbook_core::{AppId, Timestamp};
use serde::Serialize;

/// The records kept; older ones are forgotten.
const KEPT: usize = 10_000;

/// One time that tokens of a family were handed out, or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rotation {
    /// Counts from one.
    pub id: u64,
    /// When, by the clock.
    pub at: Timestamp,
    /// Whose credentials came with it.
    pub app: AppId,
    /// Which tokens follow each other, as in `A0ATLAS42/T061EG9R6/bot`; none for a token nobody knows.
    pub family: Option<String>,
    /// Counts the tokens of the family from one: of the pair handed out, or of the refresh token refused.
    pub generation: u32,
    /// What came of it.
    pub outcome: RotationOutcome,
}

/// What came of a request for tokens that rotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationOutcome {
    /// The first tokens of an installation, or the next after installing again.
    Issued,
    /// A long-lived token became a pair.
    Exchanged,
    /// A refresh.
    Refreshed,
    /// The same pair again, within the grace window.
    Repeated,
    /// A refresh token that was spent before: refused.
    Reused,
    /// A refresh token that was revoked, replaced, another app's, or never there: refused.
    Refused,
}

/// What the world remembers of rotation.
#[derive(Clone, Debug, Default)]
pub struct Rotations {
    log: VecDeque<Rotation>,
    last: u64,
    generations: BTreeMap<String, u32>,
    /// Spent refresh tokens, and what they bought.
    pub(super) spent: BTreeMap<String, Spent>,
    /// Long-lived tokens that became pairs, by family; they end with the first refresh.
    pub(super) originals: BTreeMap<String, String>,
}

/// What a spent refresh token bought, and when.
#[derive(Clone, Debug)]
pub(super) struct Spent {
    pub(super) at: Timestamp,
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Rotations {
    /// Everything recorded, oldest first.
    pub fn list(&self) -> impl Iterator<Item = &Rotation> {
        self.log.iter()
    }

    /// How often a spent refresh token came back and was refused.
    pub fn reuses(&self) -> usize {
        let reused = self.log.iter().filter(|line| line.outcome == RotationOutcome::Reused);
        reused.count()
    }

    pub(in crate::state) fn next_generation(&mut self, family: &str) -> u32 {
        let generation = self.generations.entry(family.to_owned()).or_default();
        *generation += 1;
        *generation
    }

    pub(in crate::state) fn record(
        &mut self,
        at: Timestamp,
        app: &AppId,
        family: Option<String>,
        generation: u32,
        outcome: RotationOutcome,
    ) {
        self.last += 1;
        if self.log.len() == KEPT {
            self.log.pop_front();
        }
        self.log.push_back(Rotation {
            id: self.last,
            at,
            app: app.clone(),
            family,
            generation,
            outcome,
        });
    }
}
