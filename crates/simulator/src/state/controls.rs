//! Controls: the buttons and menus inside a message, as legacy attachments and Block Kit write them.

use grantbook_core::{TeamId, UserId};
use serde_json::Value;

use super::{Message, World};

/// A button or a menu.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control<'a> {
    /// The attachment it stands in, counted from one; none in Block Kit.
    pub(crate) attachment: Option<usize>,
    /// The block it stands in, where it has a name.
    pub(crate) block_id: Option<&'a str>,
    /// The action or element as the app wrote it.
    pub(crate) json: &'a Value,
}

impl<'a> Control<'a> {
    /// Its name: `name` of a legacy action, `action_id` in Block Kit.
    pub(crate) fn name(&self) -> &'a str {
        let field = if self.attachment.is_some() { "name" } else { "action_id" };
        self.json[field].as_str().unwrap_or_default()
    }

    /// Its `type`; `button` where a legacy action is silent.
    pub(crate) fn kind(&self) -> &'a str {
        self.json["type"].as_str().unwrap_or("button")
    }

    /// Whether one chooses from it.
    pub(crate) fn is_menu(&self) -> bool {
        self.kind() != "button"
    }

    /// The words on it.
    pub(crate) fn words(&self) -> &'a str {
        let field = if self.attachment.is_none() && self.is_menu() {
            "placeholder"
        } else {
            "text"
        };
        let label = words(&self.json[field]);
        if label.is_empty() { self.name() } else { label }
    }

    /// What a button carries.
    pub(crate) fn value(&self) -> Option<&'a str> {
        self.json["value"].as_str()
    }

    /// The web page a button opens.
    pub(crate) fn url(&self) -> Option<&'a str> {
        let url = self.json["url"].as_str()?;
        is_web_address(url).then_some(url)
    }

    /// `primary` or `danger`.
    pub(crate) fn style(&self) -> Option<&'a str> {
        self.json["style"]
            .as_str()
            .filter(|style| matches!(*style, "primary" | "danger"))
    }

    /// What is asked before a press counts.
    pub(crate) fn confirm(&self) -> Option<&'a Value> {
        Some(&self.json["confirm"]).filter(|confirm| confirm.is_object())
    }
}

/// Whether a link may be offered to people: it leads to a web page.
pub(crate) fn is_web_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Text, plain or inside a text object.
pub(crate) fn words(text: &Value) -> &str {
    text.as_str().or_else(|| text["text"].as_str()).unwrap_or_default()
}

/// The controls of one legacy attachment, counted from one. Slack shows five.
pub(crate) fn of_attachment(attachment: &Value, number: usize) -> impl Iterator<Item = Control<'_>> {
    let actions = attachment["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    actions.iter().take(5).map(move |json| Control {
        attachment: Some(number),
        block_id: None,
        json,
    })
}

/// The controls of one block: the elements of `actions`, the `accessory` of a `section`.
pub(crate) fn of_block(block: &Value) -> impl Iterator<Item = Control<'_>> {
    let elements = block["elements"].as_array().filter(|_| block["type"] == "actions");
    let accessory = Some(&block["accessory"]).filter(|accessory| accessory.is_object() && accessory["type"] != "image");
    elements.into_iter().flatten().chain(accessory).map(|json| Control {
        attachment: None,
        block_id: block["block_id"].as_str(),
        json,
    })
}

/// All controls of a message.
fn of_message(message: &Message) -> impl Iterator<Item = Control<'_>> {
    let attachments = message.attachments.as_array().into_iter().flatten();
    let blocks = message.blocks.as_array().into_iter().flatten();
    attachments
        .enumerate()
        .flat_map(|(at, attachment)| of_attachment(attachment, at + 1))
        .chain(blocks.flat_map(of_block))
}

/// The control that somebody means. Legacy buttons may share a name: then their value tells them apart.
pub(super) fn find<'a>(
    message: &'a Message,
    attachment: Option<usize>,
    name: &str,
    value: Option<&str>,
) -> Option<Control<'a>> {
    let named = |control: &Control<'_>| control.attachment == attachment && control.name() == name;
    let exactly = of_message(message)
        .filter(named)
        .find(|control| !control.is_menu() && control.value() == value);
    exactly.or_else(|| of_message(message).find(named))
}

impl World {
    /// What can be chosen from a menu: values and words. Empty for what an app would have to be asked.
    pub(crate) fn options(&self, team: &TeamId, user: &UserId, menu: &Control<'_>) -> Vec<(String, String)> {
        let source = menu.json["data_source"].as_str().unwrap_or("static");
        let people = || {
            let people = self.members(team).into_iter();
            people
                .map(|person| (person.id.to_string(), format!("@{}", person.name)))
                .collect()
        };
        let places = |only_channels: bool| {
            let seen = self.visible(team, user).into_iter();
            seen.filter(|place| !only_channels || place.kind == grantbook_core::ResourceType::Channel)
                .map(|place| (place.id.to_string(), self.conversation_name(place)))
                .collect()
        };
        match (menu.kind(), source) {
            ("users_select", _) | ("select", "users") => return people(),
            ("channels_select", _) | ("select", "channels") => return places(true),
            ("conversations_select", _) | ("select", "conversations") => return places(false),
            _ => {}
        }
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut options = list(&menu.json["options"]);
        for group in list(&menu.json["option_groups"]) {
            options.extend(list(&group["options"]));
        }
        let option = |option: &Value| Some((option["value"].as_str()?.to_owned(), words(&option["text"]).to_owned()));
        options.iter().filter_map(option).collect()
    }
}
