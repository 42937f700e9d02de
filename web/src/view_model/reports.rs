//! Charts of the reports as plain numbers: lengths, places and words; and the spans one can choose.

use grantbook_core::view::approvals::{MonthDecided, ReportView};
use time::{Date, Month};

use super::{
    number::{count, thousands},
    time_words::{duration, iso_day},
};

/// Size of a chart in its own units.
pub const WIDTH: f64 = 590.0;
/// See [`WIDTH`].
pub const HEIGHT: f64 = 192.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 166.0;
/// Names under the bars, at most.
const NAMED: usize = 8;
/// Lines above nought, at most.
const LINES: u64 = 4;

/// Spans one can choose: the word in the address, and for people.
pub const SPANS: [(&str, &str); 4] = [
    ("3", "3 months"),
    ("6", "6 months"),
    ("12", "12 months"),
    ("36", "3 years"),
];
/// The span when the address names none.
pub const SPAN: &str = "12";

/// A line with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where.
    pub y: f64,
    /// What is written at its left.
    pub text: String,
}

/// Two numbers of one month, as bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Where it begins.
    pub x: f64,
    /// How wide it is.
    pub width: f64,
    /// Top and height of the first series.
    pub first: (f64, f64),
    /// Top and height of the second.
    pub second: (f64, f64),
    /// Where the second begins; the same as `x` where it stands on the first.
    pub second_x: f64,
    /// What is written under it, where there is room.
    pub name: Option<String>,
    /// What it says when one points at it.
    pub title: String,
}

/// A chart of two series.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Lines, nought first.
    pub lines: Vec<Line>,
    /// Bars, oldest first.
    pub bars: Vec<Bar>,
    /// The whole in a sentence.
    pub summary: String,
}

/// The unit that times of a report are written in: its seconds and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Seconds of one.
    pub seconds: u64,
    /// `minutes`, `hours` or `days`.
    pub name: &'static str,
}

/// A step between lines that people count in: 1, 2 or 5 times a power of ten, so that few lines reach `most`.
fn step(most: u64) -> u64 {
    let mut power = 1;
    loop {
        for factor in [1, 2, 5] {
            let step: u64 = factor * power;
            if step.saturating_mul(LINES) >= most {
                return step;
            }
        }
        power *= 10;
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "lengths in a chart have a hundred steps, not 2^52"
)]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn height(value: u64, top: u64) -> f64 {
    share(value, top) * (BOTTOM - TOP)
}

fn lines(top: u64, step: u64) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut value = 0;
    while value <= top {
        lines.push(Line {
            y: BOTTOM - height(value, top),
            text: thousands(value),
        });
        value += step;
    }
    lines
}

#[expect(clippy::cast_precision_loss, reason = "a report has a hundred months, not 2^52")]
fn slots(months: usize) -> impl Fn(usize) -> (f64, f64) {
    let slot = (WIDTH - LEFT) / months.max(1) as f64;
    let width = (slot * 0.62).min(40.0);
    move |at| (LEFT + slot * at as f64 + (slot - width) / 2.0, width)
}

/// `Nov 2026` of `2026-11`.
pub fn month_words(month: &str) -> String {
    let Some((year, number)) = month.split_once('-') else {
        return month.to_owned();
    };
    let name = number.parse().ok().and_then(|number: u8| Month::try_from(number).ok());
    name.map_or_else(|| month.to_owned(), |name| format!("{} {year}", &name.to_string()[..3]))
}

/// The name under a bar: with its year only where that begins, so that names do not touch each other.
fn name(at: usize, months: &[MonthDecided]) -> Option<String> {
    let every = months.len().div_ceil(NAMED).max(1);
    let last = months.len() - 1;
    let year = |at: usize| months[at].month.split_once('-').map(|(year, _)| year);
    ((last - at).is_multiple_of(every)).then(|| {
        let words = month_words(&months[at].month);
        let begins = at < every || year(at) != year(at - every);
        match words.split_once(' ') {
            Some((month, _)) if !begins => month.to_owned(),
            _ => words,
        }
    })
}

