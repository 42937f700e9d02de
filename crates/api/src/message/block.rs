//! Block Kit, as far as this house writes it: sections, rows of buttons and menus, small print, a line.

use serde::{Deserialize, Serialize};

use super::Style;

/// One block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Section {
        /// The text.
        text: Text,
        /// The block's name; Slack makes one up otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        block_id: Option<String>,
    },
    /// A row of buttons and menus.
    Actions {
        /// The elements, at most 25.
        elements: Vec<Element>,
        /// The block's name; Slack makes one up otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        block_id: Option<String>,
    },
    /// Small print.
    Context {
        /// The texts, at most ten.
        elements: Vec<Text>,
    },
    /// A line.
    Divider {},
}

impl Block {
    /// A paragraph in `mrkdwn`.
    pub fn section(text: impl Into<String>) -> Self {
        Self::Section {
            text: Text::mrkdwn(text),
            block_id: None,
        }
    }

    /// A row of buttons and menus.
    pub fn actions(block_id: impl Into<String>, elements: impl IntoIterator<Item = Element>) -> Self {
        Self::Actions {
            elements: elements.into_iter().collect(),
            block_id: Some(block_id.into()),
        }
    }

    /// A paragraph that holds what somebody wrote.
    pub fn quoting(text: impl Into<String>) -> Self {
        Self::Section {
            text: Text::verbatim(text),
            block_id: None,
        }
    }

    /// Small print in `mrkdwn`.
    pub fn context(text: impl Into<String>) -> Self {
        Self::Context {
            elements: vec![Text::mrkdwn(text)],
        }
    }
}

/// A text and how Slack reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// How to read it.
    #[serde(rename = "type")]
    pub kind: TextKind,
    /// The text.
    pub text: String,
    /// Whether Slack leaves names of channels and people, and addresses, that stand in the text as they are.
    #[serde(default, skip_serializing_if = "is_false")]
    pub verbatim: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// How Slack reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// With Slack's marks for bold, links and code.
    Mrkdwn,
    /// As it is.
    PlainText,
}

impl Text {
    /// A text with marks.
    pub fn mrkdwn(text: impl Into<String>) -> Self {
        Self {
            kind: TextKind::Mrkdwn,
            text: text.into(),
            verbatim: false,
        }
    }

    /// A text with marks, in which Slack looks for nothing else: for texts that hold what somebody wrote.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self {
            verbatim: true,
            ..Self::mrkdwn(text)
        }
    }

    /// A text without.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            kind: TextKind::PlainText,
            text: text.into(),
            verbatim: false,
        }
    }
}

/// A button or menu of Block Kit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Element {
    /// A button.
    Button {
        /// The name that comes back.
        action_id: String,
        /// What stands on it.
        text: Text,
        /// The value that comes back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// A page that the press opens in the browser. The press still comes back, and needs an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Its color.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
        /// What is asked before the press counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirm: Option<Box<BlockConfirm>>,
    },
    /// A menu.
    StaticSelect {
        /// The name that comes back.
        action_id: String,
        /// What it shows before anything is chosen.
        placeholder: Text,
        /// The options, at most 100.
        options: Vec<BlockOption>,
    },
}

/// A question before a press counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockConfirm {
    /// The heading, at most 100 characters.
    pub title: Text,
    /// The question, at most 300 characters.
    pub text: Text,
    /// Stands on the button that goes on, at most 30 characters.
    pub confirm: Text,
    /// Stands on the button that goes back, at most 30 characters.
    pub deny: Text,
    /// The color of the button that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
}

impl BlockConfirm {
    /// A question of plain text.
    pub fn new(
        title: impl Into<String>,
        text: impl Into<String>,
        confirm: impl Into<String>,
        deny: impl Into<String>,
    ) -> Self {
        Self {
            title: Text::plain(title),
            text: Text::plain(text),
            confirm: Text::plain(confirm),
            deny: Text::plain(deny),
            style: None,
        }
    }
}

/// One option of a menu of Block Kit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockOption {
    /// What it shows.
    pub text: Text,
    /// The value that comes back.
    pub value: String,
}

impl Element {
    /// A button.
    pub fn button(action_id: impl Into<String>, text: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Button {
            action_id: action_id.into(),
            text: Text::plain(text),
            value: Some(value.into()),
            url: None,
            style: None,
            confirm: None,
        }
    }

    /// A button that opens a page.
    pub fn link(action_id: impl Into<String>, text: impl Into<String>, url: &url::Url) -> Self {
        Self::Button {
            action_id: action_id.into(),
            text: Text::plain(text),
            value: None,
            url: Some(url.to_string()),
            style: None,
            confirm: None,
        }
    }

    /// A menu of texts and values.
    pub fn select<T: Into<String>, V: Into<String>>(
        action_id: impl Into<String>,
        placeholder: impl Into<String>,
        options: impl IntoIterator<Item = (T, V)>,
    ) -> Self {
        let option = |(text, value): (T, V)| BlockOption {
            text: Text::plain(text),
            value: value.into(),
        };
        Self::StaticSelect {
            action_id: action_id.into(),
            placeholder: Text::plain(placeholder),
            options: options.into_iter().map(option).collect(),
        }
    }

    /// The same button as the one thing to do; a menu stays as it is.
    #[must_use]
    pub fn primary(mut self) -> Self {
        if let Self::Button { style, .. } = &mut self {
            *style = Some(Style::Primary);
        }
        self
    }

    /// The same button as one that cannot be taken back; a menu stays as it is.
    #[must_use]
    pub fn danger(mut self) -> Self {
        if let Self::Button { style, confirm, .. } = &mut self {
            *style = Some(Style::Danger);
            if let Some(confirm) = confirm {
                confirm.style = Some(Style::Danger);
            }
        }
        self
    }

    /// The same button with a question before its press counts; a menu stays as it is.
    #[must_use]
    pub fn asking(mut self, question: BlockConfirm) -> Self {
        if let Self::Button { confirm, style, .. } = &mut self {
            *confirm = Some(Box::new(BlockConfirm {
                style: style.filter(|style| *style != Style::Default),
                ..question
            }));
        }
        self
    }

    /// The name that comes back.
    pub fn action_id(&self) -> &str {
        match self {
            Self::Button { action_id, .. } | Self::StaticSelect { action_id, .. } => action_id,
        }
    }
}
