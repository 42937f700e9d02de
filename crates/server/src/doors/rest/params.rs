//! Reading query parameters: what is left blank counts as absent, and moments may be days.

use std::{fmt::Display, str::FromStr};

use grantbook_core::Timestamp;
use serde::{Deserialize, Deserializer, de::Error as _};
use time::{Date, Duration, Time, macros::format_description};

/// `?scope=` means the same as no `scope` at all: that is what an emptied form field sends.
pub(super) fn blank<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.trim().is_empty() => text.trim().parse().map(Some).map_err(D::Error::custom),
        Some(_) | None => Ok(None),
    }
}

/// One word of a fixed list, as Serde knows it.
pub(super) fn word<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.trim().is_empty() => {
            T::deserialize(serde::de::value::StringDeserializer::new(text.trim().to_owned())).map(Some)
        }
        Some(_) | None => Ok(None),
    }
}

/// A moment, or a whole day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// RFC 3339.
    At(Timestamp),
    /// `2026-11-21`.
    Day(Date),
}

/// Neither form.
#[derive(Debug, thiserror::Error)]
#[error("a moment is written as in 2026-11-21T22:28:04Z, or a day as in 2026-11-21")]
pub(super) struct MomentError;

impl Moment {
    /// The moment itself, or its day's first.
    pub(super) fn start(self) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Day(day) => day.with_time(Time::MIDNIGHT).assume_utc().into(),
        }
    }

    /// The moment itself, or its day's last.
    pub(super) fn end(self) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Day(day) => {
                let next = day.with_time(Time::MIDNIGHT).assume_utc().saturating_add(Duration::DAY);
                Timestamp::from_micros(Timestamp::from(next).micros() - 1)
            }
        }
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if let Ok(day) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
            return Ok(Self::Day(day));
        }
        text.parse().map(Self::At).map_err(|_| MomentError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lasts_to_its_last_microsecond() {
        let day: Moment = "2026-11-21".parse().unwrap();
        assert_eq!(day.start(), "2026-11-21T00:00:00Z".parse().unwrap());
        assert_eq!(day.end().micros() - day.start().micros(), 86_400_000_000 - 1);
        let at: Moment = "2026-11-21T22:28:04Z".parse().unwrap();
        assert_eq!(at.start(), at.end());
        assert!("yesterday".parse::<Moment>().is_err());
    }
}