/// Decisions by month: by rules, and by people on top.
pub fn decisions(report: &ReportView) -> Chart {
    let months = &report.months;
    let most = months
        .iter()
        .map(|month| month.by_rules + month.by_people)
        .max()
        .unwrap_or(0);
    let step = step(most.max(1));
    let top = step * most.max(1).div_ceil(step);
    let slot = slots(months.len());
    let bar = |(at, month): (usize, &MonthDecided)| {
        let (x, width) = slot(at);
        let (rules, people) = (height(month.by_rules, top), height(month.by_people, top));
        Bar {
            x,
            width,
            first: (BOTTOM - rules, rules),
            second: (BOTTOM - rules - people, people),
            second_x: x,
            name: name(at, months),
            title: format!(
                "{}: {} by rules, {} by people",
                month_words(&month.month),
                thousands(month.by_rules),
                thousands(month.by_people)
            ),
        }
    };
    let total = &report.total;
    Chart {
        lines: lines(top, step),
        bars: months.iter().enumerate().map(bar).collect(),
        summary: format!(
            "Decisions by month: {} by rules and {} by people in {}.",
            thousands(total.by_rules),
            thousands(total.by_people),
            count(months.len() as u64, "month")
        ),
    }
}

/// The unit in which the longest of these times is a number that one can read.
pub fn unit(report: &ReportView) -> Unit {
    let most = report.months.iter().map(|month| month.time.p90).max().unwrap_or(0);
    match most {
        most if most >= 2 * 86_400 => Unit {
            seconds: 86_400,
            name: "days",
        },
        most if most >= 2 * 3_600 => Unit {
            seconds: 3_600,
            name: "hours",
        },
        _ => Unit {
            seconds: 60,
            name: "minutes",
        },
    }
}

/// How long people took by month: the median, and what nine of ten did not exceed beside it.
pub fn times(report: &ReportView) -> Chart {
    let (months, unit) = (&report.months, unit(report));
    let most = months.iter().map(|month| month.time.p90).max().unwrap_or(0);
    let step = step(most.div_ceil(unit.seconds).max(1));
    let units = step * most.div_ceil(unit.seconds).max(1).div_ceil(step);
    let top = units * unit.seconds;
    let slot = slots(months.len());
    let bar = |(at, month): (usize, &MonthDecided)| {
        let (x, width) = slot(at);
        let half = (width - 1.0) / 2.0;
        let (median, p90) = (height(month.time.median, top), height(month.time.p90, top));
        Bar {
            x,
            width: half,
            first: (BOTTOM - median, median),
            second: (BOTTOM - p90, p90),
            second_x: x + half + 1.0,
            name: name(at, months),
            title: format!(
                "{}: half within {}, nine of ten within {}",
                month_words(&month.month),
                words(month.time.median),
                words(month.time.p90)
            ),
        }
    };
    Chart {
        lines: lines(units, step),
        bars: months.iter().enumerate().map(bar).collect(),
        summary: format!(
            "Time that people took to decide, by month: over the whole span half within {}, nine of ten within {}.",
            words(report.total.time.median),
            words(report.total.time.p90)
        ),
    }
}

