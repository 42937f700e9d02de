//! The middle column: an app's home, a conversation, or what there is to know of a person.
//!
//! What changes is put together in [`parts`], and placed by [`middle`].

use grantbook_core::AppId;

use super::{
    super::{
        access,
        icons::{icon, kind_icon},
    },
    Part, Place, View, asking, composer, dialog, log,
};
use crate::{
    html::{Html, html},
    state::{App, Conversation, ListedApp, Message, User, World},
};

/// What is shown: the conversation in view, with the app whose home it is.
struct Shown<'a> {
    app: Option<&'a App>,
    conversation: Option<&'a Conversation>,
}

impl<'a> Shown<'a> {
    fn find(world: &'a World, view: &View) -> Self {
        match &view.at {
            Place::App(id) => Self {
                app: world.apps.get(id),
                conversation: world.app_home(id, &view.team, &view.user),
            },
            Place::Conversation(id) => Self {
                app: None,
                conversation: world.conversations.get(id),
            },
            Place::Person(_) | Place::Listed(_) => Self {
                app: None,
                conversation: None,
            },
        }
    }

    fn messages(&self, world: &'a World) -> &'a [Message] {
        let messages = self.conversation.and_then(|place| world.messages.get(&place.id));
        messages.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Everything in the middle column that changes while one looks at it.
pub(super) fn parts(world: &World, view: &View) -> Vec<Part> {
    let shown = Shown::find(world, view);
    let messages = shown.messages(world);
    let nothing = match shown.app {
        Some(app) => format!("Nothing was written between {} and you yet.", app.name),
        None => "Nothing was written here yet.".to_owned(),
    };
    let channel = shown.conversation.map(|place| place.id.as_str());
    let seen = messages
        .iter()
        .filter(|message| message.is_shown_to(&view.user))
        .count();
    let mut parts = vec![
        Part::new("problem", problem(view).into_iter().collect()),
        Part::new("dialog", dialog::dialog(world, view).into_iter().collect()),
    ];
    if matches!(view.at, Place::Person(_)) {
        return parts;
    }
    if let Place::Listed(id) = &view.at {
        let panel = world.listed(id).map(|app| asking::panel(world, view, &app));
        parts.push(Part::new("asking", panel.into_iter().collect()));
        return parts;
    }
    if let Some(app) = shown.app {
        parts.push(Part::new("access", access::panel(world, view, app)));
    }
    parts.push(Part::new("count", html!("{}", seen)));
    parts.push(Part::new("log", log::log(world, view, channel, messages, &nothing)));
    parts.push(Part::new(
        "answered",
        dialog::answered(world, view).into_iter().collect(),
    ));
    parts.push(Part::new("commands", composer::commands(world, shown.conversation)));
    parts
}

/// The column, with all parts in their places.
pub(super) fn middle(world: &World, view: &View) -> Html {
    let mut placed: Vec<(&str, Html)> = parts(world, view)
        .into_iter()
        .map(|part| (part.name, part.placed()))
        .collect();
    let mut take = |name: &str| -> Html {
        placed
            .iter_mut()
            .filter(|(own, _)| *own == name)
            .map(|(_, html)| std::mem::take(html))
            .collect()
    };
    let column = match &view.at {
        Place::App(id) => world.apps.get(id).map(|app| app_column(world, view, app, &mut take)),
        Place::Listed(id) => world.listed(id).map(|app| listed_column(&app, &mut take)),
        Place::Person(id) => world.users.get(id).map(|person| person_column(world, view, person)),
        Place::Conversation(id) => world
            .conversations
            .get(id)
            .map(|c| conversation_column(world, view, c, &mut take)),
    };
    html!("{}{}", column, take("dialog"))
}

fn problem(view: &View) -> Option<Html> {
    let text = view.problem.as_ref()?;
    Some(html!(
        "<div class=\"banner denied\" role=\"alert\" id=\"problem\">{}<p>Not done: {}.</p></div>",
        icon("warn"),
        text
    ))
}

fn app_column(world: &World, view: &View, app: &App, part: &mut dyn FnMut(&str) -> Html) -> Html {
    let home = world.app_home(&app.id, &view.team, &view.user);
    let tag = home.map(|home| html!("<span class=\"mono small subtle\">{}</span>", home.id));
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
         <div class=\"chat-scroll\">{}{}{}</div>{}{}{}",
        app.name.chars().next().map(String::from),
        app.name,
        tag,
        open,
        current(!view.folded),
        folded,
        current(view.folded),
        part("count"),
        part("problem"),
        part("access"),
        part("log"),
        part("answered"),
        part("commands"),
        composer::composer(&hidden, "message_app", &app.name)
    )
}

fn listed_column(app: &ListedApp, part: &mut dyn FnMut(&str) -> Html) -> Html {
    html!(
        "<div class=\"chat-head\"><span class=\"app-icon tone-2\" aria-hidden=\"true\">{}</span><h1>{}</h1>\
         <span class=\"mono small subtle\">{}</span></div><div class=\"chat-scroll\">{}{}</div>",
        app.name.chars().next().map(String::from),
        app.name,
        app.id,
        part("problem"),
        part("asking")
    )
}

fn person_column(world: &World, view: &View, person: &User) -> Html {
    let teams: Vec<&str> = person
        .teams
        .iter()
        .filter_map(|id| world.teams.get(id))
        .map(|team| team.name.as_str())
        .collect();
    let lent = |app: &AppId| {
        world
            .installation(app, &view.team)
            .and_then(|i| i.users.get(&person.id))
    };
    let nobody = world.apps.keys().all(|app| lent(app).is_none());
    let acting: Html = world
        .apps
        .values()
        .filter_map(|app| Some((app, lent(&app.id)?)))
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

fn conversation_column(
    world: &World,
    view: &View,
    conversation: &Conversation,
    part: &mut dyn FnMut(&str) -> Html,
) -> Html {
    let name = world.conversation_name(conversation);
    let reaches = |app: &AppId| {
        let installation = world.installation(app, &conversation.team);
        installation.is_some_and(|i| i.reaches(conversation.kind, &conversation.id))
    };
    let here: Html = world
        .apps
        .values()
        .filter(|app| reaches(&app.id))
        .map(|app| {
            html!(
                "<a class=\"tag\" href=\"{}\">{}</a>",
                view.address_at(app.id.as_str()),
                app.name
            )
        })
        .collect();
    let hidden = html!(
        "{}<input type=\"hidden\" name=\"channel\" value=\"{}\">",
        view.hidden(),
        conversation.id
    );
    html!(
        "<div class=\"chat-head\">{}<h1>{}</h1><span class=\"mono small subtle\">{}</span><span class=\"grow\"></span>\
         <span class=\"row wrap\" data-apps-here>{}</span></div><div class=\"chat-scroll\">{}{}</div>{}{}{}",
        kind_icon(conversation.kind),
        name,
        conversation.id,
        here,
        part("problem"),
        part("log"),
        part("answered"),
        part("commands"),
        composer::composer(&hidden, "post_message", &name)
    )
}
