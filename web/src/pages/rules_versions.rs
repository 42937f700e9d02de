//! The versions of the approval rules: which decide, which wait for a second person, which run in shadow.

use grantbook_core::view::{
    Page,
    approvals::{RulesState, RulesVersionView},
};
use leptos::prelude::*;

use crate::reactive::{For, derived, redrawn};
use crate::{
    address,
    client::{self, Remote, remote_keeping},
    components::{
        Crumb, FieldList, Glyph, Icon, ListWords, OldRows, PageHead, Pill, RelativeTime, Tone, TrailPager, list_state,
        shown,
    },
    session::use_session,
    view_model::{
        fields::PAGE,
        number::count,
        rules::{shadow_words, state_word, who},
    },
};

static WORDS: ListWords = ListWords {
    class: "table cards versions",
    caption: "Versions of the rules, the newest first",
    heads: &["Version", "State", "Written", "Agreed", "In shadow", "Rules"],
    glyph: Glyph::Book,
    none: (
        "No version yet",
        "Every edit that is saved becomes a version, with who wrote it, who agreed to it and what it changed.",
    ),
    failed: "The versions could not be read",
};

/// The page.
#[component]
pub fn RulesVersionsPage() -> impl IntoView {
    let list = FieldList::at(address::RULES_VERSIONS, &[]);
    let page = remote_keeping(
        move || list.call.get(),
        |query| async move { client::rules_versions(&query).await },
    );
    let refresh = Callback::new(move |()| page.refresh());
    let listing = list.listing(refresh);
    let state = list_state(page, || false);
    let crumbs = vec![Crumb::new("Approval rules", address::RULES)];
    let session = use_session();
    let edit = move || {
        session.is_approver().then(
            || view! { <a class="btn primary" href=address::RULES><Icon glyph=Glyph::Pencil/>"Edit the rules"</a> },
        )
    };
    view! {
        <PageHead title="Versions" text=|| "One version decides. The others were, will be, or will never be in force." crumbs>
            {redrawn(edit)}
        </PageHead>
        <OldRows what="The list" has_rows=derived(move || page.signal().with(Option::is_some))
            error=derived(move || page.error()) on_retry=refresh/>
        {list.body(state, &WORDS, refresh, ViewFn::from(move || rows(page)))}
        <TrailPager listing shown=shown(page) size=PAGE one="version" hints=[("↵", "open"), ("L", "copy link")]/>
    }
}

fn rows(page: Remote<Page<RulesVersionView>>) -> AnyView {
    let items = move || page.value().map(|page| page.items).unwrap_or_default();
    let key = |version: &RulesVersionView| {
        let times = (version.in_force_at, version.shadow_since, version.retired_at);
        (
            version.version,
            version.state,
            times,
            version.compared,
            version.disagreements,
        )
    };
    view! { <For each=items key=key children=row/> }.into_any()
}

/// A version's state as a pill.
pub fn state_pill(state: RulesState) -> AnyView {
    let (tone, glyph) = match state {
        RulesState::Draft => (Tone::Info, Glyph::Pencil),
        RulesState::Proposed => (Tone::Pending, Glyph::Clock),
        RulesState::InForce => (Tone::Granted, Glyph::Check),
        RulesState::Retired => (Tone::Expired, Glyph::Minus),
        RulesState::Discarded => (Tone::Denied, Glyph::X),
    };
    view! { <Pill tone text=state_word(state) glyph/> }.into_any()
}

fn row(version: RulesVersionView) -> AnyView {
    let agreed = match (&version.agreed_by, version.in_force_at) {
        (Some(by), Some(at)) => view! { {who(by)}" "<small class="subtle"><RelativeTime at/></small> }.into_any(),
        _ => view! { <span class="subtle">"–"</span> }.into_any(),
    };
    let shadow = match shadow_words(&version) {
        Some(words) => words.into_any(),
        None => view! { <span class="subtle">"–"</span> }.into_any(),
    };
    let note = if version.note.is_empty() {
        "No note".to_owned()
    } else {
        version.note.clone()
    };
    let rules = count(u64::try_from(version.rules).unwrap_or_default(), "rule");
    view! {
        <tr data-version=version.version.to_string()>
            <td class="lead"><a href=address::rules_version(version.version) data-row="">
                <b>{format!("Version {}", version.version)}</b><br/><small class="subtle">{note}</small></a></td>
            <td data-label="State">{state_pill(version.state)}</td>
            <td data-label="Written">{who(&version.made_by)}" "<small class="subtle"><RelativeTime at=version.made_at/></small></td>
            <td data-label="Agreed">{agreed}</td>
            <td data-label="In shadow">{shadow}</td>
            <td class="num" data-label="Rules" title=rules>{version.rules}</td>
        </tr>
    }
    .into_any()
}
