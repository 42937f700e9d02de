//! API keys: what scripts show to this console.

use grantbook_core::view::KeyView;
use leptos::prelude::*;

use super::new_key::new_key;
use crate::reactive::{derived, heard, redrawn};
use crate::{
    client::{self, UiError, remote},
    components::{Confirm, Doing, Empty, ErrorBox, Glyph, Pill, RelativeTime, Tone, confirm, consequences, use_toasts},
    view_model::{audit::short, keys::rights},
};

const HEADS: [&str; 6] = ["Key", "State", "May", "Made", "Last used", ""];

/// The card.
pub(super) fn card() -> AnyView {
    let read = remote(|| (), |()| client::keys());
    let refresh = Callback::new(move |()| read.refresh());
    let chosen = RwSignal::new(None::<KeyView>);
    let body = move || match (read.value(), read.error()) {
        (Some(page), _) if page.items.is_empty() => {
            let text =
                || "A script reaches this console with a key of its own, so that it can be told apart and stopped.";
            view! { <Empty glyph=Glyph::Key title="No API key yet" text/> }.into_any()
        }
        (Some(page), _) => {
            let head = |text: &'static str| view! { <th scope="col">{text}</th> };
            let rows = page.items.into_iter().map(|key| row(key, chosen)).collect_view();
            view! {
                <div class="table-wrap flat"><table class="table cards keys">
                    <caption class="visually-hidden">"API keys, the newest first"</caption>
                    <thead><tr>{HEADS.map(head).collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            }
            .into_any()
        }
        (None, Some(error)) => {
            view! { <ErrorBox title="The API keys could not be read" error on_retry=refresh/> }.into_any()
        }
        (None, None) => view! { <div class="skel-card"><span class="skel w3"></span></div> }.into_any(),
    };
    view! {
        <section class="card" id="api-keys" aria-labelledby="api-keys-heading">
            <div class="card-head"><h2 id="api-keys-heading">"API keys"</h2><span class="end">{new_key(refresh)}</span></div>
            {redrawn(body)}
        </section>
        {revoke(chosen, refresh)}
    }
    .into_any()
}

fn row(key: KeyView, chosen: RwSignal<Option<KeyView>>) -> AnyView {
    let state = match key.revoked_at {
        Some(_) => view! { <Pill tone=Tone::Expired text="Revoked" glyph=Glyph::Minus/> },
        None => view! { <Pill tone=Tone::Granted text="Good"/> },
    };
    let used = match key.last_used_at {
        Some(at) => view! { <RelativeTime at/> }.into_any(),
        None => view! { <span class="subtle">"never"</span> }.into_any(),
    };
    let open = key.revoked_at.is_none().then(|| {
        let (label, key) = (format!("Revoke the API key {}", key.name), key.clone());
        view! { <button class="btn sm danger" type="button" aria-label=label on:click=heard(move |_| chosen.set(Some(key.clone())))>"Revoke…"</button> }
    });
    view! {
        <tr data-api-key=key.id.clone()>
            <td class="lead"><b>{key.name.clone()}</b><br/><small class="mono subtle" title=key.id.clone()>{format!("gbk_{}", short(&key.id))}</small></td>
            <td data-label="State">{state}</td>
            <td data-label="May">{rights(&key)}</td>
            <td data-label="Made"><RelativeTime at=key.created_at/></td>
            <td data-label="Last used">{used}</td>
            <td class="num">{open}</td>
        </tr>
    }
    .into_any()
}

fn revoke(chosen: RwSignal<Option<KeyView>>, refresh: Callback<()>) -> AnyView {
    let toasts = use_toasts();
    redrawn(move || {
        let key = chosen.get()?;
        let id = key.id.clone();
        let words = Confirm {
            title: format!("Revoke the API key {}", key.name),
            keep: "Keep it",
            act: "Revoke the key".to_owned(),
            danger: true,
            obstacle: derived(|| None),
        };
        let run = move || -> Doing {
            let id = id.clone();
            Box::pin(async move {
                client::revoke_key(&id).await?;
                toasts.say("The key was revoked.");
                refresh.run(());
                Ok::<(), UiError>(())
            })
        };
        let body = || {
            consequences(vec![
                (
                    true,
                    "Scripts that use it are refused from now on, within five seconds on every server.".to_owned(),
                ),
                (false, "What it did stays in the audit log.".to_owned()),
            ])
        };
        Some(confirm(RwSignal::new(true), words, run, std::sync::Arc::new(body)))
    })
}
