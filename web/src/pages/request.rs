//! One request: what was asked, the press and its three seconds, the answer, and what it changed.

use grantbook_core::{
    request::RequestId,
    view::requests::{RequestStory, RequestView},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::reactive::{derived, memo, redrawn};
use crate::{
    address,
    client::{self, Notice, UiError, remote, use_live},
    components::{
        CopyLink, Crumb, ErrorBox, PageHead, RelativeTime, RequestPill, SentenceText, skeleton_of_request, unknown,
    },
    view_model::{
        compose::again_refusal,
        requests::{drafted_by, method, took},
        sentence::{marked, plain, request_title},
    },
};

pub mod again;
pub mod changes;
pub mod press;
pub mod story;

/// One request. Its story goes on while the page is open.
#[component]
pub fn RequestPage() -> impl IntoView {
    let params = use_params_map();
    let id = memo(move |_| params.with(|params| params.get("request")?.parse::<RequestId>().ok()));
    let story = remote(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => client::request(id).await,
                None => Err(no_such_request()),
            }
        },
    );
    use_live().listen(move |notice| {
        let installation = || {
            story
                .signal()
                .with_untracked(|story| Some(story.as_ref()?.request.installation.clone()))
        };
        let concerns = match notice {
            Notice::Asked(notice) => id.get_untracked() == Some(notice.request),
            Notice::Changed(event) => installation().as_ref() == Some(&event.installation),
            Notice::CaughtUp => true,
            Notice::Queued(_) => false,
        };
        if concerns {
            story.refresh();
        }
    });
    let request = memo(move |_| {
        story
            .signal()
            .with(|story| story.as_ref().map(|story| story.request.clone()))
    });
    let title = memo(move |_| {
        request.with(|request| {
            request
                .as_ref()
                .map_or_else(|| "Request".to_owned(), |request| plain(&request_title(request)))
        })
    });
    let heading = move || match request.get() {
        Some(request) => view! { <SentenceText segments=request_title(&request)/> }.into_any(),
        None => "Request".into_any(),
    };
    let crumb = derived(move || id.get().map(|id| id.to_string()).unwrap_or_default());
    let body = move || {
        match (story.value(), story.error()) {
        (Some(story), _) => content(story),
        (None, Some(error)) if error.is_not_found() => missing(),
        (None, Some(error)) => view! {
            <section class="card"><ErrorBox title="The request could not be read" error on_retry=move |()| story.refresh()/></section>
        }
        .into_any(),
        (None, None) if story.wants_skeleton() => skeleton_of_request(&["card skel-card", "card skel-card tall"]),
        (None, None) => ().into_any(),
    }
    };
    view! {
        <PageHead title heading=ViewFn::from(heading) crumb text=move || request.get().map(|request| sentence(&request))
            crumbs=vec![Crumb::new("Requests", address::REQUESTS)]>
            <CopyLink/>
            <again::AskAgain story/>
        </PageHead>
        {redrawn(body)}
    }
}

fn no_such_request() -> UiError {
    UiError {
        code: "request_not_found".to_owned(),
        detail: "The address holds no number of a request (PR-…).".to_owned(),
        status: 404,
        rules: None,
    }
}

/// How it stands, and how long the answer took.
fn sentence(request: &RequestView) -> AnyView {
    let took = request
        .took_ms
        .map(|ms| format!(" It took {} from the press.", took(ms)));
    view! { <SentenceText segments=marked(&request.sentence)/>{took} }.into_any()
}

fn content(story: RequestStory) -> AnyView {
    let request = &story.request;
    let place = address::workspace(&request.tenant, Some(&request.app));
    let repeats = request.again_of.map(
        |id| view! { <span class="small subtle">"repeats "<a href=address::request(id)>{id.to_string()}</a></span> },
    );
    let limits = again_refusal(request.id, &story.again)
        .map(|reason| view! { <span class="small subtle" data-limit="">{reason}</span> });
    view! {
        <div class="row wrap">
            <RequestPill state=request.state/>
            <span class="tag">{method(request)}</span>
            <span class="small subtle">"in "<a href=place>{request.tenant_name.clone()}</a>", drafted by "<b>{drafted_by(request)}</b>" · "<RelativeTime at=request.drafted_at/></span>
            {repeats}
            {limits}
        </div>
        {story::milestones(&story.milestones)}
        {press::presses(&story)}
        <div class="cols main-side">
            {story::timeline(&story)}
            <div class="stack">{changes::changes(&story)}{changes::facts(&story.entries)}</div>
        </div>
    }
    .into_any()
}

fn missing() -> AnyView {
    let text = "The address names a request that this console never drafted. It may have a typing error.";
    unknown(
        "This request is not known here",
        text,
        (address::REQUESTS, "All requests"),
    )
}
