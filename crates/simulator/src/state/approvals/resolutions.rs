//! `Resolutions`: what is decided, by level and app.

use std::{collections::BTreeMap, ops::Bound};

use grantbook_core::AppId;
use serde::Serialize;

use super::{Level, Resolution, ResolutionStatus};

/// The decisions in force.
#[derive(Clone, Debug, Default)]
pub struct Resolutions(BTreeMap<Level, BTreeMap<AppId, Resolution>>);

impl Serialize for Resolutions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.iter().flat_map(|(level, apps)| {
            apps.iter().map(
                move |(app, resolution)| serde_json::json!({ "app": app, "team": level.team(), "resolution": resolution }),
            )
        });
        serializer.collect_seq(rows)
    }
}

impl Resolutions {
    /// What is decided about an app at a level.
    pub fn get(&self, app: &AppId, level: &Level) -> Option<&Resolution> {
        self.0.get(level)?.get(app)
    }

    /// What is decided at a level, by app, from an app on.
    pub fn at(&self, level: &Level, from: Option<&AppId>) -> impl Iterator<Item = (&AppId, &Resolution)> {
        let from = from.map_or(Bound::Unbounded, Bound::Included);
        let apps = self.0.get(level);
        apps.into_iter()
            .flat_map(move |apps| apps.range::<AppId, _>((from, Bound::Unbounded)))
    }

    pub(super) fn insert(&mut self, app: AppId, level: Level, resolution: Resolution) {
        self.0.entry(level).or_default().insert(app, resolution);
    }

    /// Takes one back; whether there was one.
    pub(super) fn remove(&mut self, app: &AppId, level: &Level) -> bool {
        self.0.get_mut(level).is_some_and(|apps| apps.remove(app).is_some())
    }

    /// Takes all about an app back.
    pub(super) fn forget(&mut self, app: &AppId) {
        for apps in self.0.values_mut() {
            apps.remove(app);
        }
    }

    /// Takes back what approves an app, at every level.
    pub(super) fn void_approvals(&mut self, app: &AppId) {
        for apps in self.0.values_mut() {
            if apps
                .get(app)
                .is_some_and(|found| found.status == ResolutionStatus::Approved)
            {
                apps.remove(app);
            }
        }
    }
}
