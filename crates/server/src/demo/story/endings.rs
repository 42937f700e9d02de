//! What makes workspaces differ in the end: a wildcard, a revoked token, an uninstall, a refusal.

use std::collections::BTreeMap;

use grantbook_core::{ResourceType, TeamId};
use grantbook_simulator::{Action, state::App};

use super::{DAYS, Deed, Place, Writer};

impl Writer {
    pub(super) fn endings(&mut self, apps: &[&App], places: &[Place]) {
        let apps: Vec<&str> = apps.iter().map(|app| app.slug.as_str()).collect();
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
            let ended = scene.deed.about().and_then(|about| ended.get(&about));
            scene.at < end && ended.is_none_or(|day| scene.at < start.plus_seconds((day - 1) * 86_400))
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
