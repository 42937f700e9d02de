//! The live backtest: what the edit would have changed over all history, each decision openable.

use grantbook_core::{
    approval::RuleRef,
    view::approvals::{BacktestView, FlipView},
};
use leptos::prelude::*;

use super::{
    editor::{ALL, Editor, FEW},
    list::pill,
};
use crate::reactive::{heard, redrawn};
use crate::{
    components::{AppIcon, Empty, ErrorBox, Glyph, Icon},
    view_model::{
        number::{count, thousands},
        rules::{bar, flips_words, tally_words, took_words},
        time_words,
    },
};

/// The card.
pub(super) fn card(editor: Editor) -> AnyView {
    let took = move || {
        if editor.backtest().is_loading() {
            return "deciding all of them…".to_owned();
        }
        if editor.backtest().error().is_some() || editor.changes().is_empty() {
            return String::new();
        }
        let took = editor.backtest().value().flatten().map(|view| view.took_us);
        took.map(took_words).unwrap_or_default()
    };
    let body = move || match (editor.backtest().value().flatten(), editor.backtest().error()) {
        // The text says what is wrong with it.
        (_, Some(error)) if error.rules.is_some() => {
            let text = || "What is written cannot be read as rules; the card below says where. The rules in force stay as they are.";
            view! { <Empty glyph=Glyph::Warn title="Nothing to try" text/> }.into_any()
        }
        (Some(view), _) => outcome(editor, view),
        (None, Some(error)) => {
            let retry = move |()| editor.backtest().refresh();
            view! { <ErrorBox title="The backtest did not run" error on_retry=retry/> }.into_any()
        }
        (None, None) => view! { <div class="skel-card"><span class="skel w3"></span></div> }.into_any(),
    };
    view! {
        <section class="card" aria-label="Backtest of this edit" data-backtest="">
            <div class="card-head"><h2>"Backtest of this edit"</h2><span class="end small subtle tabular" aria-live="polite">{redrawn(took)}</span></div>
            {redrawn(body)}
        </section>
    }
    .into_any()
}

fn outcome(editor: Editor, view: BacktestView) -> AnyView {
    if view.requests == 0 {
        let text =
            || "As soon as requests have arrived, every edit is tried on all of them before it decides anything.";
        return view! { <Empty glyph=Glyph::Inbox title="No request yet" text/> }.into_any();
    }
    if view.flips == 0 && editor.changes().is_empty() {
        let all = count(u64::try_from(view.requests).unwrap_or_default(), "past request");
        return view! { <div class="card-body"><p class="muted" data-flips="0">{format!("Nothing is edited yet. Each edit is tried on all of {all} before it decides anything.")}</p></div> }.into_any();
    }
    let flips = thousands(u64::try_from(view.flips).unwrap_or_default());
    let words = flips_words(view.flips, view.requests);
    let told: Vec<String> = view
        .tally
        .iter()
        .map(|one| format!("{} {}", one.count, tally_words(one)))
        .collect();
    let part = |(from, width, class): (usize, usize, &'static str)| {
        view! { <rect class=class x=from.to_string() width=width.to_string() height="10"/> }
    };
    let parts = bar(&view.tally).into_iter().map(part).collect_view();
    let drawn = (view.flips > 0).then(|| {
        let legend = view.tally.iter().map(|one| {
            view! { <span><strong class="tabular">{thousands(u64::try_from(one.count).unwrap_or_default())}</strong>" "{tally_words(one)}</span> }
        });
        view! {
            <svg class="flipbar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=told.join(", ")>{parts}</svg>
            <div class="legend">{legend.collect_view()}</div>
        }
    });
    let listed = view.items.len();
    let foot = (view.flips > 0).then(|| {
        let more = (listed < view.flips && editor.limit.get() == FEW).then(|| {
            view! { <button class="btn sm ghost" type="button" data-all-flips="" on:click=heard(move |_| editor.limit.set(ALL))>"All flips"</button> }
        });
        view! { <div class="card-foot"><span class="tabular">{format!("{listed} of {flips}")}</span>{more}</div> }
    });
    let rows = (listed > 0).then(|| table(view.items));
    view! {
        <div class="card-body stack">
            <p class="prose" data-flips=view.flips.to_string()><span class="stat-value">{flips.clone()}</span>" "<span class="muted tabular">{words}</span></p>
            {drawn}
        </div>
        {rows}{foot}
    }
    .into_any()
}

/// Flips as a table, shared with the page of a version.
pub(crate) fn table(items: Vec<FlipView>) -> AnyView {
    view! {
        <div class="table-wrap flat"><table class="table cards compact flips">
            <caption class="visually-hidden">"Requests that come out differently, the newest first"</caption>
            <thead><tr><th scope="col">"Request"</th><th scope="col">"Verdict, now and then"</th><th scope="col" class="num">"Asked"</th></tr></thead>
            <tbody>{items.into_iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(flip: FlipView) -> AnyView {
    let place = match (&flip.team_name, &flip.team) {
        (Some(name), _) => name.clone(),
        (None, Some(team)) => team.to_string(),
        (None, None) => "the whole organization".to_owned(),
    };
    let why = format!("Now: {} Then: {}", flip.old_sentence, flip.new_sentence);
    let name = |rule: &Option<RuleRef>| rule.as_ref().map_or("no rule".to_owned(), |rule| rule.name.clone());
    let rules = format!("{} → {}", name(&flip.old_rule), name(&flip.new_rule));
    view! {
        <tr data-flip=flip.id.to_string()>
            <td class="lead"><a href=format!("/queue/{}", flip.id) data-row="">
                <span class="who"><AppIcon name=flip.app_name.clone()/><span><b class="trunc" title=flip.app_name.clone()>{flip.app_name.clone()}</b><small class="trunc" title=format!("{place} · {}", flip.request_id)>{place.clone()}</small></span></span>
            </a></td>
            <td class="most" data-label="Verdict"><span class="arrow-to" title=why>{pill(&flip.old)}<Icon glyph=Glyph::Right/>{pill(&flip.new)}</span>
                <small class="subtle rules" title=rules.clone()>{rules.clone()}</small></td>
            <td class="num nowrap" data-label="Asked">{time_words::date(flip.asked_at)}</td>
        </tr>
    }
    .into_any()
}
