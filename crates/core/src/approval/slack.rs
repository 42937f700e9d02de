//! Reading a request as Slack sends it: `app_request` of the event, or one entry of the list.
//!
//! Slack calls the two identical; they are not quite. The event leaves out `previous_resolution` and
//! `date_created` where the list has null and a number, so everything but the ids may be missing here.

use serde_json::Value;

use crate::{AppId, EnterpriseId, Scope, TeamId, Timestamp, UserId};

use super::{
    App, AppRequest, AppRequestId, AskedScope, DeveloperType, Previous, PreviousResolution, Requester, Resolver,
};

/// What makes a request unreadable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the app request's field `{field}` {reason}")]
pub struct SlackRequestError {
    /// The field, as a path such as `app.id`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl AppRequest {
    /// Reads Slack's object; `seen_at` stands for `date_created` where Slack leaves it out.
    pub fn from_slack(value: &Value, seen_at: Timestamp) -> Result<Self, SlackRequestError> {
        let user = &value["user"];
        Ok(Self {
            id: id(&value["id"], "id", AppRequestId::new)?,
            app: app(&value["app"])?,
            scopes: scopes(&value["scopes"], "scopes")?,
            domains: texts(&value["domains"]),
            team: optional_id(&value["team"], "team.id", TeamId::new)?,
            enterprise: optional_id(&value["enterprise"], "enterprise.id", EnterpriseId::new)?,
            requester: Requester {
                id: id(&user["id"], "user.id", UserId::new)?,
                name: text(&user["name"]),
                email: user["email"].as_str().map(str::to_owned),
                is_collaborator: flag(&value["is_user_app_collaborator"]),
            },
            message: text(&value["message"]),
            asked_at: value["date_created"].as_i64().map_or(seen_at, Timestamp::from_seconds),
            previous_resolution: previous(&value["previous_resolution"])?,
        })
    }
}

fn app(value: &Value) -> Result<App, SlackRequestError> {
    let developer_type = match value["developer_type"].as_str() {
        Some("internal") => DeveloperType::Internal,
        Some("third_party") => DeveloperType::ThirdParty,
        Some("slack") => DeveloperType::Slack,
        Some(_) => DeveloperType::Other,
        None => match value["is_internal"].as_bool() {
            Some(true) => DeveloperType::Internal,
            Some(false) => DeveloperType::ThirdParty,
            None => DeveloperType::Other,
        },
    };
    Ok(App {
        id: id(&value["id"], "app.id", AppId::new)?,
        name: text(&value["name"]),
        description: text(&value["description"]),
        developer_type,
        is_app_directory_approved: flag(&value["is_app_directory_approved"]),
        app_homepage_url: text(&value["app_homepage_url"]),
        app_directory_url: text(&value["app_directory_url"]),
        privacy_policy_url: text(&value["privacy_policy_url"]),
        help_url: text(&value["help_url"]),
        additional_info: text(&value["additional_info"]),
        icon: value["icons"]["image_72"].as_str().map(str::to_owned),
        socket_mode_enabled: flag(&value["socket_mode_enabled"]),
    })
}

fn previous(value: &Value) -> Result<Option<PreviousResolution>, SlackRequestError> {
    if value.is_null() {
        return Ok(None);
    }
    let by = &value["last_resolved_by"];
    Ok(Some(PreviousResolution {
        status: match value["status"].as_str() {
            Some("approved") => Previous::Approved,
            Some("restricted") => Previous::Restricted,
            _ => Previous::Other,
        },
        scopes: scopes(&value["scopes"], "previous_resolution.scopes")?
            .into_iter()
            .map(|scope| scope.name)
            .collect(),
        last_resolved_by: by["actor_id"].as_str().map(|actor_id| Resolver {
            actor_id: actor_id.to_owned(),
            actor_type: text(&by["actor_type"]),
        }),
    }))
}

fn scopes(value: &Value, field: &str) -> Result<Vec<AskedScope>, SlackRequestError> {
    let none = Vec::new();
    let list = value.as_array().unwrap_or(&none);
    let mut scopes = Vec::with_capacity(list.len());
    for (at, scope) in list.iter().enumerate() {
        scopes.push(AskedScope {
            name: id(&scope["name"], &format!("{field}[{at}].name"), Scope::new)?,
            token_type: serde_json::from_value(scope["token_type"].clone()).unwrap_or_default(),
            description: text(&scope["description"]),
            is_sensitive: flag(&scope["is_sensitive"]),
            is_optional: flag(&scope["is_optional"]),
            is_approved: flag(&scope["is_approved"]),
        });
    }
    scopes.sort();
    scopes.dedup();
    Ok(scopes)
}

fn id<T, E: std::fmt::Display>(
    value: &Value,
    field: &str,
    read: impl Fn(String) -> Result<T, E>,
) -> Result<T, SlackRequestError> {
    let wrong = |reason: String| SlackRequestError {
        field: field.to_owned(),
        reason,
    };
    let text = value.as_str().ok_or_else(|| wrong("is missing".to_owned()))?;
    read(text.to_owned()).map_err(|e| wrong(format!("cannot be read: {e}")))
}

/// `null`, absent, an object with an `id`, or the id itself.
fn optional_id<T, E: std::fmt::Display>(
    value: &Value,
    field: &str,
    read: impl Fn(String) -> Result<T, E>,
) -> Result<Option<T>, SlackRequestError> {
    match value {
        Value::Null => Ok(None),
        Value::Object(object) => id(object.get("id").unwrap_or(&Value::Null), field, read).map(Some),
        other => id(other, field, read).map(Some),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or(false)
}
