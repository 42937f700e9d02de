//! The first two steps: what the app is, and the manifest that makes it at Slack.

use grantbook_core::view::Model;
use leptos::prelude::*;

use crate::pages::app::{form::Form, manifest};
use crate::reactive::{heard, redrawn};
use crate::{
    client::{self, remote},
    components::problem,
    view_model::wizard::slug_of,
};

/// Slack's page that makes an app.
const SLACK_APPS: &str = "https://api.slack.com/apps?new_app=1";

/// Model, name, scopes.
pub(super) fn what(form: Form, go: Callback<usize>) -> AnyView {
    let choice = move |model: Model, title: &'static str, note: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="model" prop:checked=move || form.model.get() == model on:change=heard(move |_| form.model.set(model))/>
                <span><b>{title}</b><br/><span class="small subtle">{note}</span></span>
            </label>
        }
    };
    let slug = move || match form.name.with(|name| slug_of(name)) {
        slug if slug.is_empty() => String::new(),
        slug => format!("Its addresses here: /slack/{slug}/…"),
    };
    let obstacle = move || form.obstacle();
    let next = move |_| {
        if untrack(obstacle).is_none() {
            go.run(1);
        }
    };
    view! {
        <section class="card" aria-labelledby="what-heading">
            <div class="card-head"><h2 id="what-heading">"What the app is"</h2></div>
            <div class="card-body stack narrow">
                <div class="choices" role="radiogroup" aria-label="Model">
                    {choice(Model::Modern, "An app of today", "Bot and user tokens, Slack’s own OAuth of version 2. Choose this for anything at slack.com.")}
                    {choice(Model::Workspace, "A workspace app", "The Permissions API with scopes per resource, which Slack retired in 2021: for a simulator or an archive.")}
                </div>
                {form.fields()}
                <p class="help mono small">{redrawn(slug)}</p>
            </div>
            <div class="card-foot"><button class="btn primary" type="button" data-next="" title=obstacle
                aria-disabled=move || obstacle().is_some().to_string() on:click=heard(next)>"Show the manifest"</button></div>
        </section>
    }
    .into_any()
}

/// What to paste at Slack.
pub(super) fn manifest(form: Form, go: Callback<usize>) -> AnyView {
    let read = remote(
        || (),
        move |()| {
            let draft = untrack(|| form.draft());
            async move {
                match draft {
                    Some(draft) => client::manifest_of(&draft).await,
                    None => Ok(String::new()),
                }
            }
        },
    );
    let body = move || match (read.value(), read.error()) {
        (Some(text), _) => manifest::shown(text),
        (None, Some(error)) => view! { <div class="card-body">{problem(error)}</div> }.into_any(),
        (None, None) => view! { <div class="skel-card tall"><span class="skel w3"></span></div> }.into_any(),
    };
    let how = if form.model.get_untracked() == Model::Modern {
        view! {
            <p>"At "<a href=SLACK_APPS target="_blank" rel="external noopener">"api.slack.com/apps"</a>" choose "<b>"Create New App"</b>", "<b>"From a manifest"</b>", a workspace, and paste this. An app that is there already takes it under "<b>"App Manifest"</b>"."</p>
        }
        .into_any()
    } else {
        view! { <p>"Slack has no manifest for workspace apps: enter these addresses and scopes by hand where the app is configured."</p> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="manifest-step">
            <div class="card-head"><h2 id="manifest-step">"Make it at Slack"</h2></div>
            <div class="card-body">{how}</div>
            {redrawn(body)}
            <div class="card-foot">
                <button class="btn primary" type="button" data-next="" on:click=heard(move |_| go.run(2))>"Enter the credentials"</button>
                <button class="btn ghost" type="button" on:click=heard(move |_| go.run(0))>"Back"</button>
            </div>
        </section>
    }
    .into_any()
}
