//! Two years of plausible history, as a list of deeds in order of time.
//!
//! The same seed number gives the same story, relative to the day it ends. It is only a plan:
//! `history` lives it through the real doors.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{ResourceId, ResourceType, Scope, TeamId, Timestamp, UserId};
use grantbook_simulator::{Action, Seed, state::Conversation};

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
        /// The types given wholesale.
        wildcards: Vec<ResourceType>,
    },
    /// Presses Cancel on the consent page.
    Cancel {
        /// The app.
        app: String,
        /// The workspace.
        team: TeamId,
    },
    /// Anything that happens inside Slack.
    Inside(Action),
}

/// A deed and its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scene {
    /// When.
    pub(super) at: Timestamp,
    /// What.
    pub(super) deed: Deed,
}

/// A small generator (SplitMix64): a story needs variety, not secrecy.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % (sides.max(1) as u64)).unwrap_or(0)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.roll(items.len()))
    }
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
}

/// Scopes an app may come to ask for after its installation.
const LATER: [&[&str]; 3] = [
    &[
        "channels:history",
        "users:read",
        "reactions:read",
        "files:read",
        "users:read.email",
        "pins:read",
        "links:read",
    ],
    &[
        "users:read",
        "channels:read",
        "team:read",
        "reactions:write",
        "dnd:read",
    ],
    &[
        "files:write",
        "channels:read",
        "links:write",
        "groups:read",
        "usergroups:read",
        "groups:history",
    ],
];

/// Writes the story of `seed`'s organization, ending at `end`.
pub(super) fn write(seed: &Seed, end: Timestamp, number: u64) -> Vec<Scene> {
    let mut writer = Writer {
        dice: Dice(number),
        scenes: Vec::new(),
        end,
    };
    let places: Vec<Place> = seed.teams.iter().map(|team| place(seed, &team.id)).collect();
    for (index, app) in seed.apps.iter().enumerate() {
        let later: Vec<Scope> = LATER
            .get(index)
            .map_or(&[][..], |scopes| scopes)
            .iter()
            .filter_map(|s| Scope::new(*s).ok())
            .collect();
        for (position, place) in places.iter().enumerate() {
            // The third app has reached four of the six workspaces so far.
            if index == 2 && position >= 4 {
                continue;
            }
            writer.life(app.slug.as_str(), &later, place, index * 45 + position * 23);
        }
    }
    writer.endings(seed, &places);
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

impl Writer {
    fn day(&mut self, day: i64) -> Timestamp {
        // Office hours, to the second.
        let second = i64::try_from(self.dice.roll(9 * 3600)).unwrap_or(0) + 8 * 3600;
        let midnight = self.end.seconds() - self.end.seconds().rem_euclid(86_400) - DAYS * 86_400;
        Timestamp::from_seconds(midnight + day * 86_400 + second)
    }

    fn scene(&mut self, day: i64, deed: Deed) {
        let at = self.day(day);
        if at < self.end.plus_seconds(-3600) {
            self.scenes.push(Scene { at, deed });
        }
    }

    /// One app in one workspace, from its installation on.
    fn life(&mut self, app: &str, later: &[Scope], place: &Place, first: usize) {
        let mut day = i64::try_from(first).unwrap_or(0) + 2;
        let Some(user) = self.dice.pick(&place.people).cloned() else {
            return;
        };
        let mut joined: Vec<ResourceId> = Vec::new();
        for _ in 0..2 {
            // A private channel can be chosen only by somebody who is in it.
            let seen = |c: &&Conversation| c.kind == ResourceType::Channel || c.members.contains(&user);
            let chosen = self.dice.pick(&place.conversations).filter(seen);
            if let Some(chosen) = chosen.filter(|c| !joined.contains(&c.id)) {
                joined.push(chosen.id.clone());
            }
        }
        let resources = joined.clone();
        self.scene(
            day,
            Deed::Install {
                app: app.to_owned(),
                team: place.team.clone(),
                user,
                resources,
                wildcards: Vec::new(),
            },
        );
        let mut wanted: Vec<Scope> = later.to_vec();
        while day < DAYS {
            day += 5 + i64::try_from(self.dice.roll(21)).unwrap_or(0);
            let user = self.dice.pick(&place.people).cloned();
            let (app, team) = (app.to_owned(), place.team.clone());
            let deed = match self.dice.roll(10) {
                0..=2 => match wanted.pop() {
                    Some(scope) => Action::GrantScope {
                        app,
                        team,
                        scopes: vec![scope],
                        user,
                    },
                    None => continue,
                },
                3 => match self.dice.pick(later).cloned() {
                    Some(scope) if wanted.contains(&scope) => Action::DenyScope {
                        app,
                        team,
                        scopes: vec![scope],
                        user,
                    },
                    _ => continue,
                },
                4..=5 if joined.len() > 1 => {
                    let gone = joined.remove(self.dice.roll(joined.len()));
                    Action::RemoveResource {
                        app,
                        team,
                        resource: gone,
                    }
                }
                _ => match self
                    .dice
                    .pick(&place.conversations)
                    .map(|c| c.id.clone())
                    .filter(|id| !joined.contains(id))
                {
                    Some(resource) => {
                        joined.push(resource.clone());
                        Action::AddResource { app, team, resource }
                    }
                    None => continue,
                },
            };
            self.scene(day, Deed::Inside(deed));
        }
    }

    /// What makes workspaces differ in the end: a wildcard, a revoked token, an uninstall, a refusal.
    fn endings(&mut self, seed: &Seed, places: &[Place]) {
        let apps: Vec<&str> = seed.apps.iter().map(|app| app.slug.as_str()).collect();
        let deed = |app: usize, place: usize, make: &dyn Fn(String, TeamId) -> Action| {
            Some(Deed::Inside(make(
                (*apps.get(app)?).to_owned(),
                places.get(place)?.team.clone(),
            )))
        };
        let plan = [
            (
                420,
                deed(0, 1, &|app, team| Action::GrantWildcard {
                    app,
                    team,
                    resource_type: ResourceType::Channel,
                }),
            ),
            (640, deed(1, 4, &|app, team| Action::RevokeTokens { app, team })),
            (655, deed(1, 5, &|app, team| Action::Uninstall { app, team })),
            (700, deed(0, 5, &|app, team| Action::Uninstall { app, team })),
        ];
        let ended: BTreeMap<(String, TeamId), i64> = plan
            .iter()
            .filter_map(|(day, deed)| match deed {
                Some(Deed::Inside(Action::RevokeTokens { app, team } | Action::Uninstall { app, team })) => {
                    Some(((app.clone(), team.clone()), *day))
                }
                _ => None,
            })
            .collect();
        // Nothing is asked of an app after its end.
        let (end, start) = (self.end, self.end.plus_seconds(-DAYS * 86_400));
        self.scenes.retain(|scene| {
            let about = match &scene.deed {
                Deed::Inside(
                    Action::GrantScope { app, team, .. }
                    | Action::DenyScope { app, team, .. }
                    | Action::AddResource { app, team, .. }
                    | Action::RemoveResource { app, team, .. },
                ) => ended.get(&(app.clone(), team.clone())),
                _ => None,
            };
            scene.at < end && about.is_none_or(|day| scene.at < start.plus_seconds((day - 1) * 86_400))
        });
        for (day, deed) in plan {
            if let Some(deed) = deed {
                self.scene(day, deed);
            }
        }
        if let (Some(app), Some(place)) = (apps.get(2), places.get(5)) {
            self.scene(
                718,
                Deed::Cancel {
                    app: (*app).to_owned(),
                    team: place.team.clone(),
                },
            );
        }
    }
}
