//! One app request on one page: the app, its risk, its scopes, what the rules say, who else asks, and how it went.

use grantbook_core::view::approvals::{AppRequestDetail, AppRequestView, MayDecide, Outcome};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::reactive::{derived, heard, memo, redrawn};
use crate::{
    address,
    client::{self, Notice, Remote, UiError, remote, use_live},
    components::{AppIcon, CopyLink, Crumb, ErrorBox, OldRows, PageHead, skeleton_of_request, unknown},
    pages::queue::{
        card,
        decide::{self, Choice},
    },
    shell::keys,
    view_model::queue,
};

pub mod around;
pub mod story;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Here {
    detail: Remote<AppRequestDetail>,
    choice: RwSignal<Option<Choice>>,
    asking: RwSignal<Option<AppRequestView>>,
}

impl Here {
    /// The request, where whoever looks may decide it now.
    fn decidable(self) -> Option<AppRequestView> {
        self.detail.signal().with(|detail| {
            let detail = detail.as_ref().filter(|detail| detail.may_decide == MayDecide::Yes)?;
            Some(detail.summary.clone())
        })
    }

    fn decide(self, outcome: Outcome) -> bool {
        let request = untrack(|| self.decidable());
        let acts = request.is_some();
        if let Some(request) = request {
            let requests = vec![request];
            self.choice.set(Some(Choice { outcome, requests }));
        }
        acts
    }

    fn ask(self) -> bool {
        let request = untrack(|| self.decidable());
        let acts = request.is_some();
        if acts {
            self.asking.set(request);
        }
        acts
    }
}

/// The page. It follows the request while it is open.
#[component]
pub fn AppRequestPage() -> impl IntoView {
    let params = use_params_map();
    let id = memo(move |_| params.with(|params| params.get("request")?.parse::<i64>().ok()));
    let detail = remote(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => client::app_request(id).await,
                None => Err(no_number()),
            }
        },
    );
    let here = Here {
        detail,
        choice: RwSignal::new(None),
        asking: RwSignal::new(None),
    };
    use_live().listen(move |notice| {
        let concerns = match notice {
            Notice::Queued(notice) => id.get_untracked() == Some(notice.id) || same_app(detail, notice.app.as_str()),
            Notice::CaughtUp => true,
            Notice::Changed(_) | Notice::Asked(_) => false,
        };
        if concerns {
            detail.refresh();
        }
    });
    keys::on_page(move |event| match event.key().as_str() {
        "a" => here.decide(Outcome::Approved),
        "r" => here.decide(Outcome::Restricted),
        "e" => here.ask(),
        _ => false,
    });
    let summary = memo(move |_| {
        detail
            .signal()
            .with(|detail| detail.as_ref().map(|detail| detail.summary.clone()))
    });
    let title = memo(move |_| {
        summary.with(|summary| match summary {
            Some(summary) => format!("{} for {}", summary.app_name, queue::place(summary)),
            None => "App request".to_owned(),
        })
    });
    let text = move || {
        summary
            .get()
            .map(|summary| view! { <span class="mono">{summary.app.to_string()}</span>" · "{queue::origin(&summary)} })
    };
    let mark = move || {
        summary
            .get()
            .map(|summary| view! { <AppIcon name=summary.app_name large=true/> })
    };
    let crumb = derived(move || {
        summary
            .with(|summary| summary.as_ref().map(|summary| summary.request_id.to_string()))
            .unwrap_or_else(|| "Request".to_owned())
    });
    let body = move || {
        match (detail.value(), detail.error()) {
        (_, Some(error)) if error.is_not_found() => missing(),
        (Some(detail), _) => content(&detail),
        (None, Some(error)) => view! {
            <section class="card"><ErrorBox title="The request could not be read" error on_retry=move |()| detail.refresh()/></section>
        }
        .into_any(),
        (None, None) if detail.wants_skeleton() => skeleton_of_request(&[]),
        (None, None) => ().into_any(),
    }
    };
    let decided = Callback::new(move |_: Vec<i64>| detail.refresh());
    view! {
        <PageHead title mark=ViewFn::from(mark) crumb text=ViewFn::from(text) crumbs=vec![Crumb::new("Approval queue", address::QUEUE)]>
            <CopyLink/>
            {redrawn(move || here.decidable().map(|_| actions(here)))}
        </PageHead>
        <OldRows what="The request" has_rows=derived(move || detail.signal().with(Option::is_some))
            error=derived(move || detail.error().filter(|error| !error.is_not_found())) on_retry=move |()| detail.refresh()/>
        {redrawn(body)}
        {decide::dialog(here.choice, decided)}
        {decide::ask(here.asking)}
    }
}

fn same_app(detail: Remote<AppRequestDetail>, app: &str) -> bool {
    let shown = detail.signal();
    shown.with_untracked(|detail| detail.as_ref().is_some_and(|detail| detail.summary.app.as_str() == app))
}

fn actions(here: Here) -> AnyView {
    let button = move |outcome: Outcome, class: &'static str, key: &'static str| {
        view! {
            <button class=class type="button" data-decide=outcome.as_str() on:click=heard(move |_| _ = here.decide(outcome))>
                {queue::verb(outcome)}"… "{(!key.is_empty()).then(|| view! { <kbd>{key}</kbd> })}
            </button>
        }
    };
    view! {
        <button class="btn" type="button" data-ask-why="" on:click=heard(move |_| _ = here.ask())>"Ask… "<kbd>"E"</kbd></button>
        {button(Outcome::Cancelled, "btn", "")}
        {button(Outcome::Restricted, "btn danger", "R")}
        {button(Outcome::Approved, "btn primary", "A")}
    }
    .into_any()
}

fn content(detail: &AppRequestDetail) -> AnyView {
    let refusal = card::refusal(detail).map(|why| view! { <p class="muted" data-refusal="">{why}</p> });
    let risk = detail.risk.as_ref().map(|risk| {
        view! { <section class="card first-narrow"><div class="card-head"><h2>"Risk"</h2></div><div class="card-body">{card::risk(risk)}</div></section> }
    });
    view! {
        <section class="stack tight">{card::pills(detail)}{card::message(detail)}{refusal}</section>
        {story::receipt(detail)}
        <div class="cols main-side one-request">
            <div class="stack">
                <section class="card">
                    <div class="card-head"><h2>"Scopes, against what is approved today"</h2><span class="end small subtle">{against(detail)}</span></div>
                    <div class="card-body">{card::scopes(detail, true)}</div>
                </section>
                {around::verdicts(detail)}
                {story::timeline(detail)}
            </div>
            <div class="stack">
                {risk}
                {around::app(detail)}
                {around::votes(detail)}
                {around::others(detail)}
                {around::elsewhere(detail)}
                {around::alternatives(detail)}
            </div>
        </div>
    }
    .into_any()
}

fn against(detail: &AppRequestDetail) -> String {
    let new = detail.scopes.iter().filter(|line| !line.is_approved).count();
    let dropped = match detail.dropped.len() {
        0 => String::new(),
        many => format!(", {many} dropped"),
    };
    format!("{new} new of {}{dropped}", detail.scopes.len())
}

fn no_number() -> UiError {
    UiError {
        code: "app_request_not_found".to_owned(),
        detail: "The address holds no number of an app request.".to_owned(),
        status: 404,
        rules: None,
    }
}

fn missing() -> AnyView {
    let text = "The address names an app request that this console does not know. It may have a typing error.";
    unknown("This request is not known here", text, (address::QUEUE, "The queue"))
}
