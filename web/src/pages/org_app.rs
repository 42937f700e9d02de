//! One app of an organization: what stands in each workspace, whether it is installed there, and what to decide.

use grantbook_core::{
    AppId, EnterpriseId,
    view::{Page, approvals::OrgAppView},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::org_apps::{alarms, row};
use crate::reactive::{derived, memo, redrawn};
use crate::{
    address,
    client::{self, Notice, Remote, UiError, remote, use_live},
    clock,
    components::{AppIcon, CopyLink, Crumb, ErrorBox, OldRows, PageHead, ScopeTags, Stat, StatStrip, unknown},
    view_model::{number::count, org_apps::is_under_way},
};

pub mod decide;
pub mod places;
pub mod wishes;

/// How often the app is read again, in seconds.
const AGAIN: u64 = 15;
/// The same while a decision is on its way.
const PACE: u64 = 2;

/// The page.
#[component]
pub fn OrgAppPage() -> impl IntoView {
    let params = use_params_map();
    let key = memo(move |_| {
        params.with(|params| {
            let enterprise = params.get("enterprise")?.parse::<EnterpriseId>().ok()?;
            Some((enterprise, params.get("app")?.parse::<AppId>().ok()?))
        })
    });
    let app = remote(
        move || key.get(),
        |key| async move {
            match key {
                Some((enterprise, app)) => client::org_app(&enterprise, &app).await,
                None => Err(no_such_app()),
            }
        },
    );
    keep_fresh(app);
    let known = memo(move |_| app.signal().with(Option::is_some));
    let head = move || {
        let title = key
            .get()
            .map_or_else(|| "App".to_owned(), |(_, app)| format!("App {app}"));
        view! { <PageHead title crumbs=crumbs()/> }
    };
    redrawn(move || {
        match (known.get(), app.error()) {
        (true, _) => whole(app),
        (false, Some(error)) if error.is_not_found() => missing(),
        (false, Some(error)) => view! {
            {head()}
            <section class="card"><ErrorBox title="The app could not be read" error on_retry=move |()| app.refresh()/></section>
        }
        .into_any(),
        (false, None) => view! {
            {head()}
            <section class="card"><div class="skel-card tall"><span class="skel w3"></span><span class="skel w2"></span></div></section>
        }
        .into_any(),
    }
    })
}

fn keep_fresh(app: Remote<OrgAppView>) {
    clock::every(AGAIN, move || app.refresh());
    clock::every(PACE, move || {
        let going = app
            .signal()
            .with_untracked(|app| app.as_ref().is_some_and(|app| app.wishes.iter().any(is_under_way)));
        if going {
            app.refresh();
        }
    });
    use_live().listen(move |notice| {
        if matches!(notice, Notice::CaughtUp) {
            app.refresh();
        }
    });
}

fn no_such_app() -> UiError {
    UiError {
        code: "org_app_not_found".to_owned(),
        detail: "The address holds no app of an organization.".to_owned(),
        status: 404,
        rules: None,
    }
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Organization’s apps", address::ORG_APPS)]
}

fn missing() -> AnyView {
    let text = "Nobody asked for this app, no list of Slack’s shows it, and no workspace has it installed.";
    view! {
        <PageHead title="App not found" crumbs=crumbs()/>
        {unknown("This app is not known here", text, (address::ORG_APPS, "All apps"))}
    }
    .into_any()
}

fn whole(app: Remote<OrgAppView>) -> AnyView {
    let of = move |draw: fn(OrgAppView) -> AnyView| redrawn(move || app.value().map(draw));
    let name = memo(move |_| {
        app.signal()
            .with(|app| app.as_ref().map(|app| app.app_name.clone()).unwrap_or_default())
    });
    let mark = move || view! { <AppIcon name=name.get() large=true/> };
    let refresh = Callback::new(move |()| app.refresh());
    let alarms = move || {
        let items = app.value()?.alarms;
        let page = Page {
            items,
            next_cursor: None,
        };
        (!page.items.is_empty()).then(|| alarms::card(page, false, refresh))
    };
    let chosen = RwSignal::new(std::collections::BTreeSet::new());
    view! {
        <PageHead title=name mark=ViewFn::from(mark) crumbs=crumbs() text=move || of(identity)>
            <CopyLink/>
            {decide::organization(app)}
        </PageHead>
        <OldRows what="The app" has_rows=derived(|| true) error=derived(move || app.error()) on_retry=refresh/>
        <StatStrip>
            <Stat label="Whole organization">{of(organization)}</Stat>
            <Stat label="Approved in">{of(|app| count(app.approved_in, "workspace").into_any())}</Stat>
            <Stat label="Restricted in">{of(|app| count(app.restricted_in, "workspace").into_any())}</Stat>
            <Stat label="Installed in">{of(installed)}</Stat>
        </StatStrip>
        {redrawn(alarms)}
        {wishes::card(app)}
        {places::card(app, chosen)}
        {of(scopes)}
    }
    .into_any()
}

fn identity(app: OrgAppView) -> AnyView {
    let open = match app.open_requests {
        0 => "nobody waits for it".to_owned(),
        open => format!(
            "{} for a person",
            count(open, "request")
                .replace("requests", "requests wait")
                .replace("1 request", "1 request waits")
        ),
    };
    view! { <span class="mono">{app.app.to_string()}</span>" in "<span class="mono">{app.enterprise.to_string()}</span>" · "{open} }.into_any()
}

fn installed(app: OrgAppView) -> AnyView {
    let everywhere = app.installed_for_organization.then_some(", and organization-wide");
    view! { {count(app.installed_in, "workspace")}{everywhere} }.into_any()
}

fn organization(app: OrgAppView) -> AnyView {
    match &app.org {
        Some(org) => row::resolution(org),
        None => view! { <span class="subtle">"Not decided"</span> }.into_any(),
    }
}

/// What the organization's resolution was given for.
fn scopes(app: OrgAppView) -> AnyView {
    let Some(org) = app.org.filter(|org| !org.scopes.is_empty()) else {
        return ().into_any();
    };
    let title = match org.status {
        grantbook_core::approval::Previous::Restricted => "Restricted with these scopes",
        _ => "Approved for these scopes",
    };
    view! {
        <section class="card">
            <div class="card-head"><h2>{title}</h2><span class="end small subtle">"in the whole organization"</span></div>
            <div class="card-body"><ScopeTags scopes=org.scopes/></div>
        </section>
    }
    .into_any()
}
