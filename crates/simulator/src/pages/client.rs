//! The client page: a small Slack in which a person reads, writes, presses, answers and manages apps.
//!
//! The page follows what happens without a reload: each [`Part`] stands in a `[data-live=NAME]` and is
//! fetched again from `/client/live` when it has changed (`data-mark`). Without scripts all of it works
//! by forms.
//!
//! Stable names for browser tests:
//! - `select[name=team]`, `select[name=user]` choose the workspace and who acts; the address is
//!   `/client?team=T…&user=U…&at=…`, where `at` is a conversation, a person or an app (`A…`).
//! - `#conversations` is the list; each entry is `a[data-at=…]`.
//! - `#chat-log li[data-ts=…]` are messages, with `data-only=true` where only this person sees them;
//!   `#composer input[name=text]` and `button[data-action=post-message]` write one. A text that begins
//!   with `/` is a command; `#commands button[data-command=…]` are those that work here.
//! - `button[data-press][data-action=NAME]` is a button of a message (`a[data-press][data-url]` where it
//!   opens a page), `select[data-menu][data-action=NAME]` a menu. Where it asks first,
//!   `[data-confirm=ok|dismiss]` answer. `[data-pressed=spent|unspent|late]` tells of the last press.
//! - `#dialog[data-trigger][data-scopes][data-app]` is the permission dialog with its
//!   `button[data-answer=allow|deny|dismiss]`; Escape is `dismiss`. `#answered[data-answer]` is what was
//!   said last, `a[data-waiting=U…]` leads to whoever else is asked.
//! - `a[data-show=access|messages]` unfolds or folds the panel (`&show=messages` in the address).
//! - `a[data-at=A…]` below *Apps to ask for* leads to `#asking`; see [`asking`] for what is in it.
//! - `#access` is the panel of an app, with `data-installed`; see [`super::access`] for what is in it.
//! - `#glass` is the panel of triggers, calls and deliveries; see [`super::glass`].
//! - `#problem` says why the last action was refused.

mod asking;
mod attachments;
mod blocks;
mod columns;
mod composer;
mod dialog;
mod list;
mod log;
mod mrkdwn;
mod press;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use grantbook_core::{AppId, ResourceId, TeamId, UserId};

use super::icons::icon;
use crate::{
    html::{Html, html},
    state::World,
};

/// Who looks at what.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    pub(crate) at: Place,
    /// Whether an app's panel is folded, so that its messages are in view.
    pub(crate) folded: bool,
    /// Why the last action was refused.
    pub(crate) problem: Option<String>,
}

/// What the middle column shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Conversation(ResourceId),
    Person(UserId),
    App(AppId),
    /// An app that the seed only lists.
    Listed(AppId),
}

impl Place {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Conversation(id) => id.as_str(),
            Self::Person(id) => id.as_str(),
            Self::App(id) | Self::Listed(id) => id.as_str(),
        }
    }
}

impl View {
    /// The page's own address.
    pub(crate) fn address(&self) -> String {
        let address = self.address_at(self.at.as_str());
        if self.folded {
            format!("{address}&show=messages")
        } else {
            address
        }
    }

    fn address_at(&self, at: &str) -> String {
        format!("/client?team={}&user={}&at={at}", self.team, self.user)
    }

    /// The hidden fields every form of the page carries.
    pub(super) fn hidden(&self) -> Html {
        self.hidden_back_to(&self.address())
    }

    fn hidden_back_to(&self, address: &str) -> Html {
        html!(
            "<input type=\"hidden\" name=\"back\" value=\"{}\"><input type=\"hidden\" name=\"team\" value=\"{}\">\
             <input type=\"hidden\" name=\"user\" value=\"{}\">",
            address,
            self.team,
            self.user
        )
    }
}

/// A piece of the page that is shown anew when it has changed.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) html: Html,
    /// Two parts with the same mark look the same.
    pub(crate) mark: String,
}

impl Part {
    fn new(name: &'static str, html: Html) -> Self {
        let mut hasher = DefaultHasher::new();
        html.as_str().hash(&mut hasher);
        let mark = format!("{:x}", hasher.finish());
        Self { name, html, mark }
    }

    /// What the element around it says, so that scripts find it.
    fn attributes(&self) -> Html {
        html!("data-live=\"{}\" data-mark=\"{}\"", self.name, self.mark)
    }

    /// The part in an element that does not show.
    fn placed(self) -> Html {
        html!("<div class=\"live\" {}>{}</div>", self.attributes(), self.html)
    }
}

/// All parts of the page, for scripts that follow it.
pub(crate) fn parts(world: &World, view: &View, glass: Html) -> Vec<Part> {
    let mut parts = columns::parts(world, view);
    parts.push(Part::new("waiting", dialog::waiting(world, view)));
    parts.push(Part::new("glass", glass));
    parts
}

/// The person who acts, for the top bar.
pub(crate) fn bar(world: &World, view: &View) -> Html {
    let waiting = Part::new("waiting", dialog::waiting(world, view));
    let users: Html = world
        .members(&view.team)
        .into_iter()
        .map(|user| {
            let selected = if user.id == view.user { "selected" } else { "" };
            let asked = if world.open_dialogs(&view.team, &user.id).next().is_some() {
                " (is asked)"
            } else {
                ""
            };
            html!(
                "<option value=\"{}\" {}>@{}{}</option>",
                user.id,
                selected,
                user.name,
                asked
            )
        })
        .collect();
    html!(
        "<span class=\"burger-row\"><a class=\"btn sm\" href=\"#conversations\">{}Conversations</a></span>\
         <span class=\"row wrap\" {}>{}</span><a class=\"btn sm ghost hide-narrow\" href=\"/sim\">Calls and deliveries</a>\
         <form class=\"row\" method=\"get\" action=\"/client\"><input type=\"hidden\" name=\"team\" value=\"{}\">\
         <input type=\"hidden\" name=\"at\" value=\"{}\"><label class=\"small subtle hide-narrow\" for=\"acting\">Acting as</label>\
         <select class=\"input sm\" name=\"user\" id=\"acting\" aria-label=\"Acting as\" data-submit>{}</select>\
         <button class=\"btn sm\" type=\"submit\" data-without-script>Switch</button></form>",
        icon("menu"),
        waiting.attributes(),
        waiting.html,
        view.team,
        view.at.as_str(),
        users
    )
}

/// The three columns. `glass` is the right one's inside.
pub(crate) fn main(world: &World, view: &View, glass: Html) -> Html {
    let glass = Part::new("glass", glass);
    html!(
        "<div class=\"sim-main\" data-source=\"{}\">{}<main class=\"sim-col chat\" id=\"main\">{}</main>\
         <aside class=\"sim-col glass-col\" aria-label=\"What the simulator did\" id=\"glass\" {}>{}</aside></div>",
        view.address().replacen("/client?", "/client/live?", 1),
        list::list(world, view),
        columns::middle(world, view),
        glass.attributes(),
        glass.html
    )
}
