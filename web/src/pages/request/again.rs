//! "Ask again": one step, within the limits on asking.

use grantbook_core::{request::RequestId, view::requests::RequestStory};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::reactive::{Show, heard, memo, redrawn};
use crate::{
    address,
    client::{self, Remote},
    components::{Dialog, Glyph, Icon, ScopeTags, use_toasts},
    session::use_session,
    view_model::{compose::again_refusal, requests::asked_whom},
};

/// Said once the message is on its way.
pub const SENT: &str = "Sent to Slack's queue; the story follows here.";

/// The button and its dialog.
#[component]
pub fn AskAgain(story: Remote<RequestStory>) -> impl IntoView {
    let session = use_session();
    let (open, busy, failed) = (
        RwSignal::new(false),
        RwSignal::new(false),
        RwSignal::new(None::<String>),
    );
    let story = story.signal();
    let refusal = memo(move |_| {
        let is_admin = session.is_admin();
        story.with(|story| match story {
            None => Some("The request is being read.".to_owned()),
            Some(_) if !is_admin => Some("Only an administrator may ask.".to_owned()),
            Some(story) => again_refusal(story.request.id, &story.again),
        })
    });
    let show = move |_| {
        if refusal.with_untracked(Option::is_none) {
            failed.set(None);
            open.set(true);
        }
    };
    let (toasts, navigate) = (use_toasts(), use_navigate());
    let send = move |_| {
        let id = story.with_untracked(|story| story.as_ref().map(|story| story.request.id));
        let Some(id) = id.filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            let answer = client::again(id).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(request) => {
                    open.set(false);
                    toasts.say(SENT);
                    navigate(&address::request(request.id), NavigateOptions::default());
                }
                Err(error) => failed.set(Some(format!("{} ({})", error.detail, error.code))),
            }
        });
    };
    let send = StoredValue::new_local(send);
    let foot = move || {
        view! {
            <button class="btn ghost" type="button" on:click=heard(move |_| open.set(false))>"Leave it "<kbd>"Esc"</kbd></button>
            <button class="btn primary" class:busy=move || busy.get() type="button" on:click=heard(move |event| send.with_value(|send| send(event)))>"Ask again"</button>
        }
    };
    let body = move || story.with(|story| story.as_ref().map(consequences));
    view! {
        <button class="btn" type="button" title=move || refusal.get()
            aria-disabled=move || refusal.with(Option::is_some).to_string() on:click=heard(show)>
            <Icon glyph=Glyph::Refresh/>"Ask again…"
        </button>
        <Dialog open title="Ask the same again?" foot>
            {redrawn(body)}
            <Show when=move || failed.with(Option::is_some)>
                <p class="err" role="alert"><Icon glyph=Glyph::Warn/><span>{redrawn(move || failed.get())}</span></p>
            </Show>
        </Dialog>
    }
}

fn consequences(story: &RequestStory) -> AnyView {
    let request = &story.request;
    let whom = asked_whom(request);
    let line = |glyph, text: String| view! { <li><span class="ok"><Icon glyph/></span><span>{text}</span></li> };
    let id: RequestId = request.id;
    view! {
        <ScopeTags scopes=request.scopes.clone()/>
        <ul class="consequences">
            {line(Glyph::Send, format!("{whom} gets a new message with a button; nothing is granted before they decide in Slack."))}
            {line(Glyph::Book, format!("It becomes a request of its own; {id} keeps its story."))}
            {line(Glyph::Check, "What the app holds already stays, whatever the answer is.".to_owned())}
        </ul>
    }
    .into_any()
}
