//! Apps: which are registered here, how Slack reaches them, and where they are installed.

use grantbook_core::view::AppView;
use leptos::prelude::*;

use crate::reactive::redrawn;
use crate::{
    address,
    client::{self, remote},
    components::{AppIcon, Empty, ErrorBox, Glyph, Icon, PageHead, Pill, RelativeTime, SkeletonRows, Tone},
    session::use_session,
    view_model::{number::count, token},
};

const HEADS: [&str; 5] = ["App", "Model", "Slack reaches it", "Last delivery", "Installed in"];

/// The page.
#[component]
pub fn AppsPage() -> impl IntoView {
    let session = use_session();
    let apps = remote(|| (), |()| client::apps());
    let add = move || {
        session.is_admin().then(|| {
            view! { <a class="btn primary" href=address::ADD_APP data-add-app=""><Icon glyph=Glyph::Plus/>"Add an app"</a> }
        })
    };
    let body = move || match (apps.value(), apps.error()) {
        (Some(page), _) if page.items.is_empty() => {
            let text = || "Register the Slack apps that you run: the wizard gives you the manifest for Slack and tests the connection.";
            view! { <Empty glyph=Glyph::Apps title="No app is registered yet" text>{redrawn(add)}</Empty> }.into_any()
        }
        (Some(page), _) => table(page.items.into_iter().map(row).collect_view().into_any()),
        (None, Some(error)) => {
            view! { <ErrorBox title="The apps could not be read" error on_retry=move |()| apps.refresh()/> }.into_any()
        }
        (None, None) => table(view! { <SkeletonRows columns=5 rows=3/> }.into_any()),
    };
    view! {
        <PageHead title="Apps" text=|| "The Slack apps that this console installs, hears and keeps tokens for.">{redrawn(add)}</PageHead>
        <div class="table-wrap">{redrawn(body)}</div>
    }
}

fn table(rows: AnyView) -> AnyView {
    let head = |text: &'static str| view! { <th scope="col">{text}</th> };
    view! {
        <table class="table cards apps">
            <caption class="visually-hidden">"Registered apps, by name"</caption>
            <thead><tr>{HEADS.map(head).collect_view()}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(app: AppView) -> AnyView {
    let (model, tag, _) = token::model(app.model);
    let last = match app.last_signed_at {
        Some(at) => view! { <RelativeTime at/> }.into_any(),
        None => view! { <span class="subtle">"none yet"</span> }.into_any(),
    };
    view! {
        <tr data-app=app.slug.to_string()>
            <td class="lead"><a href=address::app(&app.slug) data-row=""><span class="who">
                <AppIcon name=app.name.clone()/>
                <span><b>{app.name.clone()}</b><small class="mono">{app.app_id.to_string()}</small></span>
            </span></a></td>
            <td data-label="Model">{model}" "<span class="tag">{tag}</span></td>
            <td data-label="Slack reaches it">{reach(&app)}</td>
            <td data-label="Last delivery">{last}</td>
            <td data-label="Installed in">{count(app.installations, "workspace")}</td>
        </tr>
    }
    .into_any()
}

/// By our addresses, or by Socket Mode with so many connections open.
pub fn reach(app: &AppView) -> AnyView {
    let Some(socket) = app.socket.as_ref().filter(|socket| socket.connections > 0) else {
        return "At its addresses".into_any();
    };
    let text = format!("Socket Mode, {} of {} open", socket.open, socket.connections);
    let tone = match (socket.open, &socket.last_error) {
        (0, Some(_)) => Tone::Denied,
        (0, None) => Tone::Pending,
        _ => Tone::Granted,
    };
    view! { <Pill tone text glyph=Glyph::Bolt/> }.into_any()
}
