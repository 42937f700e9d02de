//! One version of the rules: what it changes, what it would have decided differently, how it does in shadow, and the
//! second person's agreement.

use grantbook_core::{
    approval::Rule,
    view::approvals::{BacktestWish, RulesFormat, RulesState, RulesView},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    rules::{backtest_table, change_sentences, changed_lines, decision_pill, toml_of},
    rules_versions::state_pill,
};
use crate::reactive::{derived, heard, memo, redrawn};
use crate::{
    address,
    client::{self, UiError, remote, remote_keeping},
    components::{Crumb, Empty, ErrorBox, Glyph, Icon, PageHead, Pill, RelativeTime, SentenceText, Tone},
    view_model::{
        number::thousands,
        rules::{flips_words, lines, rule_sentence, shadow_words, who},
        sentence::marked,
    },
};

mod steps;

/// Flips listed at first.
const FLIPS: usize = 10;

/// The page.
#[component]
pub fn RulesVersionPage() -> impl IntoView {
    let params = use_params_map();
    let version = memo(move |_| params.with(|params| params.get("version")?.parse::<u64>().ok()));
    let read = remote(
        move || version.get(),
        |version| async move {
            match version {
                Some(version) => client::rules(Some(version)).await,
                None => Err(no_such_version()),
            }
        },
    );
    let title = derived(move || {
        version
            .get()
            .map_or("Version".to_owned(), |version| format!("Version {version}"))
    });
    let crumbs = vec![
        Crumb::new("Approval rules", address::RULES),
        Crumb::new("Versions", address::RULES_VERSIONS),
    ];
    let text = move || read.value().map(|view| head_words(&view));
    let body = move || match (read.value(), read.error()) {
        (Some(view), _) => content(view),
        (None, Some(error)) if error.is_not_found() => {
            let text = || "The address names no version of the rules. The list has all there are.";
            view! { <section class="card"><Empty glyph=Glyph::Search title="There is no such version" text/></section> }
                .into_any()
        }
        (None, Some(error)) => {
            let retry = move |()| read.refresh();
            view! { <section class="card"><ErrorBox title="The version could not be read" error on_retry=retry/></section> }.into_any()
        }
        (None, None) => {
            view! { <section class="card"><div class="skel-card"><span class="skel w3"></span></div></section> }
                .into_any()
        }
    };
    view! {
        <PageHead title text=ViewFn::from(text) crumbs>{redrawn(move || read.value().map(|view| steps::steps(&view, read)))}</PageHead>
        {redrawn(body)}
    }
}

fn no_such_version() -> UiError {
    UiError {
        code: "rules_version_not_found".to_owned(),
        detail: "The address holds no number of a version.".to_owned(),
        status: 404,
        rules: None,
    }
}

fn head_words(view: &RulesView) -> AnyView {
    let version = &view.version;
    let proposed = version.proposed_by.as_ref().filter(|by| **by != version.made_by);
    let proposed = proposed.map(|by| format!(", proposed by {}", who(by)));
    let agreed = version
        .agreed_by
        .as_ref()
        .map(|by| format!(", agreed to by {}", who(by)));
    let note = (!version.note.is_empty()).then(|| format!(" “{}”", version.note));
    view! {
        <span data-state=version.state.as_str()>{state_pill(version.state)}</span>
        " Written by "{who(&version.made_by)}" "<RelativeTime at=version.made_at/>{proposed}{agreed}"."{note}
    }
    .into_any()
}