/// A length of time.
pub fn words(seconds: u64) -> String {
    duration(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// How many of the decided the rules decided: `3 of 4 (75%)`; nothing where nothing was.
pub fn by_rules(rules: u64, decided: u64) -> String {
    if decided == 0 {
        return "none decided".to_owned();
    }
    let percent = (rules * 100 + decided / 2) / decided;
    format!("{} of {} ({percent}%)", thousands(rules), thousands(decided))
}

/// Decided in all.
pub const fn decided(month: &MonthDecided) -> u64 {
    month.approved + month.restricted + month.cancelled
}

/// What the server is asked for a span of so many months that ends today; the usual one where the word is none.
pub fn query(span: &str, today: Date) -> String {
    let known = SPANS.iter().any(|(word, _)| *word == span);
    let months: i32 = if known { span } else { SPAN }.parse().unwrap_or(12);
    let first = today.year() * 12 + i32::from(u8::from(today.month())) - months;
    let month = u8::try_from(first.rem_euclid(12) + 1)
        .ok()
        .and_then(|month| Month::try_from(month).ok());
    let from = Date::from_calendar_date(first.div_euclid(12), month.unwrap_or(Month::January), 1).unwrap_or(today);
    format!("from={}", iso_day(from))
}

#[cfg(test)]
mod tests {
    use grantbook_core::view::approvals::DecisionTime;

    use super::*;

    fn report(numbers: &[(u64, u64, u64)]) -> ReportView {
        let month = |(at, (rules, people, p90)): (usize, &(u64, u64, u64))| MonthDecided {
            month: format!("2026-{:02}", at + 1),
            approved: rules + people,
            by_rules: *rules,
            by_people: *people,
            time: DecisionTime {
                median: p90 / 2,
                p90: *p90,
                longest: *p90,
            },
            ..MonthDecided::default()
        };
        ReportView {
            months: numbers.iter().enumerate().map(month).collect(),
            ..ReportView::default()
        }
    }

    #[test]
    fn bars_begin_at_nought_and_stand_on_each_other() {
        let chart = decisions(&report(&[(80, 30, 0), (0, 0, 0)]));
        let texts: Vec<&str> = chart.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["0", "50", "100", "150"]);
        let (bar, none) = (&chart.bars[0], &chart.bars[1]);
        let near = |a: f64, b: f64| (a - b).abs() < 0.01;
        assert!(near(bar.first.0 + bar.first.1, BOTTOM) && near(bar.second.0 + bar.second.1, bar.first.0));
        assert!(near(bar.first.1 / bar.second.1, 80.0 / 30.0));
        assert!(near(none.first.1, 0.0) && near(none.second.1, 0.0));
        assert_eq!(bar.title, "Jan 2026: 80 by rules, 30 by people");
    }

    #[test]
    fn everything_stays_within_the_chart() {
        for numbers in [
            vec![(1, 0, 1)],
            vec![(999, 1, 90_000); 36],
            vec![(7, 7, 59), (1_000_000, 3, 9_999_999)],
        ] {
            let report = report(&numbers);
            for chart in [decisions(&report), times(&report)] {
                assert!(chart.lines.len() <= 6, "{:?}", chart.lines);
                for bar in &chart.bars {
                    let tops = [bar.first.0, bar.second.0];
                    assert!(tops.iter().all(|top| (TOP - 0.01..=BOTTOM).contains(top)), "{bar:?}");
                    assert!(bar.x >= LEFT && bar.second_x + bar.width <= WIDTH, "{bar:?}");
                }
                assert!(chart.bars.iter().filter(|bar| bar.name.is_some()).count() <= NAMED);
                assert!(chart.bars.last().unwrap().name.is_some());
            }
        }
    }

    #[test]
    fn a_year_is_named_where_it_begins() {
        let mut months = report(&[(1, 1, 1); 12]).months;
        for (at, month) in months.iter_mut().enumerate() {
            let number = (at + 10) % 12 + 1;
            month.month = format!("{}-{number:02}", if at < 2 { 2025 } else { 2026 });
        }
        let names: Vec<String> = (0..12).filter_map(|at| name(at, &months)).collect();
        assert_eq!(names, ["Dec 2025", "Feb 2026", "Apr", "Jun", "Aug", "Oct"]);
    }

    #[test]
    fn times_are_written_in_a_unit_that_one_can_read() {
        for (p90, name) in [(90, "minutes"), (3 * 3_600, "hours"), (3 * 86_400, "days")] {
            assert_eq!(unit(&report(&[(0, 1, p90)])).name, name);
        }
    }

    #[test]
    fn a_span_begins_with_a_month() {
        let today = Date::from_calendar_date(2026, Month::February, 14).unwrap();
        assert_eq!(query("12", today), "from=2025-03-01");
        assert_eq!(query("3", today), "from=2025-12-01");
        assert_eq!(query("nonsense", today), "from=2025-03-01");
        assert_eq!(month_words("2026-11"), "Nov 2026");
        assert_eq!(by_rules(3, 4), "3 of 4 (75%)");
        assert_eq!(by_rules(0, 0), "none decided");
    }
}
