//! What the apps that manage apps hear: `app_requested`, `app_installed`, `app_uninstalled_team`, `app_deleted`.
//!
//! They go to apps installed in the whole organization for which somebody holds `admin.apps:read` (F.4).

use grantbook_api::events::{Envelope, Event};
use grantbook_core::{AppId, TeamId, Tenant, UserId};
use serde_json::{Value, json};

use super::{AppRequest, ListedApp};
use crate::state::{Moment, World};

impl World {
    /// `app_requested`.
    pub(super) fn tell_requested(&self, moment: &mut Moment<'_>, request: &AppRequest) -> Vec<Envelope> {
        let body = json!({ "app_request": self.request_object(request, true) });
        self.tell_managers(moment, "app_requested", request.team.as_ref(), &body)
    }

    /// `app_installed` or `app_uninstalled_team`.
    pub(in crate::state) fn tell_installed(
        &self,
        moment: &mut Moment<'_>,
        kind: &str,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> Vec<Envelope> {
        let Some(listed) = self.listed(app) else {
            return Vec::new();
        };
        let mut body = self.lifecycle(moment, &listed, Some(team));
        body["user_id"] = json!(user);
        self.tell_managers(moment, kind, Some(team), &body)
    }

    /// `app_deleted`: the same, without a person.
    pub(super) fn tell_deleted(&self, moment: &mut Moment<'_>, app: &ListedApp) -> Vec<Envelope> {
        let team = self.installed_in(&app.id).into_iter().next();
        let team = team.or_else(|| self.teams.keys().next().cloned());
        let body = self.lifecycle(moment, app, team.as_ref());
        self.tell_managers(moment, "app_deleted", team.as_ref(), &body)
    }

    fn lifecycle(&self, moment: &Moment<'_>, app: &ListedApp, team: Option<&TeamId>) -> Value {
        let owner = self.users.values().find(|person| person.org_admin);
        json!({
            "app_id": app.id,
            "app_name": app.name,
            "app_owner_id": owner.map(|person| &person.id),
            "team_id": team,
            "team_domain": team.and_then(|team| self.teams.get(team)).map(|team| &team.domain),
            "event_ts": format!("{}.000000", moment.now.seconds()),
        })
    }

    fn tell_managers(&self, moment: &mut Moment<'_>, kind: &str, team: Option<&TeamId>, body: &Value) -> Vec<Envelope> {
        let Some(enterprise) = &self.enterprise else {
            return Vec::new();
        };
        let tenant = Tenant::Enterprise(enterprise.id.clone());
        let managers = self.managers("admin.apps:read");
        let told = managers.map(|app| {
            let mut payload = body.clone();
            payload["type"] = json!(kind);
            let event = Event::Unknown {
                kind: kind.to_owned(),
                payload,
            };
            self.wrap_for(moment, app, &tenant, team, event)
        });
        told.collect()
    }
}
