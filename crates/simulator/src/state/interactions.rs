//! Pressing buttons and menus: the trigger, and the form that the app gets.

use std::fmt;

use grantbook_api::{ResponseUrl, TriggerId};
use grantbook_core::{AppId, ResourceId, TeamId, UserId};

use super::{
    Acted, ActionError, Conversation, Message, Moment, World,
    controls::{self, Control},
    hooks::{Deed, Hook},
    payloads::Pressed,
};

/// A form to post to an app, once: `payload=…` of an interaction, or a command's fields.
#[derive(Clone, PartialEq, Eq)]
pub struct AppPost {
    /// The app.
    pub app: AppId,
    /// The workspace.
    pub team: TeamId,
    /// Where somebody acted.
    pub channel: ResourceId,
    /// Who.
    pub user: UserId,
    /// `interactive_message`, `block_actions` or `slash_command`.
    pub kind: &'static str,
    /// The trigger inside.
    pub trigger_id: TriggerId,
    /// The press or command in [`Hooks`](super::Hooks) that the answer belongs to.
    pub hook: u64,
    /// The body. It holds the app's verification token and a `response_url`.
    pub form: Vec<u8>,
}

impl fmt::Debug for AppPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut post = f.debug_struct("AppPost");
        post.field("kind", &self.kind).field("app", &self.app);
        post.field("trigger_id", &self.trigger_id).finish_non_exhaustive()
    }
}

/// What was pressed, where and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Press<'a> {
    pub(super) channel: &'a ResourceId,
    pub(super) ts: &'a str,
    pub(super) user: &'a UserId,
    /// Counted from one; none for Block Kit.
    pub(super) attachment: Option<usize>,
    /// The action's `name`, or the element's `action_id`.
    pub(super) element: &'a str,
    /// The option chosen, or what tells legacy actions of one name apart.
    pub(super) value: Option<&'a str>,
}

/// What was done to which app, where and by whom.
pub(super) struct Done<'a> {
    pub(super) deed: Deed,
    pub(super) app: &'a AppId,
    pub(super) place: &'a Conversation,
    pub(super) user: &'a UserId,
    /// The message that was pressed.
    pub(super) message: Option<&'a str>,
    pub(super) words: &'a str,
}

impl World {
    /// A person presses a button or chooses from a menu.
    pub(super) fn press(&mut self, moment: &mut Moment<'_>, press: &Press<'_>) -> Result<Acted, ActionError> {
        let missing = || ActionError::NoMessage(press.ts.to_owned());
        let unknown = || ActionError::NoElement(press.element.to_owned());
        let place = self.place(press.channel, press.user)?.clone();
        let message = self.message(press.channel, press.ts).ok_or_else(missing)?;
        let message = Some(message)
            .filter(|m| m.is_shown_to(press.user))
            .ok_or_else(missing)?
            .clone();
        let app = message.app.clone().ok_or_else(unknown)?;
        let control = controls::find(&message, press.attachment, press.element, press.value).ok_or_else(unknown)?;
        let chosen = if control.is_menu() {
            let options = self.options(&place.team, press.user, &control);
            let offered = press
                .value
                .filter(|value| options.iter().any(|(option, _)| option == value));
            Some(offered.ok_or_else(unknown)?)
        } else {
            control.value()
        };
        if self.installation(&app, &place.team).is_none() {
            let name = self.apps.get(&app).map_or(app.as_str(), |app| app.name.as_str());
            let text = format!("{name} is not installed here any more.");
            self.tell(moment.now, press.channel, press.user, text);
            return Ok(Acted::default());
        }
        if control.attachment.is_some() && callback_id(&message, &control).is_none() {
            return Err(unknown());
        }
        let ts = message.ts();
        let (id, hook) = self.hook(
            moment,
            &Done {
                deed: if control.attachment.is_some() {
                    Deed::Attachment
                } else {
                    Deed::Block
                },
                app: &app,
                place: &place,
                user: press.user,
                message: Some(&ts),
                words: control.words(),
            },
        );
        let pressed = Pressed {
            place: &place,
            message: &message,
            control,
            chosen,
            hook: &hook,
            url: self.response_url(id, &hook),
        };
        let token = self.apps.get(&app).map(|app| app.verification_token.as_str());
        let form = self.payload(pressed).to_form(token.unwrap_or_default());
        if let Some(message) = self.message_mut(press.channel, press.ts) {
            message.pressed = Some(hook.trigger_id.clone());
        }
        Ok(posted(id, hook, form))
    }

    /// Remembers a deed and issues its trigger.
    pub(super) fn hook(&mut self, moment: &mut Moment<'_>, done: &Done<'_>) -> (u64, Hook) {
        let hook = Hook {
            deed: done.deed,
            app: done.app.clone(),
            team: done.place.team.clone(),
            user: done.user.clone(),
            channel: done.place.id.clone(),
            message: done.message.map(str::to_owned),
            words: done.words.to_owned(),
            trigger_id: self.issue_trigger(moment, done.app, &done.place.team, done.user, Some(&done.place.id)),
            at: moment.now,
            uses: 0,
            shown: false,
            secret: moment.ids.response_url_secret(),
        };
        (self.hooks.keep(hook.clone()), hook)
    }

    pub(super) fn response_url(&self, id: u64, hook: &Hook) -> ResponseUrl {
        let (root, path) = (self.root.trim_end_matches('/'), hook.deed.path());
        ResponseUrl::new(format!("{root}/hooks/{path}/{}/{id}/{}", hook.team, hook.secret))
    }

    pub(super) fn place(&self, id: &ResourceId, user: &UserId) -> Result<&Conversation, ActionError> {
        let place = self.conversations.get(id).filter(|place| place.is_visible_to(user));
        place.ok_or_else(|| ActionError::NoConversation(id.clone()))
    }
}

/// The `callback_id` of a control's attachment. Without one Slack takes no presses.
pub(super) fn callback_id<'a>(message: &'a Message, control: &Control<'_>) -> Option<&'a str> {
    let attachment = message.attachments.get(control.attachment?.checked_sub(1)?)?;
    attachment["callback_id"].as_str().filter(|id| !id.is_empty())
}

/// A press or a command and the trigger inside, on their way to the app.
pub(super) fn posted(id: u64, hook: Hook, form: Vec<u8>) -> Acted {
    Acted {
        trigger_id: Some(hook.trigger_id.clone()),
        posts: vec![AppPost {
            app: hook.app,
            team: hook.team,
            channel: hook.channel,
            user: hook.user,
            kind: hook.deed.as_str(),
            trigger_id: hook.trigger_id,
            hook: id,
            form,
        }],
        ..Acted::default()
    }
}
