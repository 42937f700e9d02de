//! Times in words: relative within a week, dates after. The moment now is always an argument.

use grantbook_core::Timestamp;
use time::{
    Date, OffsetDateTime,
    format_description::BorrowedFormatItem,
    macros::{format_description, time},
};

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[day padding:none] [month repr:short] [year]");
const LONG_DATE: &[BorrowedFormatItem<'_>] = format_description!("[day padding:none] [month repr:long] [year]");
const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]");
const SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");
const MILLIS: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second].[subsecond digits:3]");
const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

fn written(moment: OffsetDateTime, format: &[BorrowedFormatItem<'_>]) -> String {
    // The formats name only parts that every moment has.
    moment.format(format).unwrap_or_default()
}

/// `21 Nov 2026`.
pub fn date(moment: Timestamp) -> String {
    written(moment.to_datetime(), DATE)
}

/// `22:28`.
pub fn clock(moment: Timestamp) -> String {
    written(moment.to_datetime(), CLOCK)
}

/// `22:28:04 UTC`.
pub fn clock_seconds(moment: Timestamp) -> String {
    format!("{} UTC", written(moment.to_datetime(), SECONDS))
}

/// `22:28:04.061`, or `22:28:04` for what is dated to the second.
pub fn exact(moment: Timestamp, whole_seconds: bool) -> String {
    written(moment.to_datetime(), if whole_seconds { SECONDS } else { MILLIS })
}

/// `21 Nov 2026, 22:28`.
pub fn date_clock(moment: Timestamp) -> String {
    format!("{}, {}", date(moment), clock(moment))
}

/// `21 Nov 2026, 22:28:04 UTC`, with milliseconds where there are any: the whole truth, for titles.
pub fn absolute(moment: Timestamp) -> String {
    let format = if moment.micros().rem_euclid(1_000_000) < 1_000 {
        SECONDS
    } else {
        MILLIS
    };
    format!("{}, {} UTC", date(moment), written(moment.to_datetime(), format))
}

/// `2 h 48 min`: a length of time in its two largest units. Negative lengths count as none.
pub fn duration(seconds: i64) -> String {
    let pair = |large: i64, large_name: &str, small: i64, small_name: &str| {
        if small == 0 {
            format!("{large} {large_name}")
        } else {
            format!("{large} {large_name} {small} {small_name}")
        }
    };
    match seconds.max(0) {
        s if s < MINUTE => format!("{s} s"),
        s if s < HOUR => format!("{} min", s / MINUTE),
        s if s < DAY => pair(s / HOUR, "h", s % HOUR / MINUTE, "min"),
        s if s < 2 * DAY => pair(1, "day", s % DAY / HOUR, "h"),
        s => format!("{} days", s / DAY),
    }
}

/// `2 h`: a length of time in its largest unit, where a column has room for no more.
pub fn coarse(seconds: i64) -> String {
    match seconds.max(0) {
        s if s < HOUR => duration(s),
        s if s < DAY => format!("{} h", s / HOUR),
        s if s < 2 * DAY => "1 day".to_owned(),
        s => duration(s),
    }
}

/// `12 min ago`, `in 9 h 12 min`; a date when it is more than a week away.
pub fn relative(moment: Timestamp, now: Timestamp) -> String {
    let past = now.seconds() - moment.seconds();
    match past {
        past if past.abs() >= WEEK => date(moment),
        // Two clocks may differ by a second without anybody meaning the future.
        -1..5 => "just now".to_owned(),
        5.. => format!("{} ago", duration(past)),
        _ => format!("in {}", duration(-past)),
    }
}

/// The same, to follow a verb in a sentence: `12 min ago`, `on 3 Mar 2026`.
pub fn relative_in_sentence(moment: Timestamp, now: Timestamp) -> String {
    let words = relative(moment, now);
    if words == date(moment) {
        format!("on {words}")
    } else {
        words
    }
}

/// The heading over a day's entries: `Today, 21 November 2026`.
pub fn day_heading(day: Date, now: Timestamp) -> String {
    let name = written(day.midnight().assume_utc(), LONG_DATE);
    let today = now.to_datetime().date();
    match (today - day).whole_days() {
        0 => format!("Today, {name}"),
        1 => format!("Yesterday, {name}"),
        _ => name,
    }
}

/// The calendar day, in UTC, of a moment.
pub fn day(moment: Timestamp) -> Date {
    moment.to_datetime().date()
}

/// The day as date inputs and addresses write it: `2026-11-21`.
pub fn iso_day(day: Date) -> String {
    written(day.midnight().assume_utc(), ISO)
}

/// Reads [`iso_day`] back.
pub fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text, ISO).ok()
}

