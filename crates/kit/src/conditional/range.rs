//! Which part of a file is asked for: `Range`, by RFC 9110, section 14.

use std::ops::Range;

use http::{HeaderMap, header::RANGE};

use crate::error::{Error, Result};

/// The one part that is asked for, within `length` bytes; `None` where it is the whole.
///
/// What is no range of bytes is ignored, as is a list of several: a server may always send the whole
/// (14.2). So it does where there are no bytes at all, of which no part can be sent.
///
/// # Errors
/// 416 where the part begins behind the end.
pub(crate) fn requested(headers: &HeaderMap, length: u64) -> Result<Option<Range<u64>>> {
    let mut lines = headers.get_all(RANGE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Ok(None);
    };
    let spec = line.to_str().ok().and_then(Spec::parse);
    let Some(spec) = spec.filter(|_| length > 0) else {
        return Ok(None);
    };
    let range = spec.within(length);
    if range.is_empty() {
        return Err(Error::RangeNotSatisfiable { length });
    }
    Ok(Some(range))
}

/// A range as it is written.
enum Spec {
    /// `5-` and `5-9`: from one byte to another, that one included, or to the end.
    From(u64, Option<u64>),
    /// `-5`: as many bytes at the end.
    Last(u64),
}

impl Spec {
    fn parse(text: &str) -> Option<Self> {
        let (unit, range) = text.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        match range.trim().split_once('-')? {
            ("", last) => number(last).map(Self::Last),
            (first, "") => number(first).map(|first| Self::From(first, None)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    /// Empty where it lies behind the end.
    fn within(&self, length: u64) -> Range<u64> {
        match *self {
            Self::From(first, None) => first..length,
            Self::From(first, Some(last)) => first..last.saturating_add(1).min(length),
            Self::Last(count) => length.saturating_sub(count)..length,
        }
    }
}

/// Digits only; Rust's integers would also read `+1`. A number that is too large is as large as can be.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn ask(lines: &[&str], length: u64) -> Result<Option<Range<u64>>> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(RANGE, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        requested(&headers, length)
    }

    #[test]
    fn a_part_is_cut_to_what_is_there() {
        for (line, want) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-9", 0..10),
            ("bytes=5-", 5..10),
            ("bytes=9-9", 9..10),
            ("bytes=9-10", 9..10),
            ("bytes=0-99999999999999999999", 0..10),
            ("bytes=0-18446744073709551615", 0..10),
            ("bytes=-1", 9..10),
            ("bytes=-10", 0..10),
            ("bytes=-99", 0..10),
            ("Bytes = 00-04 ", 0..5),
        ] {
            assert_eq!(ask(&[line], 10).unwrap(), Some(want), "{line}");
        }
    }

    #[test]
    fn a_part_behind_the_end_is_refused() {
        for line in [
            "bytes=10-",
            "bytes=10-20",
            "bytes=99999999999999999999-",
            "bytes=18446744073709551615-18446744073709551615",
            "bytes=-0",
        ] {
            let got = ask(&[line], 10);
            assert!(
                matches!(got, Err(Error::RangeNotSatisfiable { length: 10 })),
                "{line}: {got:?}"
            );
        }
    }

    #[test]
    fn what_is_no_single_range_is_ignored() {
        for lines in [
            &[][..],
            &[""],
            &["bytes"],
            &["bytes="],
            &["bytes=-"],
            &["bytes=a-b"],
            &["bytes=+1-2"],
            &["bytes=1 - 2"],
            &["bytes=--1"],
            &["bytes=5-4"],
            &["bytes=0-1,3-4"],
            &["bytes=0-1,"],
            &["lines=0-1"],
            &["0-1"],
            &["bytes=0-1", "bytes=0-1"],
            &["bytes=唤"],
        ] {
            assert_eq!(ask(lines, 10).unwrap(), None, "{lines:?}");
        }
    }

    #[test]
    fn of_nothing_there_is_no_part() {
        for line in ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=7-"] {
            assert_eq!(ask(&[line], 0).unwrap(), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_outside(
            line in "bytes=[0-9]{0,21}-[0-9]{0,21}",
            length in any::<u64>(),
        ) {
            if let Ok(Some(range)) = ask(&[&line], length) {
                prop_assert!(range.start < range.end && range.end <= length, "{:?}", range);
            }
        }
    }
}
