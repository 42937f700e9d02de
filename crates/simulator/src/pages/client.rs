//! The client page: a small Slack in which a person reads, writes, and manages apps.
//!
//! Stable names for browser tests:
//! - `select[name=team]`, `select[name=user]` choose the workspace and who acts; the address is
//!   `/client?team=T…&user=U…&at=…`, where `at` is a conversation, a person or an app (`A…`).
//! - `#conversations` is the list; each entry is `a[data-at=…]`.
//! - `#chat-log li[data-ts=…]` are messages; `#composer input[name=text]` and
//!   `button[data-action=post-message]` write one.
//! - `a[data-show=access|messages]` unfolds or folds the panel (`&show=messages` in the address).
//! - `#access` is the panel of an app, with `data-installed`; see [`super::access`] for what is in it.
//! - `#glass` is the panel of calls and deliveries; see [`super::glass`].
//! - `#problem` says why the last action was refused.

mod list;
mod log;

use grantbook_core::{AppId, ResourceId, TeamId, UserId};

use super::{
    access,
    icons::{icon, kind_icon},
};
use crate::{
    html::{Html, html},
    state::{App, Conversation, User, World},
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
}

impl Place {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Conversation(id) => id.as_str(),
            Self::Person(id) => id.as_str(),
            Self::App(id) => id.as_str(),
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

/// The person who acts, for the top bar.
pub(crate) fn bar(world: &World, view: &View) -> Html {
    let users: Html = world
        .members(&view.team)
        .into_iter()
        .map(|user| {
            let selected = if user.id == view.user { "selected" } else { "" };
            html!("<option value=\"{}\" {}>@{}</option>", user.id, selected, user.name)
        })
        .collect();
    html!(
        "<span class=\"burger-row\"><a class=\"btn sm\" href=\"#conversations\">{}Conversations</a></span>\
         <a class=\"btn sm ghost hide-narrow\" href=\"/sim\">Calls and deliveries</a>\
         <form class=\"row\" method=\"get\" action=\"/client\"><input type=\"hidden\" name=\"team\" value=\"{}\">\
         <input type=\"hidden\" name=\"at\" value=\"{}\"><label class=\"small subtle hide-narrow\" for=\"acting\">Acting as</label>\
         <select class=\"input sm\" name=\"user\" id=\"acting\" aria-label=\"Acting as\" data-submit>{}</select>\
         <button class=\"btn sm\" type=\"submit\" data-without-script>Switch</button></form>",
        icon("menu"),
        view.team,
        view.at.as_str(),
        users
    )
}

/// The three columns. `glass` is the right one's inside.
pub(crate) fn main(world: &World, view: &View, glass: &Html) -> Html {
    let middle = match &view.at {
        Place::App(id) => world.apps.get(id).map(|app| app_column(world, view, app)),
        Place::Person(id) => world.users.get(id).map(|person| person_column(world, view, person)),
        Place::Conversation(id) => world.conversations.get(id).map(|c| conversation_column(world, view, c)),
    };
    html!(
        "<div class=\"sim-main\">{}<main class=\"sim-col chat\" id=\"main\">{}</main>\
         <aside class=\"sim-col glass-col\" aria-label=\"What the simulator did\" id=\"glass\" data-source=\"/client/glass?back={}\">{}</aside></div>",
        list::list(world, view),
        middle,
        serde_urlencoded::to_string([("b", view.address())])
            .unwrap_or_default()
            .trim_start_matches("b=")
            .to_owned(),
        glass
    )
}

fn problem(view: &View) -> Option<Html> {
    let text = view.problem.as_ref()?;
    Some(html!(
        "<div class=\"banner denied\" role=\"alert\" id=\"problem\">{}<p>Not done: {}.</p></div>",
        icon("warn"),
        text
    ))
}

fn app_column(world: &World, view: &View, app: &App) -> Html {
    let home = world.app_home(&app.id, &view.team, &view.user);
    let tag = home.map(|home| html!("<span class=\"mono small subtle\">{}</span>", home.id));
    let messages = home
        .and_then(|home| world.messages.get(&home.id))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let open = view.address_at(app.id.as_str());
    let folded = format!("{open}&show=messages");
    let hidden = html!(
        "{}<input type=\"hidden\" name=\"app\" value=\"{}\">",
        view.hidden_back_to(&folded),
        app.id
    );
    let current = |here: bool| if here { "page" } else { "false" };
    html!(
        "<div class=\"chat-head\"><span class=\"app-icon tone-2\" aria-hidden=\"true\">{}</span><h1>{}</h1>\
         <span class=\"tag hide-narrow\">app home</span>{}<span class=\"grow\"></span><nav class=\"tabs-inline\" aria-label=\"On this page\">\
         <a class=\"btn sm ghost\" href=\"{}\" data-show=\"access\" aria-current=\"{}\">What it may do</a>\
         <a class=\"btn sm ghost\" href=\"{}\" data-show=\"messages\" aria-current=\"{}\">Messages <span class=\"count\">{}</span></a></nav></div>\
         <div class=\"chat-scroll\">{}{}{}</div>{}",
        app.name.chars().next().map(String::from),
        app.name,
        tag,
        open,
        current(!view.folded),
        folded,
        current(view.folded),
        messages.len(),
        problem(view),
        access::panel(world, view, app),
        log::log(
            world,
            messages,
            &format!("Nothing was written between {} and you yet.", app.name)
        ),
        log::composer(&hidden, "message_app", &format!("Message {}", app.name))
    )
}

fn person_column(world: &World, view: &View, person: &User) -> Html {
    let teams: Vec<&str> = person
        .teams
        .iter()
        .filter_map(|id| world.teams.get(id))
        .map(|team| team.name.as_str())
        .collect();
    let nobody = !world
        .installations
        .iter()
        .any(|((_, team), installation)| *team == view.team && installation.users.contains_key(&person.id));
    let acting: Html = world
        .installations
        .iter()
        .filter(|((_, team), installation)| *team == view.team && installation.users.contains_key(&person.id))
        .filter_map(|((app, _), installation)| Some((world.apps.get(app)?, installation.users.get(&person.id)?)))
        .map(|(app, scopes)| {
            let scopes: Html = scopes
                .iter()
                .map(|scope| html!("<span class=\"scope\">{}</span>", scope))
                .collect();
            html!("<p class=\"row wrap\"><strong>{}</strong>{}</p>", app.name, scopes)
        })
        .collect();
    html!(
        "<div class=\"chat-head\"><span class=\"avatar tone-2\" aria-hidden=\"true\">{}</span><h1>{}</h1>\
         <span class=\"mono small subtle\">{}</span></div><div class=\"access\"><dl class=\"facts\"><dt>Name</dt><dd>{}</dd>\
         <dt>Workspaces</dt><dd>{}</dd></dl><h2>Apps that may act for {}</h2><div class=\"stack tight\">{}{}</div>\
         <p class=\"note\">Apps listed here hold scopes that this person granted alone.</p></div>",
        person.name.chars().take(2).collect::<String>(),
        person.name,
        person.id,
        person.real_name,
        teams.join(", "),
        person.name,
        acting,
        nobody.then(|| html!("<p class=\"muted\">None.</p>"))
    )
}

fn conversation_column(world: &World, view: &View, conversation: &Conversation) -> Html {
    let name = world.conversation_name(conversation);
    let here: Html = world
        .installations
        .iter()
        .filter(|((_, team), i)| {
            *team == conversation.team && i.installed && i.reaches(conversation.kind, &conversation.id)
        })
        .filter_map(|((app, _), _)| world.apps.get(app))
        .map(|app| {
            html!(
                "<a class=\"tag\" href=\"{}\">{}</a>",
                view.address_at(app.id.as_str()),
                app.name
            )
        })
        .collect();
    let messages = world
        .messages
        .get(&conversation.id)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let hidden = html!(
        "{}<input type=\"hidden\" name=\"channel\" value=\"{}\">",
        view.hidden(),
        conversation.id
    );
    html!(
        "<div class=\"chat-head\">{}<h1>{}</h1><span class=\"mono small subtle\">{}</span><span class=\"grow\"></span>\
         <span class=\"row wrap\" data-apps-here>{}</span></div><div class=\"chat-scroll\">{}{}</div>{}",
        kind_icon(conversation.kind),
        name,
        conversation.id,
        here,
        problem(view),
        log::log(world, messages, "Nothing was written here yet."),
        log::composer(&hidden, "post_message", &format!("Message {name}"))
    )
}
