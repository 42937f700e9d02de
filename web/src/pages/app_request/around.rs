//! What stands around a request: the app, the verdicts, votes, other requesters, other places, other apps.

use grantbook_core::{
    approval::{Need, Previous},
    view::approvals::{Alternative, AppRequestDetail, ResolutionView, Vote},
};
use leptos::prelude::*;

use crate::{
    address,
    components::{AppIcon, Pill, RelativeTime, Tone},
    pages::queue::card,
    view_model::{
        audit,
        number::count,
        queue::{self, done},
    },
};

fn titled(title: &'static str, body: AnyView) -> AnyView {
    view! { <section class="card"><div class="card-head"><h2>{title}</h2></div><div class="card-body">{body}</div></section> }.into_any()
}

/// What the rules said when it arrived, and what they say now where that is something else.
pub(super) fn verdicts(detail: &AppRequestDetail) -> AnyView {
    let then = match &detail.verdict {
        Some(verdict) => card::verdict(verdict),
        None => view! { <p class="muted">"The rules were not asked yet."</p> }.into_any(),
    };
    let now = detail.verdict_now.as_ref().map(|verdict| {
        view! { <h3>"What the rules in force say now"</h3>{card::verdict(verdict)} }
    });
    let asks = asks(detail).map(|words| view! { <p class="small subtle">{words}</p> });
    titled(
        "What the rules said",
        view! { <div class="stack tight">{then}{asks}{now}</div> }.into_any(),
    )
}

/// Whom the rules ask.
fn asks(detail: &AppRequestDetail) -> Option<String> {
    let reason = if detail.reason_required {
        " A reason is required."
    } else {
        ""
    };
    match (detail.whom.as_slice(), detail.need) {
        ([], _) if detail.reason_required => {
            Some("Everybody who may approve is asked. A reason is required.".to_owned())
        }
        ([], _) => None,
        (whom, Need::Any) => Some(format!("Asked: {}. One of them is enough.{reason}", whom.join(", "))),
        (whom, Need::All) => Some(format!(
            "Asked: {}. All of them have to agree.{reason}",
            whom.join(", ")
        )),
    }
}

/// The app with its links.
pub(super) fn app(detail: &AppRequestDetail) -> AnyView {
    let app = &detail.request.app;
    let link = |text: &'static str, url: &str| {
        let safe = url.starts_with("https://") || url.starts_with("http://");
        (safe && !url.is_empty()).then(|| {
            view! { <li><a href=url.to_owned() target="_blank" rel="external noopener noreferrer">{text}</a>" "<span class="subtle small trunc" title=url.to_owned()>{url.to_owned()}</span></li> }
        })
    };
    let links = [
        link("Home page", &app.app_homepage_url),
        link("Privacy policy", &app.privacy_policy_url),
        link("Slack’s page of it", &app.app_directory_url),
        link("Help", &app.help_url),
    ];
    let none = links.iter().all(Option::is_none);
    let standing = address::org_app(&detail.summary.enterprise, &detail.summary.app);
    let fact =
        |name: &'static str, value: String| (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd>{value}</dd> });
    let text = |text: &str| (!text.trim().is_empty()).then(|| view! { <p>{text.trim().to_owned()}</p> });
    titled(
        "The app",
        view! {
            <div class="stack tight">
                {text(&app.description)}
                <dl class="facts">
                    {fact("Origin", queue::origin(&detail.summary))}
                    {fact("Says to approvers", app.additional_info.trim().to_owned())}
                    {fact("Sends data to", detail.request.domains.join(", "))}
                    {fact("Connects by", if app.socket_mode_enabled { "Socket Mode".to_owned() } else { String::new() })}
                    {fact("Before", before(detail))}
                </dl>
                <ul class="links">{links.into_iter().flatten().collect_view()}</ul>
                {none.then(|| view! { <p class="subtle small">"It names no home page, no privacy policy and no help."</p> })}
                <p class="small"><a href=standing>"Where it stands in the organization"</a></p>
            </div>
        }
        .into_any(),
    )
}

fn before(detail: &AppRequestDetail) -> String {
    match detail.summary.previous {
        Previous::Approved => "approved".to_owned(),
        Previous::Restricted => "restricted".to_owned(),
        Previous::Unresolved => "never decided".to_owned(),
        Previous::Other => "decided in a way that this console does not know".to_owned(),
    }
}

/// Who has voted, where several must agree.
pub(super) fn votes(detail: &AppRequestDetail) -> Option<AnyView> {
    let vote = |vote: &Vote| {
        let why = (!vote.reason.is_empty()).then(|| format!(": “{}”", vote.reason));
        view! { <li><b>{audit::who(&vote.by)}</b>" "{done(vote.outcome)}{why}" "<span class="subtle small"><RelativeTime at=vote.at/></span></li> }
    };
    (!detail.votes.is_empty()).then(|| {
        let votes = detail.votes.iter().map(vote).collect_view();
        titled("Votes", view! { <ul class="stack tight">{votes}</ul> }.into_any())
    })
}

/// Who else asked.
pub(super) fn others(detail: &AppRequestDetail) -> AnyView {
    let body = card::others(detail, 10)
        .unwrap_or_else(|| view! { <p class="muted">"Nobody else waits for this app."</p> }.into_any());
    view! { <section class="card"><div class="card-head"><h2>"Who else asks"</h2></div><div class="card-body">{body}</div></section> }.into_any()
}

/// What stands in Slack's lists about the app in other places.
pub(super) fn elsewhere(detail: &AppRequestDetail) -> AnyView {
    let line = |one: &ResolutionView| {
        let place = one
            .team_name
            .clone()
            .or_else(|| one.team.as_ref().map(ToString::to_string));
        let place = place.unwrap_or_else(|| "The whole organization".to_owned());
        let (tone, text) = match one.status {
            Previous::Approved => (Tone::Granted, "Approved"),
            Previous::Restricted => (Tone::Restricted, "Restricted"),
            _ => (Tone::Expired, "Other"),
        };
        let scopes =
            (one.status == Previous::Approved).then(|| format!("{} · ", count(one.scopes.len() as u64, "scope")));
        view! {
            <li class="row wrap"><Pill tone text/><b>{place}</b><span class="subtle small">{scopes}<RelativeTime at=one.date_updated/></span></li>
        }
    };
    let body = if detail.elsewhere.is_empty() {
        view! { <p class="muted">"Slack’s lists show it nowhere else."</p> }.into_any()
    } else {
        view! { <ul class="stack tight">{detail.elsewhere.iter().map(line).collect_view()}</ul> }.into_any()
    };
    titled("Elsewhere in the organization", body)
}

/// Approved apps that could do.
pub(super) fn alternatives(detail: &AppRequestDetail) -> Option<AnyView> {
    let line = |one: &Alternative| {
        let beyond = match one.beyond {
            0 => "nothing beyond".to_owned(),
            many => format!("{} beyond", count(many as u64, "scope")),
        };
        let href = address::join(
            address::QUEUE,
            &address::query(&[("state", "any"), ("app", one.app.as_str())]),
        );
        view! {
            <li><span class="who"><AppIcon name=one.app_name.clone()/><span><a href=href>{one.app_name.clone()}</a>
                <small class="subtle">{format!("approved in {}, {beyond}", one.places.join(", "))}</small></span></span></li>
        }
    };
    (!detail.alternatives.is_empty()).then(|| {
        let lines = detail.alternatives.iter().map(line).collect_view();
        let body = view! {
            <p class="muted">"Approved already, with every scope that this one asks for:"</p>
            <ul class="stack tight">{lines}</ul>
        };
        titled("Could something approved do?", body.into_any())
    })
}
