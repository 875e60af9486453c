//! Moments, as Flask keeps them in a session: Python's `datetime`, in UTC and to the second.

use std::{fmt, time::SystemTime};

use time::{Month, Time, UtcDateTime};

use crate::date;

/// A moment in UTC, to the second, in the years 1 to 9999 (Python's `datetime`, with what Flask drops when it
/// writes one into a session: its microseconds and its time zone).
///
/// # Example
/// ```
/// use flask_formats::session::DateTime;
///
/// let moment = DateTime::from_unix(1_644_937_062).expect("a year that Python has");
/// assert_eq!(moment.to_string(), "Tue, 15 Feb 2022 14:57:42 GMT");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(UtcDateTime);

impl DateTime {
    /// The moment so many seconds after 1970, or before it; `None` where Python has no such year.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        let moment = UtcDateTime::from_unix_timestamp(seconds).ok()?;
        (moment.year() >= 1).then_some(Self(moment))
    }

    /// The seconds from 1970 to the moment; negative where it lies before.
    pub fn unix_seconds(&self) -> i64 {
        self.0.unix_timestamp()
    }

    /// Reads a moment as [`fmt::Display`] writes it, which is what Werkzeug's `http_date` does. The name of
    /// the weekday is not looked at.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (_weekday, day, month) = (words.next()?, words.next()?, words.next()?);
        let (year, clock, zone) = (words.next()?, words.next()?, words.next()?);
        if zone != "GMT" || words.next().is_some() {
            return None;
        }
        let date = time::Date::from_calendar_date(
            python_year(number(year, 4)?),
            month_named(month)?,
            number(day, 2)?,
        );
        let mut clock = clock.split(':');
        let time = Time::from_hms(
            number(clock.next()?, 2)?,
            number(clock.next()?, 2)?,
            number(clock.next()?, 2)?,
        );
        if clock.next().is_some() {
            return None;
        }
        Some(Self(UtcDateTime::new(date.ok()?, time.ok()?)))
    }
}

/// Python takes a year below 100 for one of two digits, even where it wrote it with four
/// (`email.utils.parsedate_to_datetime`). A session that moves over means the same here as there.
fn python_year(year: u16) -> i32 {
    i32::from(match year {
        0..=68 => year + 2000,
        69..=99 => year + 1900,
        year => year,
    })
}

fn number<N: std::str::FromStr>(text: &str, digits: usize) -> Option<N> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn month_named(name: &str) -> Option<Month> {
    (1..=12)
        .filter_map(|number| Month::try_from(number).ok())
        .find(|month| month.to_string().get(..3) == Some(name))
}

impl fmt::Display for DateTime {
    /// `Tue, 15 Feb 2022 14:57:42 GMT`, as Flask writes it, in a session and as JSON.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&date::format_http_date(self.0))
    }
}

impl From<SystemTime> for DateTime {
    /// What lies before 1970 or after 9999 is moved there.
    fn from(moment: SystemTime) -> Self {
        let moment = date::civil(moment);
        Self(moment.replace_nanosecond(0).unwrap_or(moment))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Written by Werkzeug 3.1.9: `http_date(datetime(...))`.
    #[test]
    fn a_moment_is_written_and_read_as_werkzeug_does() {
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (1_709_208_000, "Thu, 29 Feb 2024 12:00:00 GMT"),
            (-59_011_459_200, "Fri, 01 Jan 0100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            let moment = DateTime::from_unix(seconds).unwrap();
            assert_eq!(moment.to_string(), text);
            assert_eq!(DateTime::parse(text), Some(moment), "{text}");
            assert_eq!(moment.unix_seconds(), seconds);
        }
    }

    #[test]
    fn a_year_below_100_is_read_as_python_reads_it() {
        for (text, want) in [
            (
                "Mon, 01 Jan 0001 00:00:00 GMT",
                "Mon, 01 Jan 2001 00:00:00 GMT",
            ),
            (
                "Sat, 31 Dec 0068 00:00:00 GMT",
                "Mon, 31 Dec 2068 00:00:00 GMT",
            ),
            (
                "Fri, 01 Jan 0069 00:00:00 GMT",
                "Wed, 01 Jan 1969 00:00:00 GMT",
            ),
        ] {
            let moment = DateTime::parse(text).unwrap();
            assert_eq!(moment.to_string(), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "now",
            "Thu, 01 Jan 1970 00:00:00",
            "Thu, 01 Jan 1970 00:00:00 CET",
            "Thu, 01 Jan 1970 00:00:00 GMT ",
            "Thu, 1 Jan 1970 00:00:00 GMT",
            "Thu, 01 jan 1970 00:00:00 GMT",
            "Thu, 30 Feb 1970 00:00:00 GMT",
            "Thu, 01 Jan 1970 24:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:60 GMT",
            "Thu, 01 Jan 1970 00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00:00 GMT",
            "Thu, +1 Jan 1970 00:00:00 GMT",
            "Thu, 01 Jan 10000 00:00:00 GMT",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
        for seconds in [i64::MIN, -62_135_596_801, 253_402_300_800, i64::MAX] {
            assert_eq!(DateTime::from_unix(seconds), None, "{seconds}");
        }
        assert!(DateTime::from_unix(-62_135_596_800).is_some());
    }

    #[test]
    fn the_clocks_fraction_of_a_second_is_dropped() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_millis(7_900);
        assert_eq!(DateTime::from(moment), DateTime::from_unix(7).unwrap());
    }
}
