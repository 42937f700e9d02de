//! The token card: what is known about each token, never a token; and the ways to end one, or all.

use grantbook_core::{
    InstallationKey,
    grants::Status,
    view::{HolderTokenView, InstallationView, TokenState},
};
use leptos::prelude::*;

use super::{Here, end, token_story};
use crate::reactive::{effect, heard, memo, redrawn};
use crate::{
    address,
    client::{self, Remote, remote},
    clock,
    components::{ErrorBox, Glyph, Icon, RelativeTime, SentenceText, TokenPill},
    session::use_session,
    view_model::{sentence::marked, token},
};

/// A line per token: whose, how it stands, what comes next.
pub fn card(here: Here, key: InstallationKey) -> AnyView {
    let of = key.clone();
    let whole = remote(
        || (),
        move |()| {
            let key = of.clone();
            async move { client::installation(&key).await }
        },
    );
    // The workspace is read again whenever something happened here.
    let seen = here.workspace.signal();
    effect(move || {
        seen.track();
        whole.refresh();
    });
    let ending = RwSignal::new(None::<HolderTokenView>);
    let body = {
        let key = key.clone();
        move || body(whole, &key, ending)
    };
    let pill = move || {
        let known = here.installation.get()?;
        Some(view! { <TokenPill status=known.status token=known.token.state/> })
    };
    view! {
        <section class="card" id="tokens" aria-labelledby="token-heading">
            <div class="card-head"><h2 id="token-heading">"Token"</h2><span class="end">{redrawn(pill)}</span></div>
            {redrawn(body)}
            {token_story::story(key.clone(), whole)}
            {end::uninstall(here, key.clone(), whole)}
        </section>
        {end::revoke(key, whole, ending)}
    }
    .into_any()
}

fn body(whole: Remote<InstallationView>, key: &InstallationKey, ending: RwSignal<Option<HolderTokenView>>) -> AnyView {
    match (whole.value(), whole.error()) {
        (Some(view), _) => {
            let over = view.status == Status::Uninstalled;
            let none = view.tokens.is_empty().then(|| {
                let text = if over {
                    "The app is uninstalled; Slack ended the token."
                } else {
                    "Slack has not given one."
                };
                view! { <p class="card-body">{text}</p> }
            });
            let tokens = view
                .tokens
                .into_iter()
                .map(|held| one(held, over, key, ending))
                .collect_view();
            view! { {none}<ul class="tokens">{tokens}</ul> }.into_any()
        }
        (None, Some(error)) => {
            view! { <ErrorBox title="The token could not be read" error on_retry=move |()| whole.refresh()/> }
                .into_any()
        }
        (None, None) => {
            view! { <div class="skel-card"><span class="skel w3"></span><span class="skel w2"></span></div> }.into_any()
        }
    }
}

fn one(held: HolderTokenView, over: bool, key: &InstallationKey, ending: RwSignal<Option<HolderTokenView>>) -> AnyView {
    let now = clock::use_now();
    let session = use_session();
    let (whose, kind) = token::holder(&held);
    let state = held.token.state;
    let known = held.token.clone();
    let said = move || {
        let text = if over {
            "The app is uninstalled; Slack ended it.".to_owned()
        } else {
            token::outlook(&known, now.get())
        };
        view! { <SentenceText segments=marked(&text)/> }
    };
    let good = !over && matches!(state, TokenState::Live | TokenState::Expired);
    let glyph = match (good, state) {
        (true, TokenState::Live) => Glyph::Check,
        (true, _) => Glyph::Clock,
        (false, _) if over => Glyph::Minus,
        (false, _) => Glyph::Warn,
    };
    let class = match (good, over) {
        (true, _) => "node granted",
        (false, true) => "node",
        (false, false) => "node denied",
    };
    let again = (!over && token::needs_install(state)).then(|| address::install(key));
    let again = move || {
        let href = again.clone().filter(|_| session.is_admin())?;
        Some(view! { <a class="btn sm primary" href=href rel="external" data-again="">"Install again at Slack"</a> })
    };
    let person = held.holder != token::APP && good;
    let revoke = {
        let held = held.clone();
        move || {
            let held = held.clone();
            (person && session.is_admin()).then(|| {
                view! { <button class="btn sm danger" type="button" on:click=heard(move |_| ending.set(Some(held.clone())))>"Revoke…"</button> }
            })
        }
    };
    let issued = held.token.issued_at.map(|at| view! { "Received "<RelativeTime at/> });
    let sealed = held.token.key_id.map(|id| format!(" · sealed with data key {id}"));
    view! {
        <li data-holder=held.holder.clone()>
            <span class=class><Icon glyph/></span>
            <div class="stack tight">
                <p><b title=held.holder.clone()>{whose}</b>" "<span class="tag">{kind}</span></p>
                <p data-outlook="">{redrawn(said)}</p>
                <small class="subtle small">{issued}{sealed}</small>
                <p class="row wrap">{redrawn(again)}{redrawn(revoke)}</p>
            </div>
        </li>
    }
    .into_any()
}

/// Whether the person looking may end things; tracks.
pub(super) fn may_end(here: Here) -> crate::reactive::Memo<bool> {
    let session = use_session();
    memo(move |_| {
        let installed = here
            .installation
            .with(|view| view.as_ref().is_some_and(|view| view.status == Status::Installed));
        session.is_admin() && installed && !here.is_past()
    })
}
