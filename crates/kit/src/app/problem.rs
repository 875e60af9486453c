//! How a client is told what went wrong: a problem document (RFC 9457), or a page for a browser.

use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::allow;
use crate::{
    error::Error,
    response::{self, Response},
};

/// The answer to a request that failed: the application's page, or a document where there is none.
pub(crate) fn answer(error: &Error, page: Option<Response>) -> Response {
    failing(page.unwrap_or_else(|| document(error)), error)
}

/// Gives a page that describes an error the error's status and its headers, such as `Location` or `Retry-After`.
///
/// # Example
/// ```
/// use kit::{Error, failing, response::html};
///
/// let error = Error::TooManyRequests {
///     detail: "too many attempts".to_owned(),
///     retry_after_seconds: 60,
/// };
/// let page = failing(html("<p>请一分钟后再试"), &error);
/// assert_eq!(page.status(), 429);
/// assert_eq!(page.headers()["retry-after"], "60");
/// ```
pub fn failing(mut page: Response, error: &Error) -> Response {
    *page.status_mut() = error.status();
    add_headers(error, page.headers_mut());
    page
}

fn document(error: &Error) -> Response {
    let mut problem = json!({
        "type": "about:blank",
        "title": title(error),
        "status": error.status().as_u16(),
        "code": error.code(),
        "detail": error.to_string(),
    });
    let errors: Vec<Value> = error
        .fields()
        .into_iter()
        .map(|error| json!({ "field": error.field, "code": error.code, "detail": error.detail }))
        .collect();
    if let Some(members) = problem.as_object_mut()
        && !errors.is_empty()
    {
        members.insert("errors".to_owned(), errors.into());
    }
    let mut response = response::jsonify(&problem);
    let problem_json = HeaderValue::from_static("application/problem+json");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, problem_json);
    response
}

/// The status in words, which is what RFC 9457 asks for where the type is `about:blank`.
fn title(error: &Error) -> &'static str {
    error.status().canonical_reason().unwrap_or("Error")
}

