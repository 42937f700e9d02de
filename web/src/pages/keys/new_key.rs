//! Making an API key, which is shown once.

use std::sync::Arc;

use grantbook_core::view::Role;
use leptos::prelude::*;

use crate::reactive::{derived, effect, heard, redrawn};
use crate::{
    client::{self, NewKey},
    components::{Confirm, Doing, Field, FieldKind, Glyph, Icon, code_line, confirm},
};

/// The button, its dialog, and the key that was just made.
pub(super) fn new_key(refresh: Callback<()>) -> AnyView {
    let open = RwSignal::new(false);
    let made = RwSignal::new(None::<String>);
    let (name, all, tokens) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(false));
    // What was shown once is forgotten with the dialog.
    effect(move || {
        if open.get() {
            name.set(String::new());
            all.set(false);
            tokens.set(false);
        }
    });
    let words = Confirm {
        title: "Make an API key".to_owned(),
        keep: "Make none",
        act: "Make the key".to_owned(),
        danger: false,
        obstacle: derived(move || {
            name.with(|name| name.trim().is_empty())
                .then(|| "Say what the key is for first.".to_owned())
        }),
    };
    let run = move || -> Doing {
        Box::pin(async move {
            let role = if all.get_untracked() { Role::Admin } else { Role::Viewer };
            let NewKey { key, .. } =
                client::create_key(name.get_untracked().trim(), role, tokens.get_untracked()).await?;
            made.set(Some(key));
            refresh.run(());
            Ok(())
        })
    };
    let body = move || {
        let tick = |value: RwSignal<bool>, text: &'static str, note: &'static str| {
            view! {
                <label class="opt"><input type="checkbox" bind:checked=value/><span>{text}<br/><span class="small subtle">{note}</span></span></label>
            }
        };
        view! {
            <Field id="key-name" label="What is it for?" kind=FieldKind::Text value=name help="A name to tell it apart in the audit log."/>
            {tick(tokens, "It may read tokens", "For programs that call Slack themselves. Every read stands in the audit log.")}
            {tick(all, "It may change things", "Everything an administrator may do. Without this it may only look.")}
        }
        .into_any()
    };
    view! {
        <button class="btn sm primary" type="button" data-new-key="" on:click=heard(move |_| open.set(true))><Icon glyph=Glyph::Plus/>"Make a key…"</button>
        {confirm(open, words, run, Arc::new(body))}
        {redrawn(move || made.get().map(|key| once(key, made)))}
    }
    .into_any()
}

/// The key, this once.
fn once(key: String, made: RwSignal<Option<String>>) -> AnyView {
    let open = RwSignal::new(true);
    effect(move || {
        if !open.get() {
            made.set(None);
        }
    });
    let words = Confirm {
        title: "Copy the key now".to_owned(),
        keep: "I have copied it",
        act: String::new(),
        danger: false,
        obstacle: derived(|| None),
    };
    let body = move || {
        view! {
            <p>"It is shown this once; only its fingerprint is kept. Send it as "<code>"Authorization: Bearer"</code>"."</p>
            <div data-made-key="">{code_line(key.clone(), "Copy the API key")}</div>
        }
        .into_any()
    };
    confirm(open, words, || Box::pin(async { Ok(()) }), Arc::new(body))
}
