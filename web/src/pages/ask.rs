//! Drafting a request: whom to ask, for what, in which words, and what it would mean before it is sent.

use std::{collections::BTreeMap, time::Duration};

use grantbook_core::{
    InstallationKey,
    view::{
        AppView, GrantsView, InstallationView,
        requests::{NewRequest, PreviewView},
    },
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::reactive::{Memo, effect, memo, redrawn};
use crate::{
    address,
    client::{self, Remote, UiError, remote, remote_keeping},
    components::{CopyLink, Crumb, Glyph, Icon, PageHead},
    view_model::{
        compose::{Draft, Part, remarks},
        names,
    },
};

pub mod place;
pub mod preview;
pub mod scopes;
pub mod send;
pub mod whom;
pub mod words;

/// Changes that come this close together are looked at together.
const PAUSE: Duration = Duration::from_millis(250);

/// What is known of the installation that asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    installation: InstallationView,
    app: AppView,
    grants: GrantsView,
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Compose {
    /// The draft without its words: the address.
    draft: Memo<Draft>,
    /// Puts another draft in its place.
    apply: Callback<Draft>,
    /// The message in the person's own words; empty for the server's.
    message: RwSignal<String>,
    /// The button's text; empty for the server's.
    button: RwSignal<String>,
    /// The installation, its app and its grants.
    facts: Remote<Option<Facts>>,
    /// What was last looked at by the server.
    asked: RwSignal<Option<NewRequest>>,
    /// What the server says of it.
    preview: Remote<Option<PreviewView>>,
    /// Names of people and conversations, learned by choosing them.
    names: RwSignal<BTreeMap<String, String>>,
}

impl Compose {
    /// The draft with its words, as it would be sent.
    fn request(self) -> Option<NewRequest> {
        let (message, button) = (self.message.get(), self.button.get());
        self.draft.with(|draft| draft.request(&message, &button))
    }

    /// Whether the preview speaks of the draft as it stands.
    fn is_current(self) -> bool {
        !self.preview.is_loading() && self.asked.get() == self.request()
    }

    /// Who is asked, as people write them.
    fn whom(self) -> Option<String> {
        let (draft, known) = (self.draft.get(), self.names.get());
        match (&draft.user, &draft.channel) {
            (Some(user), _) => Some(names::person_in(user, &known)),
            (None, Some(id)) => Some(names::conversation(id, known.get(id.as_str()).map(String::as_str))),
            (None, None) => None,
        }
    }
}

/// The page. What is chosen stands in its address, so that a draft can be shared.
#[component]
pub fn AskPage() -> impl IntoView {
    let compose = compose();
    let text = || "The person gets a message with a button and decides in Slack. Nothing is granted before that.";
    view! {
        <PageHead title="Ask for more" text crumbs=vec![Crumb::new("Requests", address::REQUESTS)]><CopyLink/></PageHead>
        <div class="cols main-side ask-page">
            <div class="stack">
                {card("Where", place::place(compose))}
                {card("Whom", whom::whom(compose))}
                {card("For what", scopes::scopes(compose))}
                {card("In which words", words::words(compose))}
            </div>
            <div class="stack">{preview::preview(compose)}{send::send(compose)}</div>
        </div>
    }
}

fn compose() -> Compose {
    let query = use_query_map();
    let draft = memo(move |_| query.with(|query| Draft::read(|name| query.get(name))));
    let navigate = use_navigate();
    let apply = Callback::new(move |draft: Draft| {
        // Filling in a form is no step to come back from.
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&draft.href(), options);
    });
    let facts = remote(
        move || draft.with(|draft| draft.installation.clone()),
        |key| async move {
            match key {
                Some(key) => read_facts(key).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let asked = RwSignal::new(None::<NewRequest>);
    let preview = remote_keeping(
        move || asked.get(),
        |asked| async move {
            match asked {
                Some(asked) => client::preview(&asked).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let compose = Compose {
        draft,
        apply,
        message: RwSignal::new(String::new()),
        button: RwSignal::new(String::new()),
        facts,
        asked,
        preview,
        names: RwSignal::new(BTreeMap::new()),
    };
    let mut look = debounce(PAUSE, move |request| _ = asked.try_set(request));
    effect(move || look(compose.request()));
    effect(move || {
        if let Some(Some(facts)) = facts.value() {
            compose.names.update(|names| names.extend(facts.grants.names));
        }
    });
    compose
}

async fn read_facts(key: InstallationKey) -> Result<Facts, UiError> {
    Ok(Facts {
        installation: client::installation(&key).await?,
        app: client::app(&key.app).await?,
        grants: client::grants(&key, None).await?,
    })
}

fn card(title: &'static str, body: AnyView) -> AnyView {
    view! {
        <section class="card" aria-label=title>
            <div class="card-head"><h2>{title}</h2></div>
            <div class="card-body stack tight">{body}</div>
        </section>
    }
    .into_any()
}

/// What the server says about one part of the form.
fn said(compose: Compose, part: Part) -> AnyView {
    let one = |(unfinished, text): (bool, String)| {
        let (class, glyph) = if unfinished {
            ("help", Glyph::Info)
        } else {
            ("err", Glyph::Warn)
        };
        view! { <p class=class><Icon glyph small=true/><span>{text}</span></p> }
    };
    redrawn(move || {
        let said = compose
            .preview
            .signal()
            .with(|preview| preview.as_ref()?.as_ref().map(|preview| remarks(preview, part)));
        let said = said.filter(|said| !said.is_empty())?;
        Some(
            view! { <div class="field" role="status" data-remarks="">{said.into_iter().map(one).collect_view()}</div> },
        )
    })
}