/// Adds the headers that belong to a status.
fn add_headers(error: &Error, headers: &mut HeaderMap) {
    match error {
        Error::MethodNotAllowed { allow, .. } => {
            allow::insert(headers, allow);
        }
        Error::Conflict { location, .. } => {
            headers.insert(header::LOCATION, response::location(location));
        }
        Error::TooManyRequests {
            retry_after_seconds,
            ..
        }
        | Error::Unavailable {
            retry_after_seconds,
            ..
        } => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
        }
        Error::RangeNotSatisfiable { length } => {
            // Digits are a valid header value.
            if let Ok(value) = HeaderValue::try_from(format!("bytes */{length}")) {
                headers.insert(header::CONTENT_RANGE, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use http::Method;
    use http_body_util::BodyExt;

    use super::*;
    use crate::error::GatewayError;

    const ATTACK: &str = "<script>alert(\"唤醒\")</script>";

    type Header = Option<(&'static str, &'static str)>;

    /// One of each, with the status and the header it must have. The compiler demands a row for a
    /// new variant in `every_error_is_listed`.
    fn every_error() -> Vec<(Error, u16, Header)> {
        let detail = || ATTACK.to_owned();
        vec![
            (Error::Malformed(detail()), 400, None),
            (Error::MissingField(detail()), 400, None),
            (Error::bad_parameter(ATTACK, "x", ATTACK), 400, None),
            (Error::unauthorized("x", ATTACK), 401, None),
            (Error::forbidden("x", ATTACK), 403, None),
            (Error::CrossSite, 403, None),
            (Error::NotFound(detail()), 404, None),
            (
                Error::MethodNotAllowed {
                    method: Method::PUT,
                    allow: "GET, HEAD, OPTIONS".to_owned(),
                },
                405,
                Some(("allow", "GET, HEAD, OPTIONS")),
            ),
            (
                Error::Conflict {
                    code: "x",
                    detail: detail(),
                    location: "/words/唤醒\r\nx: y".to_owned(),
                },
                409,
                Some(("location", "/words/%E5%94%A4%E9%86%92%0D%0Ax:%20y")),
            ),
            (Error::PreconditionFailed, 412, None),
            (Error::TooLarge { limit_bytes: 7 }, 413, None),
            (Error::too_much("x", ATTACK), 413, None),
            (Error::TooManyFields(detail()), 413, None),
            (
                Error::UnsupportedMediaType {
                    got: Some(detail()),
                    want: "application/json",
                },
                415,
                None,
            ),
            (
                Error::RangeNotSatisfiable { length: 7 },
                416,
                Some(("content-range", "bytes */7")),
            ),
            (Error::invalid(ATTACK, "x", ATTACK), 422, None),
            (
                Error::TooManyRequests {
                    detail: detail(),
                    retry_after_seconds: 60,
                },
                429,
                Some(("retry-after", "60")),
            ),
            (
                Error::internal("the database password is hunter2"),
                500,
                None,
            ),
            (Error::Misconfigured(detail()), 500, None),
            (Error::NotGranted(detail()), 503, None),
            (
                Error::Unavailable {
                    detail: detail(),
                    retry_after_seconds: 5,
                },
                503,
                Some(("retry-after", "5")),
            ),
            (Error::InsufficientStorage(detail()), 507, None),
            (GatewayError::timeout(ATTACK).into(), 504, None),
        ]
    }

    fn body_of(response: Response) -> String {
        let bytes = block_on(response.into_body().collect()).unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn every_error_is_listed() {
        let number = |error: &Error| match error {
            Error::Malformed(_) => 0,
            Error::MissingField(_) => 1,
            Error::BadParameter(_) => 2,
            Error::Unauthorized { .. } => 3,
            Error::Forbidden { .. } => 4,
            Error::CrossSite => 5,
            Error::NotFound(_) => 6,
            Error::MethodNotAllowed { .. } => 7,
            Error::Conflict { .. } => 8,
            Error::PreconditionFailed => 9,
            Error::TooLarge { .. } => 10,
            Error::TooMuch { .. } => 11,
            Error::TooManyFields(_) => 12,
            Error::UnsupportedMediaType { .. } => 13,
            Error::RangeNotSatisfiable { .. } => 14,
            Error::Unprocessable { .. } => 15,
            Error::TooManyRequests { .. } => 16,
            Error::Internal(_) => 17,
            Error::Misconfigured(_) => 18,
            Error::NotGranted(_) => 19,
            Error::Unavailable { .. } => 20,
            Error::InsufficientStorage(_) => 21,
            Error::Gateway(_) => 22,
        };
        let numbers: Vec<usize> = every_error()
            .iter()
            .map(|(error, ..)| number(error))
            .collect();
        assert_eq!(numbers, (0..=22).collect::<Vec<_>>());
    }

    #[test]
    fn every_error_has_its_status_and_its_header() {
        for (error, status, header) in every_error() {
            for page in [None, Some(response::html("<p>唤醒"))] {
                let response = answer(&error, page);
                assert_eq!(response.status().as_u16(), status, "{error:?}");
                if let Some((header, want)) = header {
                    assert_eq!(response.headers()[header], want, "{error:?}");
                }
            }
        }
    }

    #[test]
    fn every_error_is_a_problem_document() {
        for (error, status, _) in every_error() {
            let (name, detail, fields) = (format!("{error:?}"), error.to_string(), error.fields());
            let code = error.code();
            let response = answer(&error, None);
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "application/problem+json",
                "{name}"
            );
            let problem: Value = serde_json::from_str(&body_of(response)).unwrap();
            assert_eq!(problem["type"], "about:blank", "{name}");
            assert_eq!(problem["status"].as_u64(), Some(status.into()), "{name}");
            assert_eq!(problem["code"], code, "{name}");
            assert_eq!(problem["detail"], detail, "{name}");
            assert!(
                problem["title"]
                    .as_str()
                    .is_some_and(|title| !title.is_empty()),
                "{name}"
            );
            let said = problem["errors"].as_array().cloned().unwrap_or_default();
            let want: Vec<Value> = fields
                .iter()
                .map(|error| json!({ "field": error.field, "code": error.code, "detail": error.detail }))
                .collect();
            assert_eq!(said, want, "{name}");
        }
    }

    #[test]
    fn no_cause_is_shown() {
        let error = Error::internal("the database password is hunter2");
        let body = body_of(answer(&error, None));
        assert!(!body.contains("hunter2"), "{body}");
    }

    #[test]
    fn what_to_set_is_shown() {
        let error = Error::Misconfigured("set the variable secret_key".to_owned());
        let body = body_of(answer(&error, None));
        assert!(body.contains("set the variable secret_key"), "{body}");
    }
}
