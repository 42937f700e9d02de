//! What an app answers to a press or a command at once, and what the person sees when it does not.

use super::{
    AppPost, Moment, World,
    hooks::{Deed, HookFault, Reply},
};

/// How an app met the form it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// With 2xx, and perhaps a message.
    Body(Vec<u8>),
    /// With another status.
    Status(u16),
    /// Not within three seconds.
    TooLate,
    /// Not at all.
    Unreachable,
    /// It has no address for such forms.
    NoAddress,
}

impl World {
    /// A command's answer is a message for the person alone unless it says otherwise; plain text will
    /// do. A legacy button's JSON answer replaces the message unless it says otherwise, and its plain
    /// text is ignored. What is answered to Block Kit is always ignored.
    pub(crate) fn answered(&mut self, moment: &Moment<'_>, post: &AppPost, answered: &Answered) {
        let Some(deed) = self.hooks.get(post.hook).map(|hook| hook.deed) else {
            return;
        };
        let body = match answered {
            Answered::Body(body) => body.trim_ascii(),
            failure => return self.tell_of_failure(moment, post, deed, failure),
        };
        if body.is_empty() || deed == Deed::Block {
            return;
        }
        let reply = match Reply::parse(body) {
            Ok(reply) => reply,
            Err(HookFault::InvalidPayload) if deed == Deed::Command => Reply::text(String::from_utf8_lossy(body)),
            Err(_) => return,
        };
        self.reply(moment, post.hook, reply, deed == Deed::Attachment);
    }

    fn tell_of_failure(&mut self, moment: &Moment<'_>, post: &AppPost, deed: Deed, failure: &Answered) {
        let name = self
            .apps
            .get(&post.app)
            .map_or(post.app.as_str(), |app| app.name.as_str());
        let (sentence, code) = match failure {
            Answered::Body(_) => return,
            Answered::TooLate => (format!("{name} did not answer within 3 seconds"), "operation_timeout"),
            Answered::Status(status) => (format!("{name} answered with HTTP {status}"), "http_client_error"),
            Answered::Unreachable => (format!("{name} could not be reached"), "dispatch_failed"),
            Answered::NoAddress => (format!("{name} has no address for this"), "dispatch_failed"),
        };
        let words = self
            .hooks
            .get(post.hook)
            .map(|hook| hook.words.clone())
            .unwrap_or_default();
        let what = if deed == Deed::Command {
            words
        } else {
            format!("\u{201c}{words}\u{201d}")
        };
        let text = format!("{what} failed: {sentence} (`{code}`).");
        self.tell(moment.now, &post.channel, &post.user, text);
    }
}
