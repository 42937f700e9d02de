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
        0..100 => "under 0.1 ms".to_owned(),
        100..1_000 => format!("0.{} ms", micros / 100),
        _ => format!("{} ms", thousands(micros / 1_000)),
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
                let spare = TRIGGER_LIFE_MS.saturating_sub(floor(answered));
                _ = write!(words, " · {} ms to spare", thousands(spare));
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
    let (x, anchor, class) = place(bars, end, scale, class, words);
    _ = write!(
        svg,
        r#"<text class="{class}" x="{x:.1}" y="{base}" text-anchor="{anchor}">{words}</text>"#
    );
}

/// Where the words of a line stand: after its bars; before them, and not across the limit's edge, where
/// the bars end far right; on the bar where it takes the whole line.
fn place<'a>(
    bars: &[(&str, f64, f64)],
    end: f64,
    scale: &Scale,
    class: &'a str,
    words: &str,
) -> (f64, &'static str, &'a str) {
    const LETTER: f64 = 6.4;
    let (middle, gap) = (to_float(LEFT + WIDTH / 2), 9.0);
    let begin = bars.first().map_or(end, |(_, from, _)| scale.at(*from));
    let edge = scale.at(to_float(TRIGGER_LIFE_MS));
    if end < middle {
        return (end + gap, "start", class);
    }
    if begin < middle {
        return (to_float(LEFT) + gap, "start", "strong");
    }
    let letters = u32::try_from(words.chars().count()).unwrap_or_default();
    let wide = f64::from(letters) * LETTER + gap;
    let crosses = begin > edge && begin - edge < wide;
    let room = edge - to_float(LEFT) > wide;
    (if crosses && room { edge } else { begin } - gap, "end", class)
}

#[cfg(test)]
mod tests;
