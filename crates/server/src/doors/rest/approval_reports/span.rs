//! The span of a report: from a day or moment to another.

use grantbook_core::Timestamp;
use http::StatusCode;
use serde::Deserialize;
use time::{Date, Month, Time};

use crate::{
    doors::rest::params::{Moment, blank},
    error::ApiError,
};

/// Months that a report covers when nobody says.
const MONTHS: i32 = 12;
/// The longest span, in days.
const MOST_DAYS: i64 = 3_660;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Which span of time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// From this moment or day on, UTC; the first day of the month eleven months ago when absent.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "blank")]
    from: Option<Moment>,
    /// Until this moment or the end of this day, UTC; now when absent.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "blank")]
    until: Option<Moment>,
}

/// The first moment of the month so many months before the one of `at`.
fn first_of_month(at: Timestamp, months_ago: i32) -> Timestamp {
    let at = at.to_datetime();
    let months = at.year() * 12 + i32::from(u8::from(at.month())) - 1 - months_ago;
    let month = u8::try_from(months.rem_euclid(12) + 1)
        .ok()
        .and_then(|month| Month::try_from(month).ok());
    let day = Date::from_calendar_date(months.div_euclid(12), month.unwrap_or(Month::January), 1);
    day.map_or_else(|_| at.into(), |day| day.with_time(Time::MIDNIGHT).assume_utc().into())
}

impl Span {
    /// The moments: from the first on, before the second.
    pub(super) fn moments(self, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
        let until = self.until.map_or(now, Moment::end);
        let until = Timestamp::from_micros(until.micros().saturating_add(1));
        let from = self
            .from
            .map_or_else(|| first_of_month(until, MONTHS - 1), Moment::start);
        let days = until.micros().saturating_sub(from.micros()) / MICROS_PER_DAY;
        if from >= until || days > MOST_DAYS {
            return Err(ApiError::client(
                StatusCode::BAD_REQUEST,
                "invalid_filter",
                "A report begins before it ends, and covers ten years at most.",
            ));
        }
        Ok((from, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(from: &str, until: &str) -> Option<(String, String)> {
        let read = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let span = Span {
            from: read(from),
            until: read(until),
        };
        let now = "2026-03-15T12:00:00Z".parse().unwrap();
        let (from, until) = span.moments(now).ok()?;
        Some((from.to_string(), until.to_string()))
    }

    #[test]
    fn a_span_is_a_year_of_months_unless_somebody_says() {
        let of = |from: &str, until: &str| Some((from.to_owned(), until.to_owned()));
        assert_eq!(
            moments("", ""),
            of("2025-04-01T00:00:00Z", "2026-03-15T12:00:00.000001Z")
        );
        assert_eq!(
            moments("2026-01-01", "2026-01-31"),
            of("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
        );
        assert_eq!(moments("", "2025-12-31").unwrap().0, "2025-02-01T00:00:00Z");
        assert_eq!(moments("2026-03-16", ""), None);
        assert_eq!(moments("1990-01-01", ""), None);
    }
}
