//! The three seconds of one press, drawn to scale: the content of an SVG of [`VIEW_BOX`], by attributes only.

use std::fmt::Write;

use grantbook_core::{request::TRIGGER_LIFE_MS, view::requests::RoundView};

use super::{number::thousands, requests::late_by};

/// The part of the plane that the drawing fills.
pub const VIEW_BOX: &str = "30 8 930 136";

const LEFT: u64 = 120;
const WIDTH: u64 = 810;
/// In time, the limit stands at this part of the width.
const SHORTEST: u64 = TRIGGER_LIFE_MS * WIDTH / 720;

/// The moments of a press, in milliseconds of its trigger's age.
struct Moments {
    arrived: f64,
    verified: Option<f64>,
    left: Option<f64>,
    answered: Option<f64>,
}

impl Moments {
    fn of(round: &RoundView) -> Self {
        let arrived = to_float(round.age_ms.unwrap_or_default());
        let after = |micros: Option<u64>| micros.map(|micros| arrived + to_float(micros) / 1_000.0);
        Self {
            arrived,
            verified: after(round.verified_us),
            left: after(round.left_us),
            answered: after(round.answered_us),
        }
    }

    fn end(&self) -> f64 {
        [self.verified, self.left, self.answered]
            .into_iter()
            .flatten()
            .fold(self.arrived, f64::max)
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a press are far below 2^52")]
const fn to_float(number: u64) -> f64 {
    number as f64
}

/// A number of milliseconds from arrival: `11 ms`, `0.4 ms`.
pub fn millis(micros: u64) -> String {
    match micros {
        0..950 => format!("0.{} ms", (micros + 50) / 100),
        _ => format!("{} ms", thousands((micros + 500) / 1_000)),
    }
}

/// What the drawing shows, in one line: for its head and for those who cannot see it.
pub fn summary(round: &RoundView) -> String {
    let mut parts = Vec::new();
    if let Some(left) = round.left_us {
        parts.push(format!("spent after {}", millis(left)));
    }
    if let Some(answered) = round.answered_us {
        parts.push(format!("answered after {}", millis(answered)));
    }
    if parts.is_empty() {
        parts.push("not spent".to_owned());
    }
    format!("{}, limit {} ms", parts.join(", "), thousands(TRIGGER_LIFE_MS))
}

/// The drawing.
pub fn drawing(round: &RoundView) -> String {
    let moments = Moments::of(round);
    let scale = Scale::reaching(moments.end());
    let mut svg = String::new();
    frame(&mut svg, &scale);
    let late = late_by(round);
    let mark = if late.is_some() { "late" } else { "ok" };
    let arrival = match round.age_ms {
        Some(age) => format!("{} ms old when it came", thousands(age)),
        None => "counted from its arrival here".to_owned(),
    };
    row(
        &mut svg,
        0,
        "Arrived",
        &[("wait", 0.0, moments.arrived)],
        &scale,
        "",
        &arrival,
    );
    if let Some(verified) = moments.verified {
        let words = format!(
            "{} · signature, replay window",
            millis(round.verified_us.unwrap_or_default())
        );
        row(
            &mut svg,
            1,
            "Verified",
            &[(mark, moments.arrived, verified)],
            &scale,
            "",
            &words,
        );
    }
    if let Some(left) = moments.left {
        let mut bars = vec![(mark, moments.verified.unwrap_or(moments.arrived), left)];
        let mut words = format!("{} to leave", millis(round.left_us.unwrap_or_default()));
        if let Some(answered) = moments.answered {
            bars.push((if late.is_some() { "late" } else { "wait" }, left, answered));
            _ = write!(
                words,
                ", answered after {}",
                millis(round.answered_us.unwrap_or_default())
            );
        }
        match (late, moments.answered) {
            (Some(late), _) => _ = write!(words, " · {} ms too late", thousands(late)),
            (None, Some(answered)) => {
                let spare = (to_float(TRIGGER_LIFE_MS) - answered).max(0.0);
                _ = write!(words, " · {} ms to spare", thousands(floor(spare)));
            }
            (None, None) => {}
        }
        row(&mut svg, 2, "Asked Slack", &bars, &scale, "strong", &words);
    }
    svg
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds of a press are small and positive"
)]
fn floor(number: f64) -> u64 {
    number.max(0.0) as u64
}

/// From milliseconds to the drawing's units.
struct Scale {
    whole: u64,
}

impl Scale {
    fn reaching(end: f64) -> Self {
        Self {
            whole: (floor(end) * 115 / 100).max(SHORTEST),
        }
    }

    fn at(&self, ms: f64) -> f64 {
        to_float(LEFT) + ms * to_float(WIDTH) / to_float(self.whole)
    }

