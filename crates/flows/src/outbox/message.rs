//! The message of a request: what it says, its button, and the line about how the matter ended.
//!
//! A legacy app posts an attachment whose button carries a sealed value; a modern one posts Block Kit
//! whose button is a link to our install door.

use std::collections::BTreeSet;

use grantbook_api::message::{Attachment, AttachmentAction, Block, Element, OutgoingMessage, Style};
use grantbook_core::{
    Scope,
    request::{Kind, PermissionRequest, State},
    view::Model,
};
use url::Url;

use crate::{House, progressive::offer};

/// The longest paragraph of Block Kit, in characters.
const PARAGRAPH: usize = 3_000;

/// What the button does.
enum Door {
    /// Sends this value back.
    Value(String),
    /// Opens this page.
    Link(Url),
}

/// The message as it is sent first.
pub(super) fn offer(house: &House, request: &PermissionRequest) -> OutgoingMessage {
    written(request, Some(door(house, request)), None)
}

/// The message as the request stands now.
pub(super) fn now(house: &House, request: &PermissionRequest) -> OutgoingMessage {
    let state = request.state();
    let pressable = !matches!(state, State::Granted { .. });
    let door = pressable.then(|| door(house, request));
    written(request, door, line(state, request.ask.kind, &request.ask.scopes))
}

fn door(house: &House, request: &PermissionRequest) -> Door {
    match request.ask.model {
        Model::Workspace => Door::Value(offer::button_value(house, request)),
        Model::Modern => Door::Link(offer::install_link(house, request)),
    }
}

/// How the matter ended, for the people in the conversation; `None` while it is open.
fn line(state: &State, kind: Kind, asked: &BTreeSet<Scope>) -> Option<String> {
    let done = match kind {
        Kind::App => "added",
        Kind::Personal => "allowed",
    };
    let text = match state {
        State::Drafted | State::Offered { .. } | State::Triggered { .. } | State::Presented { .. } => return None,
        State::Granted { .. } => format!("{}.", were(asked, done)),
        State::PartlyGranted { granted, missing, .. } => format!(
            "{}; {}. The button asks once more.",
            were(granted, done),
            were(missing, &format!("not {done}"))
        ),
        State::Denied { .. } => "The answer was no. Nothing was changed; the button still works.".to_owned(),
        State::Unanswered { .. } => {
            "Slack's question was left unanswered. Nothing was changed; the button still works.".to_owned()
        }
        State::Expired { .. } => {
            "The press came too late for Slack to ask. Nothing was changed; press again.".to_owned()
        }
        State::Failed { .. } => "Slack could not ask. Nothing was changed; the button still works.".to_owned(),
    };
    Some(text)
}

/// "`a`, `b` and `c` were added".
fn were(scopes: &BTreeSet<Scope>, done: &str) -> String {
    let names: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
    let verb = if names.len() == 1 { "was" } else { "were" };
    let names = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    };
    format!("{names} {verb} {done}")
}

fn written(request: &PermissionRequest, opens: Option<Door>, line: Option<String>) -> OutgoingMessage {
    let ask = &request.ask;
    let callback = offer::callback_id(request.id);
    let message = OutgoingMessage::text(escaped(&ask.message));
    match ask.model {
        Model::Workspace => {
            let fallback = line.clone().unwrap_or_else(|| ask.button.clone());
            let mut attachment = Attachment::new(callback, fallback);
            attachment.text = line;
            if let Some(Door::Value(value)) = opens {
                let mut button = AttachmentAction::button(offer::ACTION, &ask.button, value);
                if let AttachmentAction::Button { style, .. } = &mut button {
                    *style = Some(Style::Primary);
                }
                attachment = attachment.action(button);
            }
            message.attachment(attachment)
        }
        Model::Modern => {
            let mut message = message;
            message
                .blocks
                .extend(paragraphs(&ask.message).into_iter().map(Block::section));
            message.blocks.extend(line.map(Block::context));
            if let Some(Door::Link(url)) = opens {
                let button = Element::link(offer::LINK_ACTION, &ask.button, &url).primary();
                message.blocks.push(Block::actions(callback, [button]));
            }
            message
        }
    }
}

