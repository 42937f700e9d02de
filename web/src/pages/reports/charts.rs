//! The charts: two series each, bars from nought; the same numbers stand in the tables below.

use grantbook_core::view::approvals::ReportView;
use leptos::prelude::*;

use crate::view_model::reports::{self, Bar, Chart, HEIGHT, Line, WIDTH};

/// A length as an attribute: a tenth of a unit is finer than anybody sees.
fn units(length: f64) -> String {
    format!("{length:.1}")
}

/// Decisions by month.
pub(super) fn decisions(report: &ReportView) -> AnyView {
    card(
        "Decisions per month",
        ["by rules", "by people"],
        &reports::decisions(report),
    )
}

/// How long people took by month.
pub(super) fn times(report: &ReportView) -> AnyView {
    let title = format!("Time people took, in {}", reports::unit(report).name);
    card(&title, ["half within", "nine of ten within"], &reports::times(report))
}

fn card(title: &str, [first, second]: [&'static str; 2], chart: &Chart) -> AnyView {
    let size = format!("0 0 {} {}", units(WIDTH), units(HEIGHT));
    view! {
        <section class="card" data-chart="">
            <div class="card-head">
                <h2>{title.to_owned()}</h2>
                <div class="legend end"><span><i class="swatch"></i>{first}</span><span><i class="swatch s2"></i>{second}</span></div>
            </div>
            <div class="card-body">
                <svg class="chart" viewBox=size role="img" aria-label=chart.summary.clone()>
                    {chart.lines.iter().map(line).collect_view()}
                    {chart.bars.iter().map(bar).collect_view()}
                </svg>
            </div>
        </section>
    }
    .into_any()
}

fn line(line: &Line) -> AnyView {
    let y = units(line.y);
    let below = units(line.y + 4.0);
    view! {
        <line class="grid" x1="44" x2=units(WIDTH) y1=y.clone() y2=y></line>
        <text x="36" y=below text-anchor="end">{line.text.clone()}</text>
    }
    .into_any()
}

fn bar(bar: &Bar) -> AnyView {
    let middle = if bar.second_x > bar.x {
        bar.second_x
    } else {
        bar.x + bar.width / 2.0
    };
    let part = |class: &'static str, x: f64, (top, height): (f64, f64)| {
        (height > 0.0).then(|| {
            let title = bar.title.clone();
            view! { <rect class=class x=units(x) y=units(top) width=units(bar.width) height=units(height.max(1.0)) rx="2"><title>{title}</title></rect> }
        })
    };
    let name = bar.name.clone().map(|name| {
        view! { <text x=units(middle) y="184" text-anchor="middle">{name}</text> }
    });
    view! { {part("s1", bar.x, bar.first)}{part("s2", bar.second_x, bar.second)}{name} }.into_any()
}
