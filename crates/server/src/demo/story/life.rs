//! One app in one workspace, from its installation on: what people grant, refuse, add and take away.

use grantbook_core::{ResourceId, ResourceType, Scope, UserId};
use grantbook_simulator::{Action, state::Conversation};

use super::{DAYS, Deed, Place, Writer, scopes};

/// Scopes an app may come to get after its installation, by app.
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

/// Where the app of today lives: a workspace's position, the day of the installation, what was left out
/// then, and the day of its end.
const MODERN: [(usize, i64, &[&str], Option<i64>); 4] = [
    (0, 588, &["files:read"], None),
    (2, 611, &["channels:history", "files:read"], None),
    (3, 623, &[], Some(702)),
    (4, 659, &["channels:history", "files:read"], None),
];

impl Writer {
    /// A workspace app's life. Answers who installed it.
    pub(super) fn life(&mut self, app: &str, index: usize, place: &Place, first: usize) -> Option<UserId> {
        let later = scopes(LATER.get(index).copied().unwrap_or_default());
        let mut day = i64::try_from(first).unwrap_or(0) + 2;
        let mut user = self.dice.pick(&place.people).cloned()?;
        if first == 0 {
            // The very first one: @izzy, whose conversation with the app a visitor looks at.
            user = place.people.first()?.clone();
        }
        let mut joined: Vec<ResourceId> = Vec::new();
        for _ in 0..2 {
            // A private channel can be chosen only by somebody who is in it.
            let seen = |c: &&Conversation| c.kind == ResourceType::Channel || c.members.contains(&user);
            let chosen = self.dice.pick(&place.conversations).filter(seen);
            if let Some(chosen) = chosen.filter(|c| !joined.contains(&c.id)) {
                joined.push(chosen.id.clone());
            }
        }
        let install = Deed::Install {
            app: app.to_owned(),
            team: place.team.clone(),
            user: user.clone(),
            resources: joined.clone(),
            untick: Vec::new(),
        };
        self.scene(day, install);
        let mut wanted = later.clone();
        while day < DAYS {
            day += self.dice.between(5, 21);
            if let Some(deed) = self.chance(app, place, &later, &mut wanted, &mut joined) {
                self.scene(day, Deed::Inside(deed));
            }
        }
        Some(user)
    }

    /// What happens next, if anything.
    fn chance(
        &mut self,
        app: &str,
        place: &Place,
        later: &[Scope],
        wanted: &mut Vec<Scope>,
        joined: &mut Vec<ResourceId>,
    ) -> Option<Action> {
        let user = self.dice.pick(&place.people).cloned();
        let (app, team) = (app.to_owned(), place.team.clone());
        Some(match self.dice.roll(10) {
            0..=2 => Action::GrantScope {
                app,
                team,
                scopes: vec![wanted.pop()?],
                user,
            },
            3 => Action::DenyScope {
                app,
                team,
                scopes: vec![self.dice.pick(later).filter(|scope| wanted.contains(scope))?.clone()],
                user,
            },
            4..=5 if joined.len() > 1 => Action::RemoveResource {
                app,
                team,
                resource: joined.remove(self.dice.roll(joined.len())),
            },
            _ => {
                let found = self.dice.pick(&place.conversations).map(|c| c.id.clone());
                let resource = found.filter(|id| !joined.contains(id))?;
                joined.push(resource.clone());
                Action::AddResource { app, team, resource }
            }
        })
    }

    /// The life of an app of today: installed by today's OAuth, asked into public channels and out again.
    pub(super) fn modern_life(&mut self, app: &str, places: &[Place]) {
        for (position, first, left_out, end) in MODERN {
            let Some(place) = places.get(position) else { continue };
            let Some(user) = place.people.get(position).cloned() else {
                continue;
            };
            let team = &place.team;
            let install = Deed::Install {
                app: app.to_owned(),
                team: team.clone(),
                user: user.clone(),
                resources: Vec::new(),
                untick: scopes(left_out),
            };
            self.scene(first, install);
            let last = end.unwrap_or(DAYS);
            self.channels(app, place, first, last);
            self.modern_asks(app, team, &user, left_out, first, last);
            if let Some(end) = end {
                let (app, team) = (app.to_owned(), team.clone());
                self.scene(end, Deed::Inside(Action::Uninstall { app, team }));
            }
        }
    }

    /// The bot joins the public channels one by one, and leaves the first of them.
    fn channels(&mut self, app: &str, place: &Place, first: i64, last: i64) {
        let public = place.conversations.iter().filter(|c| c.kind == ResourceType::Channel);
        let channels: Vec<ResourceId> = public.map(|c| c.id.clone()).take(3).collect();
        let mut day = first;
        let mut next = |writer: &mut Self, action| {
            day += writer.dice.between(3, 14);
            if day < last {
                writer.scene(day, Deed::Inside(action));
            }
        };
        for resource in &channels {
            let (app, team, resource) = (app.to_owned(), place.team.clone(), resource.clone());
            next(self, Action::AddResource { app, team, resource });
        }
        if let Some(resource) = channels.first().cloned() {
            let (app, team) = (app.to_owned(), place.team.clone());
            next(self, Action::RemoveResource { app, team, resource });
        }
    }
}
