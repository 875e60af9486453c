//! When an upload was last in use.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// For how long an upload that is being published is left alone, whatever the time of grace: it does six
/// calls to the store by then, and runtimes end a request after 30 s.
pub const PUBLISHING: Duration = Duration::from_secs(30);

const PUBLISHING_MARK: &str = " publishing";
const PUBLISHED_MARK: &str = " published";

/// The value of `upload/use/NAME/ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    /// Something came in.
    Open(SystemTime),
    /// It is about to be published.
    Publishing(SystemTime),
    /// It was published, or then replaced or deleted. It will not be published again.
    Published(SystemTime),
}

impl Usage {
    /// Whether it is over by `now`. What lies in the future is not.
    pub(super) fn is_over(self, now: SystemTime, grace: Duration) -> bool {
        let (at, left_alone) = match self {
            Self::Open(at) | Self::Published(at) => (at, grace),
            Self::Publishing(at) => (at, grace.max(PUBLISHING)),
        };
        now.duration_since(at).is_ok_and(|age| age > left_alone)
    }

    /// `None` where it is no such value, which then is over.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let text = str::from_utf8(value).ok()?;
        let (millis, usage): (_, fn(SystemTime) -> Self) =
            if let Some(millis) = text.strip_suffix(PUBLISHING_MARK) {
                (millis, Self::Publishing)
            } else if let Some(millis) = text.strip_suffix(PUBLISHED_MARK) {
                (millis, Self::Published)
            } else {
                (text, Self::Open)
            };
        let since = Duration::from_millis(millis.parse().ok()?);
        SystemTime::UNIX_EPOCH.checked_add(since).map(usage)
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, mark) = match self {
            Self::Open(at) => (at, ""),
            Self::Publishing(at) => (at, PUBLISHING_MARK),
            Self::Published(at) => (at, PUBLISHED_MARK),
        };
        write!(out, "{}{mark}", millis(*at))
    }
}

/// Milliseconds since 1970.
pub(super) fn millis(at: SystemTime) -> u64 {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn a_usage_is_read_as_it_was_written() {
        for usage in [
            Usage::Open(at(0)),
            Usage::Publishing(at(1_700_000_000_123)),
            Usage::Published(at(7)),
        ] {
            assert_eq!(Usage::parse(usage.to_string().as_bytes()), Some(usage));
        }
        for value in [
            "",
            "x",
            "-1",
            "1.5",
            "1 publish",
            "\u{661}",
            "99999999999999999999",
        ] {
            assert_eq!(Usage::parse(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn a_usage_is_over_once_its_time_has_passed() {
        let second = Duration::from_secs(1);
        for (usage, now, grace, want) in [
            (Usage::Open(at(5000)), 6000, second, false),
            (Usage::Open(at(5000)), 6001, second, true),
            (Usage::Open(at(5000)), 5000, Duration::ZERO, false),
            (Usage::Open(at(5000)), 5001, Duration::ZERO, true),
            (Usage::Open(at(5000)), 0, Duration::ZERO, false),
            (Usage::Published(at(5000)), 6000, second, false),
            (Usage::Published(at(5000)), 6001, second, true),
            (Usage::Publishing(at(5000)), 35_000, second, false),
            (Usage::Publishing(at(5000)), 35_001, second, true),
            (Usage::Publishing(at(0)), 31_000, 40 * second, false),
        ] {
            assert_eq!(
                usage.is_over(at(now), grace),
                want,
                "{usage:?} {now} {grace:?}"
            );
        }
    }
}
