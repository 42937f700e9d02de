//! `POST /client/act`: does what a button says. A form goes back to its page by 303; a script, which
//! asks for JSON, gets the parts of the page that have changed.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use grantbook_core::{TeamId, UserId};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{
    super::{answer::plain_json, assets::same_site},
    changed, view,
};
use crate::{slack::Slack, state::Action};

/// Where buttons lead back to when they do not say.
const HOME: &str = "/client";

pub(in crate::endpoints) async fn act(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    if !same_site(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let fields = Fields(serde_urlencoded::from_bytes(&body).unwrap_or_default());
    let back = fields.get("back").filter(|back| back.starts_with(HOME)).unwrap_or(HOME);
    let problem = match fields.get("action") {
        Some("advance_clock") => {
            let seconds = fields
                .get("advance_seconds")
                .and_then(|text| text.parse().ok())
                .unwrap_or(0);
            slack.clock.advance(Duration::from_secs(seconds));
            None
        }
        Some("reset_clock") => {
            slack.clock.reset();
            None
        }
        Some(_) => perform(&slack, &fields).err(),
        None => return StatusCode::BAD_REQUEST.into_response(),
    };
    let address = match &problem {
        Some(problem) => {
            let problem = serde_urlencoded::to_string([("problem", problem)]).unwrap_or_default();
            format!("{back}{}{problem}", if back.contains('?') { '&' } else { '?' })
        }
        None => back.to_owned(),
    };
    let for_script = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept == "application/json");
    if !for_script {
        return Redirect::to(&address).into_response();
    }
    let query = address.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let query: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let view = slack.read(|world| view(world, &query));
    let parts = view.map(|view| changed(&slack, &view, fields.get("marks").unwrap_or_default()));
    let answer = json!({ "address": back, "problem": problem, "parts": parts });
    plain_json(StatusCode::OK, &answer)
}

fn perform(slack: &Slack, fields: &Fields) -> Result<(), String> {
    let action = fields.action(slack).ok_or("the form was incomplete")?;
    slack.act(&action).map(|_| ()).map_err(|error| error.to_string())
}

/// What a form brought.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The fields as an action. A message that begins with `/` is a command.
    fn action(&self, slack: &Slack) -> Option<Action> {
        let text = self.get("text").unwrap_or_default();
        let writes = matches!(self.get("action"), Some("post_message" | "message_app"));
        let action = if writes && text.starts_with('/') {
            self.command(slack, text)?
        } else {
            self.object()
        };
        serde_json::from_value(action).ok()
    }

    /// Scopes become a list, the number of an attachment a number, and a chosen channel is the resource.
    fn object(&self) -> Value {
        let mut object = Map::new();
        for (name, value) in &self.0 {
            let value = match name.as_str() {
                "back" | "marks" => continue,
                "scopes" | "teams" => json!(value.split(',').collect::<Vec<_>>()),
                "attachment" => json!(value.parse::<usize>().ok()),
                _ => json!(value),
            };
            object.insert(name.clone(), value);
        }
        if !object.contains_key("resource")
            && let Some(channel) = object.get("channel").cloned()
        {
            object.insert("resource".to_owned(), channel);
        }
        Value::Object(object)
    }

    /// A typed command, where it was typed; with an app that is its home, opened if need be.
    fn command(&self, slack: &Slack, text: &str) -> Option<Value> {
        let (team, user) = (
            TeamId::new(self.get("team")?).ok()?,
            UserId::new(self.get("user")?).ok()?,
        );
        let channel = match self.get("channel") {
            Some(channel) => channel.to_owned(),
            None => slack.change(|world, moment| {
                let app = world.app(self.get("app").unwrap_or_default()).map(|app| app.id.clone());
                let member = world
                    .users
                    .get(&user)
                    .is_some_and(|person| person.teams.contains(&team));
                let home = app
                    .filter(|_| member)
                    .map(|app| world.open_app_home(moment, &app, &team, &user));
                (home.map(|home| home.to_string()), Vec::new())
            })?,
        };
        let (command, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        Some(json!({
            "action": "run_command",
            "team": team,
            "user": user,
            "channel": channel,
            "command": command,
            "text": rest.trim(),
        }))
    }
}