    /// Every so many milliseconds a line: at most six of them.
    fn step(&self) -> u64 {
        [1_000, 2_000, 5_000, 10_000, 30_000, 60_000]
            .into_iter()
            .find(|step| self.whole / step <= 6)
            .unwrap_or(self.whole / 4)
    }
}

/// The window in which a trigger lives, its edge, and the lines of the scale.
fn frame(svg: &mut String, scale: &Scale) {
    let edge = scale.at(to_float(TRIGGER_LIFE_MS));
    let wide = edge - to_float(LEFT);
    _ = write!(
        svg,
        r#"<rect class="win" x="{LEFT}" y="22" width="{wide:.1}" height="92"/>"#
    );
    let mut ms = 0;
    while ms <= scale.whole {
        let x = scale.at(to_float(ms));
        // The limit has a label of its own, which takes the room of its neighbors.
        if (x - edge).abs() > 60.0 {
            let unit = if ms == 0 { " ms" } else { "" };
            let text = thousands(ms);
            _ = write!(
                svg,
                r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="16" y2="120"/><text x="{x:.1}" y="136" text-anchor="middle">{text}{unit}</text>"#
            );
        }
        ms += scale.step();
    }
    let limit = thousands(TRIGGER_LIFE_MS);
    _ = write!(
        svg,
        r#"<line class="edge" x1="{edge:.1}" x2="{edge:.1}" y1="14" y2="120"/><text class="strong" x="{edge:.1}" y="136" text-anchor="middle">{limit} trigger dies</text>"#
    );
}

/// One line: its name, its bars, and its words where there is room for them.
fn row(svg: &mut String, line: u64, name: &str, bars: &[(&str, f64, f64)], scale: &Scale, class: &str, words: &str) {
    let (top, base) = (34 + 24 * line, 45 + 24 * line);
    _ = write!(svg, r#"<text x="108" y="{base}" text-anchor="end">{name}</text>"#);
    let mut end = to_float(LEFT);
    for (mark, from, to) in bars {
        let (from, to) = (scale.at(*from), scale.at(*to));
        let wide = (to - from).max(3.0);
        end = end.max(from + wide);
        _ = write!(
            svg,
            r#"<rect class="{mark}" x="{from:.1}" y="{top}" width="{wide:.1}" height="13" rx="1.5"/>"#
        );
    }
    // Far to the right the words stand before the bar's end, on the line's free side.
    let begin = bars.first().map_or(end, |(_, from, _)| scale.at(*from));
    let (x, anchor) = if end < to_float(LEFT + WIDTH / 2) {
        (end + 9.0, "start")
    } else if begin > to_float(LEFT + WIDTH / 2) {
        (begin - 9.0, "end")
    } else {
        (to_float(LEFT) + 9.0, "start")
    };
    _ = write!(
        svg,
        r#"<text class="{class}" x="{x:.1}" y="{base}" text-anchor="{anchor}">{words}</text>"#
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view_model::requests::tests::round;

    fn spent(age_ms: u64, left_us: u64, answered_us: u64) -> RoundView {
        RoundView {
            age_ms: Some(age_ms),
            verified_us: Some(2_000),
            left_us: Some(left_us),
            answered_us: Some(answered_us),
            ..round()
        }
    }

    #[test]
    fn in_time_the_limit_stands_far_right_and_says_what_was_to_spare() {
        let round = spent(0, 11_000, 214_000);
        let svg = drawing(&round);
        assert!(svg.contains(r#"<line class="edge" x1="840.0""#), "{svg}");
        assert!(
            svg.contains("11 ms to leave, answered after 214 ms · 2,786 ms to spare"),
            "{svg}"
        );
        assert!(!svg.contains("late"));
        assert_eq!(
            summary(&round),
            "spent after 11 ms, answered after 214 ms, limit 3,000 ms"
        );
    }

    #[test]
    fn late_is_red_and_says_by_how_much() {
        let svg = drawing(&spent(4_091, 11_000, 214_000));
        assert!(svg.contains(r#"<rect class="late""#));
        assert!(svg.contains("1,102 ms too late"), "{svg}");
        let edge: f64 = svg
            .split(r#"class="edge" x1=""#)
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(edge < 700.0, "the limit moves left to make room: {edge}");
    }

    #[test]
    fn nothing_is_drawn_outside_the_frame_however_late() {
        for age in [0, 2_999, 10_000, 600_000] {
            let svg = drawing(&spent(age, 1_000, 900_000));
            let places = svg
                .split(" x=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok());
            assert!(places.clone().count() > 4);
            assert!(places.into_iter().all(|x| (30.0..=960.0).contains(&x)), "{age}: {svg}");
        }
    }

    #[test]
    fn a_press_that_was_never_spent_says_so() {
        assert_eq!(summary(&round()), "not spent, limit 3,000 ms");
        assert!(!drawing(&round()).contains("Asked Slack"));
    }

    #[test]
    fn parts_of_a_millisecond_are_seen() {
        assert_eq!(
            [0, 380, 949, 950, 11_400].map(millis),
            ["0.0 ms", "0.4 ms", "0.9 ms", "1 ms", "11 ms"]
        );
    }
}
