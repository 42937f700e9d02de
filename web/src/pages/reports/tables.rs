//! The numbers of the charts, and the workspaces, as tables and CSV.

use grantbook_core::view::approvals::{DecisionTime, MonthDecided, ReportView, WorkspaceDecided};
use leptos::prelude::*;

use crate::{
    client,
    components::{Glyph, Icon},
    view_model::{
        number::thousands,
        reports::{month_words, words},
    },
};

const MONTHS: [&str; 9] = [
    "Month",
    "Arrived",
    "Approved",
    "Restricted",
    "Dismissed",
    "By rules",
    "By people",
    "In Slack",
    "Half within · 9 of 10 within",
];
const WORKSPACES: [&str; 8] = [
    "Workspace",
    "Arrived",
    "Approved",
    "Restricted",
    "Dismissed",
    "By rules",
    "Open now",
    "Half within · 9 of 10 within",
];

/// The months, the newest first.
pub(super) fn months(report: &ReportView, query: &str) -> AnyView {
    let rows = report.months.iter().rev().map(month).collect_view().into_any();
    card("By month", "months", &MONTHS, rows, query)
}

/// The workspaces, those with most requests first.
pub(super) fn workspaces(report: &ReportView, query: &str) -> AnyView {
    let rows = report.workspaces.iter().map(workspace).collect_view().into_any();
    card("By workspace", "workspaces", &WORKSPACES, rows, query)
}

fn card(title: &'static str, table: &'static str, heads: &[&'static str], rows: AnyView, query: &str) -> AnyView {
    let file = format!("approval-{table}.csv");
    let head = |(at, text): (usize, &&'static str)| view! { <th scope="col" class:num={at > 0}>{*text}</th> };
    view! {
        <section class="card" data-table=table>
            <div class="card-head">
                <h2>{title}</h2>
                <a class="btn sm end" href=client::approval_report_csv(table, query) download=file rel="external"><Icon glyph=Glyph::Export/>"CSV"</a>
            </div>
            <div class="table-wrap flat">
                <table class="table compact cards reports">
                    <caption class="visually-hidden">{title}</caption>
                    <thead><tr>{heads.iter().enumerate().map(head).collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn numbers(heads: &[&'static str], counts: &[u64]) -> AnyView {
    let cell = |(label, count): (&&'static str, &u64)| {
        let count = *count;
        view! { <td class="num" data-label=*label><span class:subtle={count == 0}>{thousands(count)}</span></td> }
    };
    heads.iter().zip(counts).map(cell).collect_view().into_any()
}

/// Nought seconds at the longest means that people decided nothing.
fn took(label: &'static str, time: DecisionTime) -> AnyView {
    let text = if time.longest == 0 {
        view! { <span class="subtle">"\u{2013}"</span> }.into_any()
    } else {
        format!("{} · {}", words(time.median), words(time.p90)).into_any()
    };
    view! { <td class="num nowrap wide" data-label=label>{text}</td> }.into_any()
}

fn month(row: &MonthDecided) -> AnyView {
    let counts = [
        row.arrived,
        row.approved,
        row.restricted,
        row.cancelled,
        row.by_rules,
        row.by_people,
        row.elsewhere,
    ];
    view! {
        <tr data-month=row.month.clone()>
            <td class="lead">{month_words(&row.month)}</td>
            {numbers(&MONTHS[1..8], &counts)}
            {took(MONTHS[8], row.time)}
        </tr>
    }
    .into_any()
}

fn workspace(row: &WorkspaceDecided) -> AnyView {
    let counts = [
        row.arrived,
        row.approved,
        row.restricted,
        row.cancelled,
        row.by_rules,
        row.open,
    ];
    let id = row.team.as_ref().map(ToString::to_string);
    let name = match (&row.team_name, &id) {
        (Some(name), Some(id)) => {
            view! { <b>{name.clone()}</b>" "<small class="mono subtle small">{id.clone()}</small> }.into_any()
        }
        (None, Some(id)) => view! { <span class="mono">{id.clone()}</span> }.into_any(),
        _ => view! { <b>"Whole organization"</b> }.into_any(),
    };
    view! {
        <tr data-team=id.clone().unwrap_or_default()>
            <td class="lead">{name}</td>
            {numbers(&WORKSPACES[1..7], &counts)}
            {took(WORKSPACES[7], row.time)}
        </tr>
    }
    .into_any()
}
