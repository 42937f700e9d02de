//! What it would mean: the message as the person sees it, and what each scope would newly reach.

use grantbook_core::{
    request::compose::Gain,
    view::{Model, requests::PreviewView},
};
use leptos::prelude::*;

use super::Compose;
use crate::reactive::redrawn;
use crate::{
    components::{AppIcon, ErrorBox, Sens, SentenceText},
    view_model::{compose::reach_words, sentence::marked},
};

/// The two cards.
pub fn preview(compose: Compose) -> AnyView {
    let shown = move || match (compose.preview.value().flatten(), compose.preview.error()) {
        (Some(_), _) if compose.draft.with(|draft| draft.scopes.is_empty()) => None,
        (Some(preview), _) => Some(cards(compose, &preview)),
        (None, Some(error)) => {
            let retry = move |()| compose.preview.refresh();
            Some(view! { <section class="card"><ErrorBox title="The draft could not be looked at" error on_retry=retry/></section> }.into_any())
        }
        (None, None) => None,
    };
    redrawn(shown)
}

fn cards(compose: Compose, preview: &PreviewView) -> AnyView {
    let facts = compose.facts.value().flatten();
    let (name, model) = facts.map_or((String::new(), Model::Workspace), |facts| {
        (facts.installation.app_name, facts.installation.model)
    });
    let opens = match model {
        Model::Workspace => "The button opens Slack's own dialog, in which the person allows or denies.",
        Model::Modern => "The button opens Slack's authorize page. It has no three-second limit.",
    };
    let gains = (!preview.gains.is_empty()).then(|| {
        view! {
            <section class="card" aria-label="What it would newly reach">
                <div class="card-head"><h2>"What it would newly reach"</h2></div>
                <div class="card-body"><ul class="diff reach">{preview.gains.iter().map(gain).collect_view()}</ul></div>
            </section>
        }
    });
    view! {
        <section class="card" aria-label="The message">
            <div class="card-head"><h2>"The message"</h2></div>
            <div class="card-body stack tight">
                <div class="msg" data-message="">
                    <AppIcon name=name.clone()/>
                    <div>
                        <p><b>{name}</b>" "<span class="tag">"app"</span></p>
                        <p class="said"><SentenceText segments=marked(&preview.message)/></p>
                        <span class="btn sm" aria-hidden="true">{preview.button.clone()}</span>
                    </div>
                </div>
                <p class="small subtle">{opens}</p>
            </div>
        </section>
        {gains}
    }
    .into_any()
}

fn gain(gain: &Gain) -> AnyView {
    let (class, sign) = if gain.held { ("", "") } else { ("add", "+") };
    view! {
        <li class=class>
            <span class="sign">{sign}</span><code><Sens grade=gain.sensitivity/>{gain.scope.to_string()}</code>
            <small>{reach_words(gain)}</small>
        </li>
    }
    .into_any()
}
