//! What Slack takes in one message.
//!
//! Limits of attachments: "Legacy interactive message field guide"; of blocks: docs.slack.dev/reference/block-kit;
//! of the text: docs.slack.dev/reference/methods/chat.postMessage. All lengths are in characters.

use super::{Attachment, AttachmentAction, Block, BlockConfirm, Element, OutgoingMessage, Style, Text, TextKind};

/// The longest text.
const TEXT: usize = 40_000;
/// The most attachments with actions.
const ATTACHMENTS: usize = 20;
/// The most actions of an attachment.
const ACTIONS: usize = 5;
/// The most options of a menu.
const OPTIONS: usize = 100;
/// The longest value of a button.
const VALUE: usize = 2000;
/// The most blocks.
const BLOCKS: usize = 50;
/// The most elements in a row of Block Kit.
const ELEMENTS: usize = 25;
/// The most texts of small print.
const CONTEXT: usize = 10;
/// The longest paragraph or address.
const PARAGRAPH: usize = 3000;
/// The longest name of a block or element.
const NAME: usize = 255;
/// The longest heading of a question.
const QUESTION_TITLE: usize = 100;
/// The longest question.
const QUESTION: usize = 300;
/// The longest text on a question's buttons.
const QUESTION_LABEL: usize = 30;
/// The longest text on a button or option.
const LABEL: usize = 75;
/// The longest placeholder or value of an option in Block Kit.
const OPTION_VALUE: usize = 150;

/// Why Slack would not take a message. Repeats nothing of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Neither text nor attachments nor blocks.
    #[error("the message is empty")]
    Empty,
    /// Something that must be there is blank or absent.
    #[error("{what} is missing")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// Too many of something.
    #[error("there are more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most.
        limit: usize,
    },
    /// Something has too many characters.
    #[error("{what} has more than {limit} characters")]
    TooLong {
        /// What.
        what: &'static str,
        /// The most.
        limit: usize,
    },
    /// Something that Block Kit does not have.
    #[error("{what}")]
    NotAllowed {
        /// What, as a sentence.
        what: &'static str,
    },
}

type Outcome = Result<(), MessageError>;

fn at_most(what: &'static str, count: usize, limit: usize) -> Outcome {
    if count > limit {
        return Err(MessageError::TooMany { what, limit });
    }
    Ok(())
}

fn short(what: &'static str, text: &str, limit: usize) -> Outcome {
    if text.chars().count() > limit {
        return Err(MessageError::TooLong { what, limit });
    }
    Ok(())
}

fn present(what: &'static str, text: &str) -> Outcome {
    if text.trim().is_empty() {
        return Err(MessageError::Missing { what });
    }
    Ok(())
}

fn filled(what: &'static str, text: &str, limit: usize) -> Outcome {
    present(what, text)?;
    short(what, text, limit)
}

pub(super) fn check(message: &OutgoingMessage) -> Outcome {
    let text = message.text.as_deref().unwrap_or_default();
    if text.trim().is_empty() && message.attachments.is_empty() && message.blocks.is_empty() {
        return Err(MessageError::Empty);
    }
    short("the text", text, TEXT)?;
    at_most("attachments", message.attachments.len(), ATTACHMENTS)?;
    message.attachments.iter().try_for_each(attachment)?;
    at_most("blocks", message.blocks.len(), BLOCKS)?;
    message.blocks.iter().try_for_each(block)
}

fn attachment(attachment: &Attachment) -> Outcome {
    filled("an attachment's `callback_id`", &attachment.callback_id, NAME)?;
    present("an attachment's `fallback`", &attachment.fallback)?;
    at_most("actions in an attachment", attachment.actions.len(), ACTIONS)?;
    attachment.actions.iter().try_for_each(|action| match action {
        AttachmentAction::Button { name, text, value, .. } => {
            present("a button's `name`", name)?;
            present("a button's `text`", text)?;
            short("a button's `value`", value.as_deref().unwrap_or_default(), VALUE)
        }
        AttachmentAction::Select {
            name,
            text,
            options,
            data_source,
        } => {
            present("a menu's `name`", name)?;
            present("a menu's `text`", text)?;
            if options.is_empty() && data_source.is_none() {
                return Err(MessageError::Missing {
                    what: "a menu's `options`",
                });
            }
            at_most("options in a menu", options.len(), OPTIONS)?;
            options.iter().try_for_each(|option| {
                present("an option's `text`", &option.text)?;
                filled("an option's `value`", &option.value, VALUE)
            })
        }
    })
}

fn block(block: &Block) -> Outcome {
    match block {
        Block::Section { text, block_id } => {
            name_of_block(block_id.as_deref())?;
            filled("a section's text", &text.text, PARAGRAPH)
        }
        Block::Actions { elements, block_id } => {
            name_of_block(block_id.as_deref())?;
            if elements.is_empty() {
                return Err(MessageError::Missing {
                    what: "an element in a row of actions",
                });
            }
            at_most("elements in a row of actions", elements.len(), ELEMENTS)?;
            elements.iter().try_for_each(element)
        }
        Block::Context { elements } => {
            at_most("texts in a context", elements.len(), CONTEXT)?;
            elements
                .iter()
                .try_for_each(|text| filled("a context's text", &text.text, PARAGRAPH))
        }
        Block::Divider {} => Ok(()),
    }
}

fn name_of_block(block_id: Option<&str>) -> Outcome {
    block_id.map_or(Ok(()), |name| filled("a `block_id`", name, NAME))
}

fn element(element: &Element) -> Outcome {
    filled("an `action_id`", element.action_id(), NAME)?;
    match element {
        Element::Button {
            text,
            value,
            url,
            style,
            confirm,
            ..
        } => {
            label("a button's text", text, LABEL)?;
            short("a button's `value`", value.as_deref().unwrap_or_default(), VALUE)?;
            if *style == Some(Style::Default) {
                return Err(MessageError::NotAllowed {
                    what: "Block Kit's buttons have no style `default`: leave it out",
                });
            }
            confirm.as_deref().map_or(Ok(()), question)?;
            short("a button's `url`", url.as_deref().unwrap_or_default(), PARAGRAPH)
        }
        Element::StaticSelect {
            placeholder, options, ..
        } => {
            label("a menu's placeholder", placeholder, OPTION_VALUE)?;
            if options.is_empty() {
                return Err(MessageError::Missing {
                    what: "a menu's `options`",
                });
            }
            at_most("options in a menu", options.len(), OPTIONS)?;
            options.iter().try_for_each(|option| {
                label("an option's text", &option.text, LABEL)?;
                filled("an option's `value`", &option.value, OPTION_VALUE)
            })
        }
    }
}

/// Limits of docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object.
fn question(question: &BlockConfirm) -> Outcome {
    label("a question's title", &question.title, QUESTION_TITLE)?;
    filled("a question's text", &question.text.text, QUESTION)?;
    label("a question's button", &question.confirm, QUESTION_LABEL)?;
    label("a question's button", &question.deny, QUESTION_LABEL)
}

/// What stands on buttons and options is plain.
fn label(what: &'static str, text: &Text, limit: usize) -> Outcome {
    if text.kind != TextKind::PlainText {
        return Err(MessageError::NotAllowed {
            what: "the text on a button or menu must be plain",
        });
    }
    filled(what, &text.text, limit)
}
