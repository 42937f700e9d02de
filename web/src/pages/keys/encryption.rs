//! The keys of encryption at rest: which seals, what is under each, and how far a rotation is.

use grantbook_core::view::encryption::{DataKeyView, EncryptionView, KeyRotationView};
use leptos::prelude::*;

use crate::{
    client::{self, remote},
    clock,
    components::{ErrorBox, Glyph, Icon, Pill, RelativeTime, Tone, code_line},
    reactive::redrawn,
    view_model::{keys, number::thousands},
};

/// How often a rotation's progress is read, in seconds.
const PACE: u64 = 2;
/// While there is none, every so many times.
const IDLE: u32 = 3;

/// The card.
pub(super) fn card() -> AnyView {
    let read = remote(|| (), |()| client::encryption());
    let turn = StoredValue::new(0_u32);
    clock::every(PACE, move || {
        let next = turn.get_value().wrapping_add(1);
        turn.set_value(next);
        let under_way = read
            .signal()
            .with_untracked(|view| view.as_ref().is_some_and(|view| view.under_way().is_some()));
        if under_way || next.is_multiple_of(IDLE) {
            read.refresh();
        }
    });
    let body = move || match (read.value(), read.error()) {
        (Some(view), _) => whole(view),
        (None, Some(error)) => {
            view! { <ErrorBox title="The keys could not be read" error on_retry=move |()| read.refresh()/> }.into_any()
        }
        (None, None) => {
            view! { <div class="skel-card tall"><span class="skel w3"></span><span class="skel w2"></span></div> }
                .into_any()
        }
    };
    view! {
        <section class="card" id="encryption" aria-labelledby="encryption-heading">
            <div class="card-head"><h2 id="encryption-heading">"Encryption at rest"</h2></div>
            {redrawn(body)}
        </section>
    }
    .into_any()
}

fn whole(view: EncryptionView) -> AnyView {
    let head = |text: &'static str| view! { <th scope="col" class:num=text == "Secrets">{text}</th> };
    let heads = ["Data key", "Now", "Since", "Wrapped by", "Secrets"];
    let rotation = view.under_way().copied().map(under_way);
    let finished = view.rotation.and_then(|rotation| rotation.finished_at);
    let under_master = (view.under_master > 0).then(|| {
        view! {
            <tr><td class="lead">"Master key"</td><td data-label="Now">"Opens only"</td><td></td><td></td>
            <td class="num" data-label="Secrets">{thousands(view.under_master)}</td></tr>
        }
    });
    view! {
        <div class="card-body stack">
            <p data-keys-summary="">{keys::summary(&view)}</p>
            {rotation}
            <dl class="facts">
                <dt>"Master key"</dt><dd class="mono">{view.master.clone()}</dd>
                {finished.map(|at| view! { <dt>"Last rotated"</dt><dd><RelativeTime at/></dd> })}
            </dl>
        </div>
        <div class="table-wrap flat">
            <table class="table cards keys">
                <caption class="visually-hidden">"Data keys, the newest first"</caption>
                <thead><tr>{heads.map(head).collect_view()}</tr></thead>
                <tbody>{view.keys.iter().rev().map(data_key).collect_view()}{under_master}</tbody>
            </table>
        </div>
        {how()}
    }
    .into_any()
}

fn under_way(rotation: KeyRotationView) -> AnyView {
    view! {
        <div class="banner info" data-rotation="">
            <Icon glyph=Glyph::Refresh/>
            <div class="grow stack tight">
                <strong>"Rotation to data key "{rotation.key}</strong>
                <progress max=rotation.total.to_string() value=rotation.done.to_string() aria-label="Secrets moved"></progress>
                <p role="status" class="tabular">{keys::progress(&rotation)}", begun "<RelativeTime at=rotation.started_at/>"."</p>
                <p>"Everything is readable meanwhile. If this stands still, run "<code>"grantbook keys rotate"</code>" again: it goes on where it was."</p>
            </div>
        </div>
    }
    .into_any()
}

fn data_key(key: &DataKeyView) -> AnyView {
    let tone = if key.retired_at.is_none() {
        Tone::Granted
    } else {
        Tone::Expired
    };
    let glyph = if key.retired_at.is_none() {
        Glyph::Lock
    } else {
        Glyph::Key
    };
    view! {
        <tr data-key=key.id.to_string()>
            <td class="lead"><span class="tabular">{format!("Data key {}", key.id)}</span></td>
            <td data-label="Now"><Pill tone text=keys::part(key) glyph/></td>
            <td data-label="Since"><RelativeTime at=key.unused_since.or(key.retired_at).unwrap_or(key.created_at)/></td>
            <td data-label="Wrapped by"><code>{key.master.clone()}</code></td>
            <td class="num" data-label="Secrets">{thousands(key.secrets)}</td>
        </tr>
    }
    .into_any()
}

/// How to rotate, on the server.
fn how() -> AnyView {
    view! {
        <details class="card-foot how">
            <summary>"How to rotate"</summary>
            <div class="stack">
                <p>"On the server, while the console runs. It may be interrupted at any time; run again, it goes on where it was."</p>
                {code_line("grantbook keys rotate".to_owned(), "Copy the command that rotates the data key")}
                <p>"To bring a new master key, and wrap the data keys with it:"</p>
                {code_line("grantbook keys rotate --master --new-file /etc/grantbook/master-2.key".to_owned(), "Copy the command that changes the master key")}
                <p>"Keep older keys as long as backups from their time."</p>
            </div>
        </details>
    }
    .into_any()
}
