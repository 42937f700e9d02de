//! Apps of the organization: what is approved, restricted and installed where, and what is wrong with that.

use grantbook_core::view::{
    Page,
    approvals::{AlarmView, OrgAppView},
};
use leptos::prelude::*;

use crate::reactive::{For, derived, redrawn};
use crate::{
    address,
    client::{self, Notice, Remote, remote, remote_keeping},
    components::{
        BACK_AND_ON, FieldChip, FieldList, Glyph, Icon, ListWords, OldRows, PageHead, TrailPager,
        filter_choice::{option, typed_form, workspace_options},
        list_state, shown,
    },
    view_model::fields::PAGE,
};

pub mod alarms;
pub mod row;

/// How often the list is read again, in seconds: resolutions are found in Slack's lists, without a notice.
const AGAIN: u64 = 15;

const NAMES: &[&str] = &["q", "status", "team"];

const STATUSES: [(&str, &str); 4] = [
    ("approved", "Approved"),
    ("restricted", "Restricted"),
    ("installed", "Installed"),
    ("alarm", "With an alarm"),
];

const CHIPS: &[FieldChip] = &[
    FieldChip {
        name: "q",
        label: "Name",
        panel: |set| typed_form("Name or id", "Standup", ".+", "Part of a name, or an id", false, set),
        word: |value| value,
    },
    FieldChip {
        name: "status",
        label: "Status",
        panel: |set| {
            STATUSES
                .map(|(value, text)| option(value, text, set))
                .collect_view()
                .into_any()
        },
        word: |value| {
            let known = STATUSES.into_iter().find(|(known, _)| *known == value);
            known.map_or(value, |(_, text)| text.to_owned())
        },
    },
    FieldChip {
        name: "team",
        label: "Workspace",
        panel: workspace_options,
        word: |value| value,
    },
];

static WORDS: ListWords = ListWords {
    class: "table cards org-apps",
    caption: "Apps of the organization, by name",
    heads: &[
        "App",
        "Whole organization",
        "Approved in",
        "Restricted in",
        "Installed in",
        "Open requests",
        "Alarms",
    ],
    glyph: Glyph::Apps,
    none: (
        "No app is known yet",
        "Apps stand here as soon as somebody asks for one, or Slack’s lists show one that is approved or restricted.",
    ),
    failed: "The apps could not be read",
};

/// The page. Its filter is its address.
#[component]
pub fn OrgAppsPage() -> impl IntoView {
    let list = FieldList::at(address::ORG_APPS, NAMES);
    let page = remote_keeping(
        move || list.call.get(),
        |query| async move { client::org_apps(&query).await },
    );
    let wrong = remote(|| (), |()| client::app_alarms("limit=200"));
    let refresh = Callback::new(move |()| {
        page.refresh();
        wrong.refresh();
    });
    let listing = list.listing(refresh);
    listing.keep_fresh(AGAIN, |notice| matches!(notice, Notice::CaughtUp));
    let state = list_state(page, move || list.is_filtered());
    let export = move || client::org_apps_csv(&list.filter.with(crate::view_model::fields::Fields::export));
    view! {
        <PageHead title="Organization’s apps" text=|| "What is approved and restricted, and where it is installed. The two are told apart: a restricted app may still be installed.">
            <a class="btn" href=export download="org-apps.csv" rel="external"><Icon glyph=Glyph::Export/>"Export CSV"</a>
        </PageHead>
        {redrawn(move || strip(wrong, refresh))}
        {list.bar("Filter the apps", CHIPS)}
        <OldRows what="The list" has_rows=derived(move || page.signal().with(Option::is_some))
            error=derived(move || page.error()) on_retry=refresh/>
        {list.body(state, &WORDS, refresh, ViewFn::from(move || rows(page)))}
        <TrailPager listing shown=shown(page) size=PAGE one="app" hints=[("/", "filter"), ("L", "copy link")] words=BACK_AND_ON/>
    }
}

/// The alarms, while there are any.
fn strip(wrong: Remote<Page<AlarmView>>, refresh: Callback<()>) -> Option<AnyView> {
    let page = wrong.value()?;
    (!page.items.is_empty()).then(|| alarms::card(page, true, refresh))
}

fn rows(page: Remote<Page<OrgAppView>>) -> AnyView {
    let items = move || page.value().map(|page| page.items).unwrap_or_default();
    let key = |app: &OrgAppView| {
        let alarms: Vec<i64> = app.alarms.iter().map(|alarm| alarm.id).collect();
        let org = app.org.as_ref().map(|org| (org.status, org.date_updated, org.ends_at));
        let counts = [app.approved_in, app.restricted_in, app.installed_in, app.open_requests];
        (
            app.enterprise.clone(),
            app.app.clone(),
            app.app_name.clone(),
            org,
            counts,
            alarms,
        )
    };
    view! { <For each=items key=key children=row::row/> }.into_any()
}