/// The last second of a day: what had happened by its end.
pub fn end_of(day: Date) -> Timestamp {
    day.with_time(time!(23:59:59)).assume_utc().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn within_a_week_times_are_relative_and_after_it_dates() {
        let now = at("2026-11-21T22:40:07Z");
        let cases = [
            ("2026-11-21T22:40:05Z", "just now"),
            ("2026-11-21T22:39:27Z", "40 s ago"),
            ("2026-11-21T22:28:04Z", "12 min ago"),
            ("2026-11-21T19:52:07Z", "2 h 48 min ago"),
            ("2026-11-21T20:40:07Z", "2 h ago"),
            ("2026-11-20T20:40:07Z", "1 day 2 h ago"),
            ("2026-11-17T02:00:12Z", "4 days ago"),
            ("2026-11-14T22:40:08Z", "6 days ago"),
            ("2026-11-14T22:40:07Z", "14 Nov 2026"),
            ("2026-03-03T14:02:55Z", "3 Mar 2026"),
            ("2026-11-22T07:52:07Z", "in 9 h 12 min"),
            ("2026-11-21T22:40:08Z", "just now"),
            ("2026-11-21T22:40:09Z", "in 2 s"),
            ("2026-12-21T22:40:09Z", "21 Dec 2026"),
        ];
        for (moment, words) in cases {
            assert_eq!(relative(at(moment), now), words, "{moment}");
        }
        assert_eq!(relative_in_sentence(at("2026-03-03T14:02:55Z"), now), "on 3 Mar 2026");
        assert_eq!(relative_in_sentence(at("2026-11-21T22:28:04Z"), now), "12 min ago");
    }

    #[test]
    fn a_narrow_column_has_one_unit() {
        let cases = [
            (0, "0 s"),
            (3_599, "59 min"),
            (85_000, "23 h"),
            (86_400, "1 day"),
            (172_800, "2 days"),
        ];
        for (seconds, words) in cases {
            assert_eq!(coarse(seconds), words, "{seconds}");
        }
    }

    #[test]
    fn absolute_times_are_whole_and_say_utc() {
        assert_eq!(absolute(at("2026-11-21T22:28:04Z")), "21 Nov 2026, 22:28:04 UTC");
        assert_eq!(
            absolute(at("2026-11-21T22:28:04.021Z")),
            "21 Nov 2026, 22:28:04.021 UTC"
        );
        assert_eq!(date_clock(at("2026-03-03T14:02:55Z")), "3 Mar 2026, 14:02");
        assert_eq!(clock_seconds(at("2026-03-03T14:02:55Z")), "14:02:55 UTC");
    }

    #[test]
    fn days_have_headings_and_ends() {
        let now = at("2026-11-21T00:10:00Z");
        let headings =
            ["2026-11-21", "2026-11-20", "2026-03-03"].map(|text| day_heading(parse_day(text).unwrap(), now));
        assert_eq!(
            headings,
            ["Today, 21 November 2026", "Yesterday, 20 November 2026", "3 March 2026"]
        );
        let day = parse_day("2026-03-03").unwrap();
        assert_eq!(end_of(day), at("2026-03-03T23:59:59Z"));
        assert_eq!(iso_day(day), "2026-03-03");
        assert_eq!(parse_day("2026-02-30"), None);
    }
}