fn content(view: RulesView) -> AnyView {
    let base = view.version.base;
    let version = view.version.version;
    let is_open = matches!(view.version.state, RulesState::Draft | RulesState::Proposed);
    let before = remote(
        move || base,
        |base| async move {
            match base {
                Some(base) => client::rules(Some(base)).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let toml = toml_of(&view);
    let difference = move || {
        let old = before.value()?;
        Some(changed_lines(lines(
            &old.map(|view| toml_of(&view)).unwrap_or_default(),
            &toml,
        )))
    };
    let against = base.map_or("nothing".to_owned(), |base| format!("version {base}"));
    let changes = view.changes.clone();
    let none = changes
        .is_empty()
        .then(|| view! { <div class="card-body"><p class="subtle small">"Nothing differs."</p></div> });
    let shadow = shadow_words(&view.version).map(|words| shadow_card(version, words));
    view! {
        <div class="cols rules">
            <section class="card" aria-label="The rules">
                <div class="card-head"><h2>"The rules"</h2></div>
                <ol>{rules(&view)}</ol>
            </section>
            <div class="stack">
                <section class="card" aria-label="What it changes">
                    <div class="card-head"><h2>"What it changes"</h2><span class="end small subtle">{format!("against {against}")}</span></div>
                    {none}{change_sentences(changes)}{redrawn(difference)}
                </section>
                {shadow}
                {is_open.then(|| flips_card(&view))}
            </div>
        </div>
    }
    .into_any()
}

fn rules(view: &RulesView) -> AnyView {
    let row = |(at, rule): (usize, &Rule)| {
        let decided = view
            .states
            .get(at)
            .filter(|_| view.version.state == RulesState::InForce);
        let decided = decided.map(|state| {
            view! { <div class="side"><strong class="tabular">{thousands(state.decided)}</strong><small class="subtle small">"decided in 90 days"</small></div> }
        });
        let sentence = marked(&rule_sentence(rule));
        let off = (!rule.enabled).then(|| view! { <Pill tone=Tone::Expired text="Off" glyph=Glyph::Minus/> });
        view! {
            <li class="rule" class:off=!rule.enabled>
                <span class="ord">{at + 1}</span>
                <div class="row wrap"><h3>{rule.name.clone()}</h3>{decision_pill(rule.then.as_str())}{off}</div>
                <p class="sentence"><SentenceText segments=sentence/></p>
                {decided}
            </li>
        }
    };
    view.rules.rules.iter().enumerate().map(row).collect_view().into_any()
}

/// What it would have decided differently than the rules in force.
fn flips_card(view: &RulesView) -> AnyView {
    let version = view.version.version;
    let text = serde_json::to_string(&view.rules).unwrap_or_default();
    let backtest = remote_keeping(
        move || text.clone(),
        |text| async move {
            let wish = BacktestWish {
                text,
                format: RulesFormat::Json,
                ..BacktestWish::default()
            };
            client::backtest(&wish).await
        },
    );
    let all = RwSignal::new(false);
    let body = move || match (backtest.value(), backtest.error()) {
        (Some(tried), _) => {
            let words = flips_words(tried.flips, tried.requests);
            let mut items = tried.items;
            let known = items.len();
            items.truncate(if all.get() { known } else { FLIPS });
            let listed = items.len();
            let rows = (listed > 0).then(|| backtest_table(items));
            let more = (listed < known).then(|| {
                view! { <button class="btn sm ghost" type="button" data-all-flips="" on:click=heard(move |_| all.set(true))>"All flips"</button> }
            });
            view! {
                <div class="card-body"><p class="prose" data-flips=tried.flips.to_string()><span class="stat-value">{thousands(u64::try_from(tried.flips).unwrap_or_default())}</span>" "<span class="muted tabular">{words}</span></p></div>
                {rows}
                <div class="card-foot"><span class="tabular">{format!("{listed} of {}", tried.flips)}</span>{more}
                    <a class="btn sm ghost" href=client::flips_csv(version) download=format!("rules-{version}-flips.csv") rel="external"><Icon glyph=Glyph::Export/>"CSV"</a></div>
            }
            .into_any()
        }
        (None, Some(error)) => {
            let retry = move |()| backtest.refresh();
            view! { <ErrorBox title="The backtest did not run" error on_retry=retry/> }.into_any()
        }
        (None, None) => view! { <div class="skel-card"><span class="skel w3"></span></div> }.into_any(),
    };
    view! {
        <section class="card" aria-label="Backtest">
            <div class="card-head"><h2>"Against what is in force"</h2></div>{redrawn(body)}
        </section>
    }
    .into_any()
}

/// Where it said something else while it ran beside the rules in force.
fn shadow_card(version: u64, words: String) -> AnyView {
    let read = remote(
        move || version,
        |version| async move { client::disagreements(&format!("version={version}&limit=50")).await },
    );
    let body = move || match (read.value(), read.error()) {
        (Some(page), _) if page.items.is_empty() => {
            let text = || "Both decided every request alike so far. New ones appear when this page is opened again.";
            view! { <Empty glyph=Glyph::Check title="No disagreement" text/> }.into_any()
        }
        (Some(page), _) => {
            let more = page.next_cursor.is_some().then(|| view! { <div class="card-foot"><span class="small subtle">"The newest 50; the rest is in the API."</span></div> });
            let flips = page.items.into_iter().map(|one| one.flip).collect();
            view! { {backtest_table(flips)}{more} }.into_any()
        }
        (None, Some(error)) => {
            let retry = move |()| read.refresh();
            view! { <ErrorBox title="The disagreements could not be read" error on_retry=retry/> }.into_any()
        }
        (None, None) => view! { <div class="skel-card"><span class="skel w3"></span></div> }.into_any(),
    };
    view! {
        <section class="card" aria-label="In shadow" data-shadow="">
            <div class="card-head"><h2>"In shadow"</h2><span class="end small subtle">{words}</span></div>{redrawn(body)}
        </section>
    }
    .into_any()
}
