//! "Change…": what an app is called, asks for and can.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Here, form::Form};
use crate::reactive::{Show, derived, effect, heard, redrawn};
use crate::{
    client,
    components::{Confirm, Doing, Field, FieldKind, Glyph, Icon, confirm, use_toasts},
};

/// The button and its dialog.
pub(super) fn button(here: Here) -> AnyView {
    let open = RwSignal::new(false);
    let form = Form::empty();
    let toasts = use_toasts();
    effect(move || {
        if open.get()
            && let Some(app) = here.app.signal().get_untracked()
        {
            form.fill(&app);
        }
    });
    let words = Confirm {
        title: "Change the app".to_owned(),
        keep: "Keep it as it is",
        act: "Save".to_owned(),
        danger: false,
        obstacle: derived(move || form.obstacle()),
    };
    let run = move || -> Doing {
        Box::pin(async move {
            let app = here.app.signal().get_untracked();
            if let (Some(app), Some(change)) = (app, form.change()) {
                here.app.put(client::change_app(&app.slug, &change).await?);
                toasts.say("The app was changed.");
            }
            Ok(())
        })
    };
    let token = move || {
        form.socket.get().then(|| {
            view! { <Field id="app-token" label="App-level token" kind=FieldKind::NewPassword value=form.app_token help="Begins with xapp-. Leave it empty to keep the one that is stored."/> }
        })
    };
    let body = move || {
        view! {
            <p class="muted">"What it asks for counts from the next install on. Enter the same at Slack."</p>
            {form.fields()}
            {redrawn(token)}
        }
        .into_any()
    };
    view! {
        <Show when=move || here.may.get()>
            <button class="btn" type="button" data-change="" on:click=heard(move |_| open.set(true))><Icon glyph=Glyph::Pencil/>"Change…"</button>
        </Show>
        {confirm(open, words, run, Arc::new(body))}
    }
    .into_any()
}
