//! What all pages share: the document, the green skin, the striped label.

use grantbook_core::Timestamp;

use super::icons::{icon, sprite};
use crate::html::{Html, html};

/// What the clock shows, for the bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) now: Timestamp,
    pub(crate) frozen: bool,
    /// How far it is from real time, in seconds.
    pub(crate) offset_seconds: i64,
}

impl Clock {
    /// `22:27:58`.
    pub(super) fn words(moment: Timestamp) -> String {
        let seconds = moment.seconds().rem_euclid(86_400);
        format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
    }

    /// `22:27:58.104`.
    fn precise(moment: Timestamp) -> String {
        format!(
            "{}.{:03}",
            Self::words(moment),
            moment.micros().rem_euclid(1_000_000) / 1_000
        )
    }

    /// The same; of another day than the clock's with the date before it: `2026-11-21 22:27:58.104`.
    pub(super) fn dated(self, moment: Timestamp) -> String {
        let (day, today) = (moment.to_datetime().date(), self.now.to_datetime().date());
        let time = Self::precise(moment);
        if day == today { time } else { format!("{day} {time}") }
    }
}

/// A whole page. `bar` stands in the top bar, between the label and the clock.
pub(crate) fn document(title: &str, clock: Clock, bar: &Html, main: &Html) -> String {
    let time = html!(
        "<span class=\"row small\"><span class=\"subtle\">Clock</span><time class=\"mono\" id=\"clock\" \
         datetime=\"{}\" data-clock=\"{}\" data-frozen=\"{}\">{}</time></span>",
        clock.now.to_string(),
        clock.now.micros() / 1_000,
        clock.frozen.to_string(),
        Clock::words(clock.now)
    );
    html!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{} · Simulator</title>\
         <link rel=\"icon\" href=\"/sim/assets/icon.svg\" type=\"image/svg+xml\">\
         <script src=\"/sim/assets/theme.js\"></script><link rel=\"stylesheet\" href=\"/sim/assets/tokens.css\">\
         <link rel=\"stylesheet\" href=\"/sim/assets/sim.css\"><script src=\"/sim/assets/sim.js\" defer></script>\
         <script src=\"/sim/assets/client.js\" defer></script></head>\
         <body>{}<div class=\"sim\"><header class=\"sim-bar\"><span class=\"stripe\">Simulator</span>\
         <span class=\"subtle small hide-narrow\">A stand-in for testing. Nothing here reaches Slack.</span>\
         <span class=\"grow\"></span>{}{}<button class=\"btn ghost square\" type=\"button\" data-toggle-theme hidden \
         aria-label=\"Switch between light and dark\">{}</button></header>{}</div></body></html>\n",
        title,
        sprite(),
        bar,
        time,
        icon("moon"),
        main
    )
    .into_string()
}
