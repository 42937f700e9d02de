//! Two years of plausible history, as a list of deeds in order of time.
//!
//! The same seed number gives the same story, relative to the day it ends. It is only a plan:
//! `history` and `requests` live it through the real doors.

mod asks;
mod desk;
mod dice;
mod endings;
mod life;

use std::collections::BTreeSet;

use grantbook_core::{ResourceId, ResourceType, Scope, TeamId, Timestamp, UserId};
use grantbook_simulator::{
    Action, Seed,
    state::{App, Conversation},
};

pub(super) use asks::{Asking, Course};
pub(super) use desk::{Desk, Standing, Wish};
use dice::Dice;

/// How far back the story begins, in days.
const DAYS: i64 = 730;

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Goes through the consent page.
    Install {
        /// The app.
        app: String,
        /// The workspace.
        team: TeamId,
        /// Who.
        user: UserId,
        /// The conversations chosen.
        resources: Vec<ResourceId>,
        /// The optional scopes left out.
        untick: Vec<Scope>,
    },
    /// Presses Cancel on the consent page.
    Cancel {
        /// The app.
        app: String,
        /// The workspace.
        team: TeamId,
    },
    /// Is asked for more.
    Ask(Box<Asking>),
    /// Something at the approvers' desk.
    Desk(Desk),
    /// Anything that happens inside Slack.
    Inside(Action),
}

impl Deed {
    /// The app and workspace, of deeds that an app's end makes pointless.
    fn about(&self) -> Option<(String, TeamId)> {
        match self {
            Self::Ask(asking) => Some((asking.app.clone(), asking.team.clone())),
            Self::Inside(
                Action::GrantScope { app, team, .. }
                | Action::DenyScope { app, team, .. }
                | Action::AddResource { app, team, .. }
                | Action::RemoveResource { app, team, .. },
            ) => Some((app.clone(), team.clone())),
            _ => None,
        }
    }
}

/// A deed and its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scene {
    /// When.
    pub(super) at: Timestamp,
    /// What.
    pub(super) deed: Deed,
}

struct Place {
    team: TeamId,
    people: Vec<UserId>,
    conversations: Vec<Conversation>,
}

struct Writer {
    dice: Dice,
    scenes: Vec<Scene>,
    end: Timestamp,
    /// Which way the requests go, in turn.
    asked: usize,
}

/// Writes the story of `seed`'s organization, ending at `end`.
pub(super) fn write(seed: &Seed, end: Timestamp, number: u64) -> Vec<Scene> {
    let mut writer = Writer {
        dice: Dice(number),
        scenes: Vec::new(),
        end,
        asked: 0,
    };
    let places: Vec<Place> = seed.teams.iter().map(|team| place(seed, &team.id)).collect();
    let (modern, workspace): (Vec<&App>, Vec<&App>) = seed.apps.iter().partition(|app| app.is_modern());
    let mut asking = Dice(number.wrapping_add(1));
    for (index, app) in workspace.iter().enumerate() {
        for (position, place) in places.iter().enumerate() {
            // The third app has reached four of the six workspaces so far.
            if index == 2 && position >= 4 {
                continue;
            }
            let first = index * 45 + position * 23;
            let installer = writer.life(app.slug.as_str(), index, place, first);
            writer.asks(&mut asking, app, index, place, (first, installer));
        }
    }
    for app in modern {
        writer.modern_life(app.slug.as_str(), &places);
    }
    writer.endings(&workspace, &places);
    if let Some(place) = places.first() {
        writer.last_day(&seed.apps, place);
    }
    writer.dice = Dice(number.wrapping_add(2));
    writer.desk(&places);
    writer.scenes.sort_by_key(|scene| scene.at);
    writer.scenes
}

fn place(seed: &Seed, team: &TeamId) -> Place {
    let people: Vec<_> = seed
        .users
        .iter()
        .filter(|user| user.teams.contains(team))
        .map(|user| user.id.clone())
        .collect();
    let kinds: BTreeSet<_> = [ResourceType::Channel, ResourceType::Group].into();
    let conversations = seed
        .conversations
        .iter()
        .filter(|c| c.team == *team && kinds.contains(&c.kind))
        .cloned()
        .collect();
    Place {
        team: team.clone(),
        people,
        conversations,
    }
}

fn scopes(names: &[&str]) -> Vec<Scope> {
    names.iter().filter_map(|name| Scope::new(*name).ok()).collect()
}

impl Writer {
    fn day(&mut self, day: i64) -> Timestamp {
        // Office hours, to the second.
        let second = self.dice.between(8 * 3600, 9 * 3600);
        let midnight = self.end.seconds() - self.end.seconds().rem_euclid(86_400) - DAYS * 86_400;
        Timestamp::from_seconds(midnight + day * 86_400 + second)
    }

    fn scene(&mut self, day: i64, deed: Deed) {
        let at = self.day(day);
        if at < self.end.plus_seconds(-3600) {
            self.scenes.push(Scene { at, deed });
        }
    }
}
