//! Legacy attachments: what the progressive permissions page posts its button with.

use serde::{Deserialize, Serialize};

use crate::wire::null_as_default;

/// A legacy attachment with buttons or menus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What the interaction brings back; required where there are actions.
    pub callback_id: String,
    /// What clients without buttons show; required.
    pub fallback: String,
    /// Always `default`.
    #[serde(default = "default_type")]
    pub attachment_type: String,
    /// A heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The color of the bar: `good`, `warning`, `danger` or a hex triplet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The buttons and menus, at most five.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<AttachmentAction>,
}

fn default_type() -> String {
    "default".to_owned()
}

impl Attachment {
    /// An attachment without text and without actions.
    pub fn new(callback_id: impl Into<String>, fallback: impl Into<String>) -> Self {
        Self {
            callback_id: callback_id.into(),
            fallback: fallback.into(),
            attachment_type: default_type(),
            title: None,
            text: None,
            color: None,
            actions: Vec::new(),
        }
    }

    /// The same attachment with a text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The same attachment with one more button or menu.
    #[must_use]
    pub fn action(mut self, action: AttachmentAction) -> Self {
        self.actions.push(action);
        self
    }
}

/// A button or menu of an attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AttachmentAction {
    /// A button.
    Button {
        /// The name that comes back.
        name: String,
        /// What stands on it.
        text: String,
        /// The value that comes back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// Its color.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
        /// What is asked before the press counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirm: Option<Confirm>,
    },
    /// A menu.
    Select {
        /// The name that comes back.
        name: String,
        /// What it shows before anything is chosen.
        text: String,
        /// The options, at most 100.
        #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
        options: Vec<SelectOption>,
        /// Where else options come from: `users`, `channels`, `conversations`, `external`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data_source: Option<String>,
    },
}

impl AttachmentAction {
    /// A button.
    pub fn button(name: impl Into<String>, text: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Button {
            name: name.into(),
            text: text.into(),
            value: Some(value.into()),
            style: None,
            confirm: None,
        }
    }

    /// A menu with its own options.
    pub fn select(name: impl Into<String>, text: impl Into<String>, options: Vec<SelectOption>) -> Self {
        Self::Select {
            name: name.into(),
            text: text.into(),
            options,
            data_source: None,
        }
    }

    /// The name that comes back.
    pub fn name(&self) -> &str {
        match self {
            Self::Button { name, .. } | Self::Select { name, .. } => name,
        }
    }
}

/// One option of an attachment's menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectOption {
    /// What it shows.
    pub text: String,
    /// The value that comes back.
    pub value: String,
}

impl SelectOption {
    /// An option.
    pub fn new(text: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            value: value.into(),
        }
    }
}

/// The color of a button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// As any other; Block Kit writes it by leaving it out.
    #[default]
    Default,
    /// The one thing to do.
    Primary,
    /// Something that cannot be taken back.
    Danger,
}

/// A question before a press counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// The heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The question.
    pub text: String,
    /// Stands on the button that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok_text: Option<String>,
    /// Stands on the button that goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismiss_text: Option<String>,
}
