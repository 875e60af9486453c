//! What an answer's head has to be before it is passed on.

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};

use super::{ClientError, Failure, hop_by_hop};

/// The status of an answer, and its headers without those that concern one connection.
///
/// # Errors
/// [`Failure::Broken`] where that is no answer to what was asked: `101 Switching Protocols`, which nobody wanted, or a
/// status above 599; where its body is in another coding than chunks, or has no clear length.
pub(super) fn head(status: u16, headers: &mut HeaderMap) -> Result<StatusCode, ClientError> {
    let broken = |what: &str| ClientError::new(Failure::Broken, what);
    let status = StatusCode::from_u16(status).ok();
    let status = status.filter(|status| (200..600).contains(&status.as_u16()));
    let status = status.ok_or_else(|| broken("the status is not that of a final answer"))?;
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    if codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"chunked")) {
        return Err(broken("the body is in a coding that was not asked for"));
    }
    let length = length(headers).ok_or_else(|| broken("Content-Length is not one number"))?;
    match length {
        // RFC 9110, 8.6: there is none.
        Some(_) if status == StatusCode::NO_CONTENT => drop(headers.remove(CONTENT_LENGTH)),
        // RFC 9112, 6.3: chunks say how long the body is.
        Some(_) if headers.contains_key(TRANSFER_ENCODING) => drop(headers.remove(CONTENT_LENGTH)),
        Some(length) => drop(headers.insert(CONTENT_LENGTH, length)),
        None => {}
    }
    hop_by_hop::remove(headers);
    Ok(status)
}

/// What `Content-Length` says. It may say the same several times (RFC 9112, 6.3). None where it says different things,
/// or no number.
fn length(headers: &HeaderMap) -> Option<Option<HeaderValue>> {
    let mut length = None;
    for line in headers.get_all(CONTENT_LENGTH) {
        for said in line.to_str().ok()?.split(',').map(str::trim) {
            let is_number =
                said.bytes().all(|byte| byte.is_ascii_digit()) && said.parse::<u64>().is_ok();
            if !is_number || *length.get_or_insert(said) != said {
                return None;
            }
        }
    }
    length.map(HeaderValue::from_str).transpose().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_answer_is_one() {
        for (status, lines, want) in [
            (200, &[("content-length", "2")][..], Some("2")),
            (200, &[], None),
            (304, &[("content-length", "2")], Some("2")),
            (204, &[("content-length", "2")], None),
            (200, &[("transfer-encoding", "Chunked")], None),
            (
                200,
                &[("content-length", "2"), ("content-length", "2")],
                Some("2"),
            ),
            (200, &[("content-length", "2, 2")], Some("2")),
            (
                200,
                &[("content-length", "2"), ("transfer-encoding", "chunked")],
                None,
            ),
        ] {
            let (got, length) = parsed(status, lines).unwrap();
            assert_eq!(
                (got.as_u16(), length.as_deref()),
                (status, want),
                "{lines:?}"
            );
        }
        for (status, lines) in [
            (101, &[][..]),
            (103, &[]),
            (600, &[]),
            (999, &[]),
            (200, &[("transfer-encoding", "gzip, chunked")]),
            (
                200,
                &[
                    ("transfer-encoding", "gzip"),
                    ("transfer-encoding", "chunked"),
                ],
            ),
            (200, &[("content-length", "2"), ("content-length", "3")]),
            (200, &[("content-length", "2, 3")]),
            (200, &[("content-length", "x")]),
            (304, &[("content-length", "+1")]),
            (204, &[("content-length", "99999999999999999999")]),
        ] {
            let error = parsed(status, lines).unwrap_err();
            assert_eq!(error.failure(), Failure::Broken, "{status} {lines:?}");
        }
    }

    /// The status, and what `Content-Length` says then.
    fn parsed(
        status: u16,
        lines: &[(&'static str, &'static str)],
    ) -> Result<(StatusCode, Option<String>), ClientError> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let status = head(status, &mut headers)?;
        let length = headers.get(CONTENT_LENGTH);
        Ok((
            status,
            length.map(|length| length.to_str().unwrap().to_owned()),
        ))
    }
}
