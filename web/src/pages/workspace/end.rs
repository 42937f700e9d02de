//! Ending things at Slack: taking the app out, or revoking one person's token. Each wants a reason.

use std::sync::Arc;

use grantbook_core::{
    InstallationKey,
    view::{HolderTokenView, InstallationView, ReceiptState, UninstallView},
};
use leptos::prelude::*;

use super::{Here, token::may_end};
use crate::reactive::{derived, effect, heard, redrawn};
use crate::{
    client::{self, Remote, remote},
    clock,
    components::{
        Confirm, Doing, Field, FieldKind, Icon, RelativeTime, SentenceText, Tone, confirm, consequences, use_toasts,
    },
    view_model::{audit, sentence::marked, token},
};

/// How often receipts are read while something is under way, in seconds.
const PACE: u64 = 2;

/// The way to take the app out, and how far it has come.
pub(super) fn uninstall(here: Here, key: InstallationKey, whole: Remote<InstallationView>) -> AnyView {
    let of = key.clone();
    let receipt = remote(
        || (),
        move |()| {
            let key = of.clone();
            async move { client::uninstalling(&key).await }
        },
    );
    clock::every(PACE, move || {
        let going = receipt.signal().with_untracked(|view| {
            view.as_ref()
                .and_then(Option::as_ref)
                .is_some_and(|view| !token::is_settled(view.state))
        });
        if going {
            receipt.refresh();
            whole.refresh();
        }
    });
    let open = RwSignal::new(false);
    let (may, toasts) = (may_end(here), use_toasts());
    let button = move || {
        may.get().then(|| {
            view! { <div class="card-foot"><button class="btn sm danger" type="button" data-uninstall="" on:click=heard(move |_| open.set(true))>"Uninstall…"</button></div> }
        })
    };
    let dialog = move || {
        let view = here.installation.get()?;
        let (reason, typed) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
        let name = view.tenant_name.clone();
        let words = Confirm {
            title: format!("Uninstall {} from {}", view.app_name, view.tenant_name),
            keep: "Keep it installed",
            act: "Uninstall at Slack".to_owned(),
            danger: true,
            obstacle: derived(move || {
                obstacle(&reason.get())
                    .or_else(|| (typed.with(|typed| typed.trim() != name)).then(|| format!("Type {name} to confirm.")))
            }),
        };
        let key = key.clone();
        let run = move || -> Doing {
            let key = key.clone();
            Box::pin(async move {
                client::uninstall(&key, reason.get_untracked().trim().to_owned()).await?;
                toasts.say("Slack is asked to uninstall the app.");
                receipt.refresh();
                Ok(())
            })
        };
        let body = move || {
            view! {
                {consequences(vec![
                    (true, format!("{} loses its tokens and everything granted here.", view.app_name)),
                    (false, "The ledger keeps all of its history, and the reason.".to_owned()),
                    (false, "It stays installed everywhere else.".to_owned()),
                ])}
                <Field id="end-reason" label="Why?" kind=FieldKind::Text value=reason help="Kept in the audit log."/>
                <Field id="end-name" label="The workspace’s name, to confirm" kind=FieldKind::Text value=typed/>
            }
            .into_any()
        };
        Some(confirm(open, words, run, Arc::new(body)))
    };
    view! {
        {redrawn(move || receipt.value().flatten().map(receipts))}
        {redrawn(button)}
        {redrawn(dialog)}
    }
    .into_any()
}

fn obstacle(reason: &str) -> Option<String> {
    reason.trim().is_empty().then(|| "Say why first.".to_owned())
}

/// How far the uninstall has come.
fn receipts(view: UninstallView) -> AnyView {
    let tone = match view.state {
        ReceiptState::Seen => Tone::Granted,
        ReceiptState::Failed => Tone::Denied,
        _ => Tone::Pending,
    };
    let first = (!view.workspaces.is_empty()).then(|| {
        let all: Vec<String> = view.workspaces.iter().map(ToString::to_string).collect();
        format!(
            " An administrator of the organization must take it out of {} first.",
            all.join(", ")
        )
    });
    view! {
        <div class=format!("banner flat {}", tone.class()) data-receipt="" role="status">
            <Icon glyph=tone.glyph()/>
            <div class="grow">
                <strong>"Uninstall: "</strong><SentenceText segments=marked(&token::receipt(&view))/>{first}
                <p class="small">{audit::who(&view.who)}": “"{view.reason}"” · "<RelativeTime at=view.at/></p>
            </div>
        </div>
    }
    .into_any()
}

/// The dialog that ends one person's token.
pub(super) fn revoke(
    key: InstallationKey,
    whole: Remote<InstallationView>,
    ending: RwSignal<Option<HolderTokenView>>,
) -> AnyView {
    let toasts = use_toasts();
    redrawn(move || {
        let held = ending.get()?;
        let reason = RwSignal::new(String::new());
        let (person, _) = token::holder(&held);
        let words = Confirm {
            title: format!("Revoke the token of {person}"),
            keep: "Keep it",
            act: "Revoke at Slack".to_owned(),
            danger: true,
            obstacle: derived(move || obstacle(&reason.get())),
        };
        let key = key.clone();
        let run = move || -> Doing {
            let (key, holder) = (key.clone(), held.holder.clone());
            Box::pin(async move {
                client::revoke_token(&key, &holder, reason.get_untracked().trim().to_owned()).await?;
                toasts.say("Slack is asked to revoke the token.");
                whole.refresh();
                Ok(())
            })
        };
        let body = move || {
            view! {
                {consequences(vec![
                    (true, format!("The app no longer acts for {person}.")),
                    (false, "The app’s own token and those of others stay.".to_owned()),
                ])}
                <Field id="revoke-reason" label="Why?" kind=FieldKind::Text value=reason help="Kept in the audit log."/>
            }
            .into_any()
        };
        let open = RwSignal::new(true);
        effect(move || {
            if !open.get() {
                ending.set(None);
            }
        });
        Some(confirm(open, words, run, Arc::new(body)))
    })
}
