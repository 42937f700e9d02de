//! Reports: how many requests are decided, by whom and how fast, by month and by workspace.

use grantbook_core::view::approvals::ReportView;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::reactive::{derived, memo, redrawn};
use crate::{
    address,
    client::{self, remote_keeping},
    clock,
    components::{CopyLink, Empty, ErrorBox, Glyph, OldRows, PageHead, Segment, Segmented, Stat, StatStrip},
    view_model::{
        number::thousands,
        reports::{self, SPAN, SPANS, by_rules, decided},
        time_words,
    },
};

pub mod charts;
pub mod tables;

/// The page. Its span is in its address.
#[component]
pub fn ReportsPage() -> impl IntoView {
    let query = use_query_map();
    let span = memo(move |_| {
        let word = query.with(|query| query.get("months")).unwrap_or_default();
        let known = SPANS.iter().find(|(known, _)| *known == word);
        known.map_or(SPAN, |(known, _)| known).to_owned()
    });
    let asked = memo(move |_| reports::query(&span.get(), time_words::day(clock::now())));
    let report = remote_keeping(
        move || asked.get(),
        |query| async move { client::approval_report(&query).await },
    );
    let navigate = use_navigate();
    let choose = Callback::new(move |months: String| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        let months = if months == SPAN { String::new() } else { months };
        navigate(
            &address::join(address::REPORTS, &address::query(&[("months", &months)])),
            options,
        );
    });
    let segments = SPANS
        .iter()
        .map(|(word, text)| Segment::word((*word).to_owned(), *text))
        .collect::<Vec<_>>();
    let retry = Callback::new(move |()| report.refresh());
    let body = move || {
        match (report.value(), report.error()) {
        (Some(report), _) if is_empty(&report) => nothing(),
        (Some(report), _) => whole(&report, &asked.get()),
        (None, Some(error)) => view! { <section class="card"><ErrorBox title="The report could not be read" error on_retry=retry/></section> }.into_any(),
        (None, None) if report.wants_skeleton() => skeleton(),
        (None, None) => ().into_any(),
    }
    };
    view! {
        <PageHead title="Reports" text=|| "How many app requests are decided, by whom, and how long people take. Months are counted in UTC.">
            <Segmented label="Span" segments chosen=derived(move || span.get()) on_choose=choose/>
            <CopyLink/>
        </PageHead>
        <OldRows what="The report" has_rows=derived(move || report.signal().with(Option::is_some))
            error=derived(move || report.error()) on_retry=retry/>
        {redrawn(body)}
    }
}

fn is_empty(report: &ReportView) -> bool {
    report.total.arrived == 0 && decided(&report.total) == 0
}

fn nothing() -> AnyView {
    let text = || "No app was requested and nothing was decided in this span. Requests come from Slack as people ask for apps.";
    view! { <section class="card"><Empty glyph=Glyph::Inbox title="Nothing to report" text/></section> }.into_any()
}

fn skeleton() -> AnyView {
    let card = || view! { <section class="card"><div class="skel-card tall"><span class="skel w3"></span><span class="skel w2"></span></div></section> };
    view! { <div class="cols">{card()}{card()}</div> }.into_any()
}

fn whole(report: &ReportView, query: &str) -> AnyView {
    let total = &report.total;
    let in_all = decided(total);
    let share = by_rules(total.by_rules, in_all);
    let (share, percent) = share
        .split_once(" (")
        .map_or((share.clone(), String::new()), |(share, percent)| {
            (share.to_owned(), format!("({percent}"))
        });
    let (arrived, median) = (thousands(total.arrived), total.time.median);
    let (by_people, decided) = (total.by_people, thousands(in_all));
    let (longest, elsewhere) = (reports::words(total.time.longest), thousands(total.elsewhere));
    let took = move |seconds: u64| {
        let text = if by_people == 0 {
            "no decision by people".to_owned()
        } else {
            reports::words(seconds)
        };
        view! { <span class="stat-value">{text}</span> }
    };
    view! {
        <StatStrip>
            <Stat label="Requests that arrived"><span class="stat-value">{arrived}</span></Stat>
            <Stat label="Decided" note=ViewFn::from(move || format!("{elsewhere} of them in Slack itself"))><span class="stat-value">{decided}</span></Stat>
            <Stat label="Decided by rules"><span class="stat-value">{share}" "<small class="muted">{percent}</small></span></Stat>
            <Stat label="Half of people’s decisions within" note=ViewFn::from(move || format!("the longest took {longest}"))>{took(median)}</Stat>
        </StatStrip>
        <div class="cols">{charts::decisions(report)}{charts::times(report)}</div>
        {tables::months(report, query)}
        {tables::workspaces(report, query)}
    }
    .into_any()
}