/// The text with the three signs that Slack gives a meaning to written out, so that it mentions nobody and
/// links nowhere but where it says.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The escaped text in parts that each fit into a paragraph.
fn paragraphs(text: &str) -> Vec<String> {
    let whole = escaped(text);
    if whole.chars().count() <= PARAGRAPH {
        return vec![whole];
    }
    let letters: Vec<char> = text.chars().collect();
    let middle = letters.len() / 2;
    // At a space near the middle, where there is one.
    let cut = letters[..middle]
        .iter()
        .rposition(|letter| letter.is_whitespace())
        .filter(|space| *space > middle / 2)
        .unwrap_or(middle);
    let part = |letters: &[char]| letters.iter().collect::<String>().trim().to_owned();
    let (first, second) = letters.split_at(cut);
    let mut parts = paragraphs(&part(first));
    parts.extend(paragraphs(&part(second)));
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use grantbook_core::{
        Timestamp, UserId,
        request::{Ask, Author, Happening, RequestId, Step},
    };
    use serde_json::{Value, json};

    use super::*;

    fn scopes(names: &str) -> BTreeSet<Scope> {
        Scope::parse_list(names).unwrap().into_iter().collect()
    }

    fn request(model: Model, message: &str) -> PermissionRequest {
        let ask = Ask {
            installation: "insectoid.T061EG9R6".parse().unwrap(),
            model,
            kind: Kind::App,
            user: Some(UserId::new("U061F7AUR").unwrap()),
            channel: None,
            scopes: scopes("commands,pins:read"),
            optional: BTreeSet::new(),
            message: message.to_owned(),
            button: "Allow 2 permissions".to_owned(),
            author: Author::Console {
                name: "orla".to_owned(),
            },
            drafted_at: Timestamp::from_seconds(100),
            again_of: None,
        };
        let offered = Happening::Offered {
            channel: "D0BH95DLH".parse().unwrap(),
            message_ts: "1497911545.000001".to_owned(),
        };
        let step = Step {
            at: Timestamp::from_seconds(101),
            what: offered,
        };
        PermissionRequest::restored(RequestId(7), ask, vec![step])
    }

    fn posted(message: OutgoingMessage) -> Value {
        serde_json::to_value(message.post_to("D0BH95DLH").unwrap()).unwrap()
    }

    fn link() -> Door {
        Door::Link(
            "https://console.example/slack/atlas/install?request=PR-7"
                .parse()
                .unwrap(),
        )
    }

    #[test]
    fn a_legacy_app_posts_an_attachment_with_a_sealed_button() {
        let door = Door::Value("gb1|…|seal".to_owned());
        let message = written(&request(Model::Workspace, "May <we>?"), Some(door), None);
        assert_eq!(
            posted(message),
            json!({
                "channel": "D0BH95DLH",
                "text": "May &lt;we&gt;?",
                "attachments": [{
                    "callback_id": "perm_request_7",
                    "fallback": "Allow 2 permissions",
                    "attachment_type": "default",
                    "actions": [{
                        "type": "button", "name": "add_scopes", "text": "Allow 2 permissions",
                        "value": "gb1|…|seal", "style": "primary",
                    }],
                }],
            })
        );
    }

    #[test]
    fn a_modern_app_posts_a_link() {
        let message = written(&request(Model::Modern, "May we?"), Some(link()), None);
        let blocks = posted(message)["blocks"].clone();
        assert_eq!(blocks[0]["text"]["text"], "May we?");
        assert_eq!(blocks[1]["block_id"], "perm_request_7");
        assert_eq!(blocks[1]["elements"][0]["action_id"], offer::LINK_ACTION);
        let url = blocks[1]["elements"][0]["url"].as_str().unwrap();
        assert!(url.ends_with("/slack/atlas/install?request=PR-7"));
    }

    #[test]
    fn a_long_text_of_signs_still_fits_into_paragraphs() {
        let text = "a <b> & c ".repeat(300);
        let message = written(&request(Model::Modern, &text), Some(link()), None);
        let blocks = posted(message)["blocks"].as_array().unwrap().len();
        assert!(blocks > 2);
        assert!(
            paragraphs(&"<".repeat(3_000))
                .iter()
                .all(|part| part.len() <= PARAGRAPH)
        );
        assert_eq!(paragraphs("one"), ["one"]);
    }

    #[test]
    fn every_ending_has_its_line_and_open_requests_have_none() {
        let at = Timestamp::from_seconds(1);
        let (granted, missing) = (scopes("commands"), scopes("im:read,pins:read,team:read"));
        let partly = State::PartlyGranted { at, granted, missing };
        let delay_ms = 4_102;
        for (state, expected) in [
            (State::Offered { at }, None),
            (State::Presented { at }, None),
            (State::Granted { at }, Some("`commands` and `pins:read` were added.")),
            (
                partly,
                Some(
                    "`commands` was added; `im:read`, `pins:read` and `team:read` were not added. \
                     The button asks once more.",
                ),
            ),
            (
                State::Denied { at },
                Some("The answer was no. Nothing was changed; the button still works."),
            ),
            (
                State::Expired { at, delay_ms },
                Some("The press came too late for Slack to ask. Nothing was changed; press again."),
            ),
        ] {
            let line = line(&state, Kind::App, &scopes("commands,pins:read"));
            assert_eq!(line.as_deref(), expected);
        }
    }

    #[test]
    fn the_button_goes_when_all_was_granted() {
        for model in [Model::Workspace, Model::Modern] {
            let message = written(&request(model, "May we?"), None, Some("Added.".to_owned()));
            let text = posted(message).to_string();
            assert!(text.contains("Added.") && !text.contains("button"), "{text}");
        }
    }
}
