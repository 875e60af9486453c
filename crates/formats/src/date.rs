//! Moments, as text.

use std::time::SystemTime;

use time::{Duration, OffsetDateTime, UtcDateTime};

/// A moment as Python prints it, `str(datetime)`, in UTC: microseconds are left out where they are 0.
///
/// # Limits
/// What lies before 1970 or after 9999 is moved there.
///
/// # Example
/// ```
/// use std::time::{Duration, SystemTime};
///
/// let moment = SystemTime::UNIX_EPOCH + Duration::from_micros(1_644_937_062_714_942);
/// assert_eq!(flask_formats::python::datetime(moment), "2022-02-15 14:57:42.714942");
/// ```
pub fn python_datetime(moment: SystemTime) -> String {
    let moment = civil(moment);
    let text = format!("{} {}", date(moment), clock(moment));
    match moment.microsecond() {
        0 => text,
        microsecond => format!("{text}.{microsecond:06}"),
    }
}

/// A moment as JSON has it, in UTC with milliseconds: `1970-01-01T00:00:00.000Z` (RFC 3339).
///
/// # Limits
/// Those of [`python_datetime`].
///
/// # Example
/// ```
/// use std::time::{Duration, SystemTime};
///
/// let moment = SystemTime::UNIX_EPOCH + Duration::from_micros(1_644_937_062_714_942);
/// assert_eq!(flask_formats::rfc3339(moment), "2022-02-15T14:57:42.714Z");
/// ```
pub fn rfc3339(moment: SystemTime) -> String {
    let moment = civil(moment);
    let (date, clock) = (date(moment), clock(moment));
    format!("{date}T{clock}.{:03}Z", moment.millisecond())
}

/// A moment as HTTP writes it: `Thu, 01 Jan 1970 00:00:00 GMT` (RFC 9110, section 5.6.7).
///
/// # Limits
/// Those of [`python_datetime`].
pub fn http_date(moment: SystemTime) -> String {
    format_http_date(civil(moment))
}

/// The same of any moment, before 1970, too.
pub(crate) fn format_http_date(moment: UtcDateTime) -> String {
    let (weekday, month) = (moment.weekday().to_string(), moment.month().to_string());
    format!(
        "{weekday:.3}, {:02} {month:.3} {:04} {} GMT",
        moment.day(),
        moment.year(),
        clock(moment)
    )
}

/// What lies before 1970 or after 9999 is moved there.
pub(crate) fn civil(moment: SystemTime) -> UtcDateTime {
    let since = moment
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Duration::try_from(since)
        .ok()
        .and_then(|since| OffsetDateTime::UNIX_EPOCH.checked_add(since))
        .map_or(UtcDateTime::MAX, OffsetDateTime::to_utc)
}

fn date(moment: UtcDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        moment.year(),
        u8::from(moment.month()),
        moment.day()
    )
}

fn clock(moment: UtcDateTime) -> String {
    let (hour, minute, second) = moment.time().as_hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn after_epoch(micros: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
    }

    #[test]
    fn moments_are_written_as_http_and_as_python_write_them() {
        for (micros, http, python) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01 00:00:00"),
            (
                1_644_937_062_714_942,
                "Tue, 15 Feb 2022 14:57:42 GMT",
                "2022-02-15 14:57:42.714942",
            ),
            (
                784_111_777_000_007,
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "1994-11-06 08:49:37.000007",
            ),
            (
                951_782_400_000_000,
                "Tue, 29 Feb 2000 00:00:00 GMT",
                "2000-02-29 00:00:00",
            ),
        ] {
            assert_eq!(http_date(after_epoch(micros)), http);
            assert_eq!(python_datetime(after_epoch(micros)), python);
        }
    }

    #[test]
    fn a_moment_out_of_range_is_moved_to_its_end() {
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(http_date(before), "Thu, 01 Jan 1970 00:00:00 GMT");
        let after = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert_eq!(http_date(after), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
