//! The request beside the list.

use grantbook_core::view::approvals::{AppRequestDetail, MayDecide, Outcome};
use leptos::prelude::*;

use super::{Here, card, decide::Choice};
use crate::reactive::{heard, memo, redrawn};
use crate::{
    address,
    client::{self, Notice, Remote, UiError, remote_keeping, use_live},
    components::{AppIcon, ErrorBox, Glyph, Icon, use_toasts},
    view_model::queue,
};

/// Others named beside the list.
const OTHERS: usize = 4;

/// The panel; nothing while no request is open.
pub(super) fn panel(here: Here) -> AnyView {
    let is_open = memo(move |_| here.open.with(Option::is_some));
    redrawn(move || is_open.get().then(|| opened(here)))
}

fn opened(here: Here) -> AnyView {
    let detail = remote_keeping(
        move || here.open.get(),
        |id| async move {
            match id {
                Some(id) => client::app_request(id).await.map(Some),
                None => Ok(None),
            }
        },
    );
    use_live().listen(move |notice| {
        let concerns = match notice {
            Notice::Queued(notice) => here.open.get_untracked() == Some(notice.id),
            Notice::CaughtUp => true,
            Notice::Changed(_) | Notice::Asked(_) => false,
        };
        if concerns {
            detail.refresh();
        }
    });
    let body = move || match (detail.value().flatten(), detail.error()) {
        (_, Some(error)) if error.is_not_found() => gone(here, &error),
        (Some(detail), _) => content(here, &detail),
        (None, Some(error)) => failed(detail, error),
        (None, None) => skeleton(),
    };
    view! { <aside class="panel" aria-label="The request that is open" aria-busy=move || detail.is_loading().to_string()>{redrawn(body)}</aside> }
        .into_any()
}

fn content(here: Here, detail: &AppRequestDetail) -> AnyView {
    let summary = &detail.summary;
    let page = address::app_request(summary.id);
    let toasts = use_toasts();
    let copied = page.clone();
    let copy = move |_| {
        let origin = window().location().origin().unwrap_or_default();
        toasts.copy(format!("{origin}{copied}"), "Link to the request copied.");
    };
    let risk = detail
        .risk
        .as_ref()
        .map(|risk| view! { <section>{card::risk(risk)}</section> });
    let verdict = detail.verdict_now.as_ref().or(detail.verdict.as_ref()).map(|verdict| {
        let heading = if detail.verdict_now.is_some() {
            "What the rules say now"
        } else {
            "What the rules say"
        };
        view! { <section><h3>{heading}</h3>{card::verdict(verdict)}</section> }
    });
    view! {
        <div class="panel-head"><div class="row">
            <span class="who">
                <AppIcon name=summary.app_name.clone() large=true/>
                <span><h2 class="trunc" title=summary.app_name.clone()>{summary.app_name.clone()}</h2><small class="trunc"><span class="mono">{summary.app.to_string()}</span>" · "{queue::origin(summary)}</small></span>
            </span>
            <span class="grow"></span>
            <button class="btn ghost square" type="button" aria-label="Copy link to this request" on:click=heard(copy)><Icon glyph=Glyph::Link/></button>
            <button class="btn ghost square" type="button" aria-label="Close panel" on:click=heard(move |_| here.show.run(None))><Icon glyph=Glyph::X/></button>
        </div></div>
        <div class="panel-body">
            <section class="stack tight">{card::pills(detail)}{card::message(detail)}</section>
            {risk}
            <section><h3>"Scopes, against what is approved today"</h3>{card::scopes(detail, false)}</section>
            {verdict}
            {card::others(detail, OTHERS)}
            <p class="small"><a href=page>"Everything about this request"</a></p>
        </div>
        <div class="panel-foot stack tight">{foot(here, detail)}</div>
    }
    .into_any()
}

fn foot(here: Here, detail: &AppRequestDetail) -> AnyView {
    if detail.may_decide != MayDecide::Yes {
        let why = card::refusal(detail);
        return view! { <p class="small subtle">{why}</p> }.into_any();
    }
    let summary = detail.summary.clone();
    let choose = move |outcome: Outcome| {
        let requests = vec![summary.clone()];
        move |_| {
            here.choice.set(Some(Choice {
                outcome,
                requests: requests.clone(),
            }));
        }
    };
    let asked = detail.summary.clone();
    view! {
        <div class="row wrap">
            <button class="btn primary" type="button" data-decide="approved" on:click=heard(choose(Outcome::Approved))>"Approve… "<kbd>"A"</kbd></button>
            <button class="btn danger" type="button" data-decide="restricted" on:click=heard(choose(Outcome::Restricted))>"Restrict… "<kbd>"R"</kbd></button>
            <button class="btn" type="button" data-decide="cancelled" on:click=heard(choose(Outcome::Cancelled))>"Dismiss…"</button>
            <button class="btn" type="button" data-ask-why="" on:click=heard(move |_| here.asking.set(Some(asked.clone())))>"Ask… "<kbd>"E"</kbd></button>
        </div>
        <p class="small subtle">"Restricting uninstalls nothing: where the app is installed, it stays."</p>
    }
    .into_any()
}

fn gone(here: Here, error: &UiError) -> AnyView {
    view! {
        <div class="panel-body">
            <p class="muted">{error.detail.clone()}</p>
            <p><button class="btn sm" type="button" on:click=heard(move |_| here.show.run(None))>"Close panel"</button></p>
        </div>
    }
    .into_any()
}

fn failed(detail: Remote<Option<AppRequestDetail>>, error: UiError) -> AnyView {
    view! { <ErrorBox title="The request could not be read" error on_retry=move |()| detail.refresh()/> }.into_any()
}

fn skeleton() -> AnyView {
    view! {
        <div class="panel-body" aria-label="The request is being read">
            <span class="skel w2"></span><span class="skel w3"></span><span class="skel w1"></span><span class="skel w3"></span><span class="skel w2"></span>
        </div>
    }
    .into_any()
}
