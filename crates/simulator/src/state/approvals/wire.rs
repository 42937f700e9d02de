//! The JSON of approvals, as the list methods and `app_requested` share it (F.3, F.4).

use grantbook_core::{Sensitivity, catalogue, sensitivity};
use serde_json::{Map, Value, json};

use super::{AppRequest, AppScope, DeveloperType, ListedApp, PreviousResolution, Resolution};
use crate::state::World;

/// The sizes in which Slack draws an app's icon.
const ICONS: [u32; 10] = [32, 36, 48, 64, 72, 96, 128, 192, 512, 1024];

fn scopes(all: &[AppScope]) -> Value {
    let one = |scope: &AppScope| {
        json!({
            "name": scope.name,
            "description": catalogue::find(&scope.name).map_or("", |info| info.description),
            "is_sensitive": sensitivity::judge(scope.name.as_str()).0 >= Sensitivity::High,
            "token_type": scope.token_type,
            "is_optional": scope.is_optional,
            "is_approved": scope.is_approved,
        })
    };
    all.iter().map(one).collect()
}

fn previous(resolution: &PreviousResolution) -> Value {
    json!({ "status": resolution.status, "scopes": scopes(&resolution.scopes) })
}

impl World {
    /// An app.
    pub(crate) fn app_object(&self, app: &ListedApp) -> Value {
        let domain = self.enterprise.as_ref().map_or("", |found| found.domain.as_str());
        let slug = app.name.to_lowercase().replace(' ', "-");
        let icon = |size: u32| {
            (
                format!("image_{size}"),
                json!(format!("/cdn/app/{}/service_{size}.png", app.id)),
            )
        };
        let icons: Map<String, Value> = ICONS.into_iter().map(icon).collect();
        json!({
            "id": app.id,
            "name": app.name,
            "description": app.description,
            "help_url": app.help_url,
            "privacy_policy_url": app.privacy_policy_url,
            "app_homepage_url": app.homepage_url,
            "app_directory_url": format!("https://{domain}.slack.com/apps/{}-{slug}", app.id),
            "is_app_directory_approved": app.certified,
            "is_internal": app.developer_type == DeveloperType::Internal,
            "developer_type": app.developer_type,
            "socket_mode_enabled": self.apps.get(&app.id).is_some_and(|app| app.socket_mode),
            "is_granular_bot_app": !app.bot_scopes.is_empty(),
            "icons": icons,
            "additional_info": "",
        })
    }

    /// A request. Without a resolution before it, the event leaves the field out and the list says `null`.
    pub(crate) fn request_object(&self, request: &AppRequest, for_event: bool) -> Value {
        let app = self.approvals.listed.get(&request.app).cloned();
        let app = app.or_else(|| self.listed(&request.app));
        let person = self.users.get(&request.user);
        let name = person.map_or("", |person| person.name.as_str());
        let domain = self
            .enterprise
            .as_ref()
            .map_or("example", |found| found.domain.as_str());
        let team = request.team.as_ref().and_then(|team| self.teams.get(team));
        let whole = self.enterprise.as_ref().filter(|_| request.team.is_none());
        let mut object = json!({
            "id": request.id,
            "app": app.map(|app| self.app_object(&app)),
            "previous_resolution": request.previous_resolution.as_ref().map(previous),
            "user": { "id": request.user, "name": name, "email": format!("{name}@{domain}.example") },
            "team": team.map(|team| json!({ "id": team.id, "name": team.name, "domain": team.domain })),
            "enterprise": whole.map(|found| json!({ "id": found.id, "name": found.name, "domain": found.domain })),
            "scopes": scopes(&request.scopes),
            "message": request.message,
            "is_user_app_collaborator": false,
            "date_created": request.at.seconds(),
        });
        if !request.domains.is_empty() {
            object["domains"] = json!(request.domains);
        }
        if let Value::Object(fields) = &mut object
            && for_event
            && request.previous_resolution.is_none()
        {
            fields.remove("previous_resolution");
        }
        object
    }

    /// An entry of `approved_apps` or `restricted_apps`.
    pub(crate) fn resolution_object(&self, app: &ListedApp, resolution: &Resolution) -> Value {
        let mut object = json!({
            "app": self.app_object(app),
            "scopes": scopes(&resolution.scopes),
            "date_updated": resolution.at.seconds(),
            "last_resolved_by": { "actor_id": resolution.by, "actor_type": "user" },
        });
        if !resolution.domains.is_empty() {
            object["domains"] = json!(resolution.domains);
        }
        object
    }
}
