//! How a client is told what went wrong: a problem document (RFC 9457), or a page for a browser.

use askama::Template;
use http::{HeaderMap, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{
    error::{Error, FieldError},
    language::Language,
    response::{self, Response},
};

/// The page that says what a problem document says. Its frame and its heading are in the reader's language; what
/// is said in detail is what programs get, too, and English.
#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    language: Language,
    texts: &'static Texts,
    status: u16,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    /// Where to log in, where that would help.
    log_in: Option<String>,
}

/// The answer to a request that failed: a page in a language, or a document where there is none. `back` is the
/// page to come back to after a login, where there is one.
pub(crate) fn answer(error: &Error, language: Option<Language>, back: Option<&str>) -> Response {
    let response = match language {
        Some(language) => page(error, language, back),
        None => document(error),
    };
    failing(response, error)
}

/// A page that says in words of its own what went wrong, with the status of that and the headers that the status
/// is nothing without: where what exists is, when to try again, where to log in.
///
/// # Example
/// ```
/// use kit::{Error, failing, html};
///
/// let error = Error::unauthorized("login-required", "log in to change a word");
/// let page = failing(html("<p>请先登录"), &error);
/// assert_eq!(page.status(), 401);
/// assert!(page.headers().contains_key("www-authenticate"));
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

fn page(error: &Error, language: Language, back: Option<&str>) -> Response {
    let page = Page {
        language,
        texts: Texts::of(language),
        status: error.status().as_u16(),
        title: match language {
            Language::English => title(error),
            Language::Chinese => chinese_title(error),
        },
        detail: error.to_string(),
        errors: error.fields(),
        log_in: matches!(error, Error::Unauthorized { .. }).then(|| log_in(back)),
    };
    response::render_template(&page).unwrap_or_else(|_| document(error))
}

/// The same in Chinese.
fn chinese_title(error: &Error) -> &'static str {
    match error {
        Error::Malformed(_) | Error::MissingField(_) | Error::BadParameter(_) => "请求有误",
        Error::Unauthorized { .. } => "请先登录",
        Error::Forbidden { .. } => "没有权限",
        Error::CrossSite => "来自其他网站的请求",
        Error::NotFound(_) => "没有这个页面",
        Error::MethodNotAllowed { .. } => "这里不能这样请求",
        Error::Conflict { .. } => "已经有了",
        Error::PreconditionFailed => "内容已被修改",
        Error::TooLarge { .. } | Error::TooMuch { .. } => "内容太大",
        Error::TooManyFields(_) => "字段太多",
        Error::UnsupportedMediaType { .. } => "内容类型不对",
        Error::RangeNotSatisfiable { .. } => "超出了文件的范围",
        Error::Unprocessable { .. } => "内容不符合要求",
        Error::TooManyRequests { .. } => "太频繁了，请稍后再试",
        Error::Internal(_) => "服务器出错了",
        Error::Misconfigured(_) => "服务器的设置不完整",
        Error::NotGranted(_) => "这里没有开通这项功能",
        Error::Unavailable { .. } => "暂时无法处理，请稍后再试",
        Error::InsufficientStorage(_) => "没有存储空间了",
    }
}

/// What is on every page of an error.
struct Texts {
    log_in: &'static str,
    home: &'static str,
}

impl Texts {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &Self {
                log_in: "Log in",
                home: "Back to the start",
            },
            Language::Chinese => &Self {
                log_in: "登录",
                home: "回到首页",
            },
        }
    }
}

/// Where to log in.
fn log_in(back: Option<&str>) -> String {
    const LOG_IN: &str = "/auth/login";
    match back {
        Some(path) => format!(
            "{LOG_IN}?next={}",
            utf8_percent_encode(path, NON_ALPHANUMERIC)
        ),
        None => LOG_IN.to_owned(),
    }
}

/// The status in words, which is what RFC 9457 asks for where the type is `about:blank`.
fn title(error: &Error) -> &'static str {
    error.status().canonical_reason().unwrap_or("Error")
}

/// Where to log in, and what that gives: a 401 has to say so (RFC 9110, section 15.5.2). No scheme is registered
/// for cookies; this one was proposed for them (draft-broyer-http-cookie-auth), and no browser asks for a
/// password of its own by it, as it would for `Basic`.
const CHALLENGE: &str =
    r#"Cookie realm="Handspun", form-action="/auth/login", cookie-name="session""#;

/// The headers that a status is nothing without.
fn add_headers(error: &Error, headers: &mut HeaderMap) {
    match error {
        Error::Unauthorized { .. } => {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(CHALLENGE),
            );
        }
        Error::MethodNotAllowed { allow, .. } => {
            headers.insert(header::ALLOW, allow.header());
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
    use crate::error::Allow;

    /// As a document, and as a page of each language.
    const EACH: [Option<Language>; 3] = [None, Some(Language::English), Some(Language::Chinese)];

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
            (
                Error::unauthorized("x", ATTACK),
                401,
                Some(("www-authenticate", CHALLENGE)),
            ),
            (Error::forbidden("x", ATTACK), 403, None),
            (Error::CrossSite, 403, None),
            (Error::NotFound(detail()), 404, None),
            (
                Error::MethodNotAllowed {
                    method: Method::PUT,
                    allow: Allow::of([&Method::GET]),
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
        };
        let numbers: Vec<usize> = every_error()
            .iter()
            .map(|(error, ..)| number(error))
            .collect();
        assert_eq!(numbers, (0..=21).collect::<Vec<_>>());
    }

    #[test]
    fn every_error_has_its_status_and_its_header() {
        for language in EACH {
            for (error, status, header) in every_error() {
                let name = format!("{error:?}");
                let response = answer(&error, language, None);
                assert_eq!(response.status().as_u16(), status, "{name}");
                if let Some((header, want)) = header {
                    assert_eq!(response.headers()[header], want, "{name}");
                }
            }
        }
    }

    #[test]
    fn every_error_is_a_problem_document() {
        for (error, status, _) in every_error() {
            let (name, detail, fields) = (format!("{error:?}"), error.to_string(), error.fields());
            let code = error.code();
            let response = answer(&error, None, None);
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
    fn every_page_is_escaped() {
        for (error, status, _) in every_error() {
            let name = format!("{error:?}");
            let response = answer(&error, Some(Language::English), None);
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "text/html; charset=utf-8",
                "{name}"
            );
            let page = body_of(response);
            assert!(page.contains(&format!("<h1>{status} ")), "{name}: {page}");
            let chinese = body_of(answer(&error, Some(Language::Chinese), None));
            let title = chinese_title(&error);
            assert!(
                chinese.contains(&format!("<h1>{status} {title}</h1>"))
                    && chinese.contains("zh-CN"),
                "{name}: {chinese}"
            );
            assert!(!page.contains("<script"), "{name}: {page}");
            assert_eq!(
                page.contains("&#60;script&#62;"),
                error.to_string().contains(ATTACK),
                "{name}: {page}"
            );
        }
    }

    #[test]
    fn no_cause_is_shown() {
        for language in EACH {
            let body = body_of(answer(
                &Error::internal("the database password is hunter2"),
                language,
                None,
            ));
            assert!(!body.contains("hunter2"), "{body}");
        }
    }

    #[test]
    fn what_to_set_is_shown() {
        for language in EACH {
            let error = Error::Misconfigured("set the variable secret_key".to_owned());
            let body = body_of(answer(&error, language, None));
            assert!(body.contains("set the variable secret_key"), "{body}");
        }
    }
}
