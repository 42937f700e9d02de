//! The audit log: who did what to what, newest first.

use grantbook_core::view::{Page, audit::AuditView};
use leptos::prelude::*;

use super::gate::only_admins;
use crate::reactive::{For, derived};
use crate::{
    address,
    client::{self, Remote, remote_keeping},
    clock,
    components::{
        CopyLink, FieldChip, FieldList, Glyph, Icon, ListWords, OldRows, PageHead, RelativeTime, TrailPager,
        filter_choice::{day_options, option, typed_form},
        list_state, shown,
    },
    view_model::{
        audit::{self, DEEDS},
        fields::{Fields, PAGE},
    },
};

/// How often the newest lines are read again, in seconds.
const AGAIN: u64 = 5;

const NAMES: &[&str] = &["who", "what", "subject", "from", "to"];

const CHIPS: &[FieldChip] = &[
    FieldChip {
        name: "who",
        label: "Who",
        panel: |set| typed_form("Who", "user:orla", ".+", "user:NAME, key:ID, or cli", false, set),
        word: |value| audit::who(&value),
    },
    FieldChip {
        name: "what",
        label: "What",
        panel: |set| {
            DEEDS
                .map(|(code, words)| option(code, words, set))
                .collect_view()
                .into_any()
        },
        word: |value| audit::deed(&value),
    },
    FieldChip {
        name: "subject",
        label: "To what",
        panel: |set| {
            let example = "installation:insectoid.T061EG9R6";
            typed_form(
                "To what",
                example,
                ".+",
                "installation:APP.WORKSPACE, app:NAME, key:ID",
                false,
                set,
            )
        },
        word: |value| audit::subject(&value).0,
    },
    FieldChip {
        name: "from",
        label: "From",
        panel: |set| day_options("audit-from", set),
        word: |value| value,
    },
    FieldChip {
        name: "to",
        label: "To",
        panel: |set| day_options("audit-to", set),
        word: |value| value,
    },
];

static WORDS: ListWords = ListWords {
    class: "table cards audit",
    caption: "What was done, newest first",
    heads: &["When", "Who", "What", "Details"],
    glyph: Glyph::Book,
    none: (
        "Nothing was done yet",
        "Keys made, tokens read, apps added and taken out will stand here with who, when and why.",
    ),
    failed: "The audit log could not be read",
};

/// The page. Its filter is its address.
#[component]
pub fn AuditPage() -> impl IntoView {
    only_admins("Audit log", || view! { <Log/> }.into_any())
}

#[component]
fn Log() -> impl IntoView {
    let list = FieldList::at(address::AUDIT, NAMES);
    let page = remote_keeping(
        move || list.call.get(),
        |query| async move { client::audit(&query).await },
    );
    let refresh = Callback::new(move |()| page.refresh());
    let listing = list.listing(refresh);
    clock::every(AGAIN, move || {
        if listing.is_at_top() {
            page.refresh();
        }
    });
    let export = move || client::audit_csv(&list.filter.with(Fields::export));
    let state = list_state(page, move || list.is_filtered());
    view! {
        <PageHead title="Audit log" text=|| "Who did what to what in this console. Nothing here is ever changed, and nothing here is secret.">
            <CopyLink/>
            <a class="btn" href=export download="audit.csv" rel="external"><Icon glyph=Glyph::Export/>"Export CSV"</a>
        </PageHead>
        {list.bar("Filter the audit log", CHIPS)}
        <OldRows what="The log" has_rows=derived(move || page.signal().with(Option::is_some))
            error=derived(move || page.error()) on_retry=refresh/>
        {list.body(state, &WORDS, refresh, ViewFn::from(move || rows(page)))}
        <TrailPager listing shown=shown(page) size=PAGE one="line" hints=[("/", "filter"), ("L", "copy link")]/>
    }
}

fn rows(page: Remote<Page<AuditView>>) -> AnyView {
    let items = move || page.value().map(|page| page.items).unwrap_or_default();
    view! { <For each=items key=|line: &AuditView| line.id children=row/> }.into_any()
}

fn row(line: AuditView) -> AnyView {
    let (text, href) = audit::subject(&line.subject);
    let subject = match href {
        Some(href) => view! { <a href=href>{text}</a> }.into_any(),
        None => view! { <span class="mono">{text}</span> }.into_any(),
    };
    let note = audit::note(&line).map(|note| format!(": {note}"));
    let raw = serde_json::to_string_pretty(&line.detail).unwrap_or_default();
    view! {
        <tr data-audit=line.what.clone()>
            <td class="lead nowrap"><RelativeTime at=line.at/></td>
            <td data-label="Who" title=line.who.clone()>{audit::who(&line.who)}</td>
            <td class="wide what">{audit::deed(&line.what)}" "{subject}{note}</td>
            <td class="wide" data-label="Details">
                <details><summary data-row=""><code>{line.what.clone()}</code></summary><pre class="code" tabindex="0" aria-label="The details as JSON">{raw}</pre></details>
            </td>
        </tr>
    }
    .into_any()
}
