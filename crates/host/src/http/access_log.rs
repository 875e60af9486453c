//! The line that is written for each request, as Flask's development server
//! writes it.

use std::{cell::RefCell, net::SocketAddr};

use http::{Request, StatusCode, Version};
use jiff::{Timestamp, tz::TimeZone};

use crate::log::{Log, output::printable};

/// The status where the client has gone before it was answered; nginx writes the same.
const CLIENT_GONE: u16 = 499;

/// Stands for a request line that could not be read; nginx writes the same.
const NO_REQUEST_LINE: &str = "-";

/// hyper's text for a target that is too long. hyper has no code for it alone: `is_parse_too_large` is also
/// true of header fields that are too large.
const URI_TOO_LONG: &str = "URI too long";

/// The parts of a request's line, taken before it is answered. The line is written when this is dropped.
pub(crate) struct Access {
    log: Log,
    client: SocketAddr,
    request_line: String,
    status: u16,
}

impl Access {
    pub(crate) fn new<B>(request: &Request<B>, client: SocketAddr, log: Log) -> Self {
        let uri = request.uri();
        let (target, version) = match (request.version(), uri.path_and_query()) {
            (Version::HTTP_10, _) => (uri.to_string(), "HTTP/1.0"),
            // The target of HTTP/2 is the path; hyper puts the host into the URI.
            (Version::HTTP_2, Some(target)) => (target.to_string(), "HTTP/2.0"),
            (Version::HTTP_2, None) => (uri.to_string(), "HTTP/2.0"),
            _ => (uri.to_string(), "HTTP/1.1"),
        };
        Self {
            log,
            client,
            request_line: format!("{} {target} {version}", request.method()),
            status: CLIENT_GONE,
        }
    }

    /// The line of a connection that ended with an error, if hyper refused a request on it.
    pub(crate) fn refused(error: &hyper::Error, client: SocketAddr, log: Log) -> Option<Self> {
        let status = if error.is_parse_version_h2() {
            // hyper does not answer such a client.
            return None;
        } else if error.to_string() == URI_TOO_LONG {
            StatusCode::URI_TOO_LONG
        } else if error.is_parse_too_large() {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        } else if error.is_parse() {
            StatusCode::BAD_REQUEST
        } else {
            return None;
        };
        let mut access = Self::without_request(client, log);
        access.status = status.as_u16();
        Some(access)
    }

    /// A connection on which no request was read.
    pub(crate) fn without_request(client: SocketAddr, log: Log) -> Self {
        Self {
            log,
            client,
            request_line: NO_REQUEST_LINE.to_owned(),
            status: CLIENT_GONE,
        }
    }

    /// The request was answered.
    pub(crate) fn answered(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }

    /// The line, in the form of Werkzeug's `WSGIRequestHandler`:
    /// `127.0.0.1 - - [15/Feb/2022 14:57:52] "GET /index HTTP/1.1" 200 -`.
    fn line(&self, time: &str) -> String {
        format!(
            "{} - - [{time}] \"{}\" {} -",
            self.client.ip(),
            printable(&self.request_line),
            self.status,
        )
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        let now = Timestamp::now();
        let line = LAST_TIME.with_borrow_mut(|last| {
            if last.second != now.as_second() {
                *last = Time::new(now, TimeZone::system());
            }
            self.line(&last.text)
        });
        self.log.line(&line);
    }
}

thread_local! {
    /// The time of this thread's last line: many have the same.
    static LAST_TIME: RefCell<Time> = RefCell::default();
}

/// A second, as a line has it.
#[derive(Default)]
struct Time {
    second: i64,
    text: String,
}

impl Time {
    fn new(time: Timestamp, zone: TimeZone) -> Self {
        let text = time
            .to_zoned(zone)
            .strftime("%d/%b/%Y %H:%M:%S")
            .to_string();
        Self {
            second: time.as_second(),
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_one_of_flasks_server() {
        let request = Request::get("/index?a=%20").body(()).unwrap();
        let client = "127.0.0.1:50000".parse().unwrap();
        let mut access = Access::new(&request, client, Log::new(|_| {}));
        access.status = 200;
        let time = "2022-02-15T14:57:52+08:00".parse().unwrap();
        let time = Time::new(time, TimeZone::fixed(jiff::tz::offset(8)));
        assert_eq!(
            access.line(&time.text),
            "127.0.0.1 - - [15/Feb/2022 14:57:52] \"GET /index?a=%20 HTTP/1.1\" 200 -"
        );
    }

    #[test]
    fn the_target_of_http_2_is_its_path() {
        let mut request = Request::get("http://example.org/index?a=1")
            .body(())
            .unwrap();
        let client = "127.0.0.1:50000".parse().unwrap();
        let line = |request: &Request<()>| {
            let access = Access::new(request, client, Log::new(|_| {}));
            access.request_line.clone()
        };
        let absolute = "GET http://example.org/index?a=1 HTTP/1.1";
        assert_eq!(line(&request), absolute);
        *request.version_mut() = Version::HTTP_2;
        assert_eq!(line(&request), "GET /index?a=1 HTTP/2.0");
    }

    #[test]
    fn a_request_whose_client_has_gone_has_its_line_too() {
        let (sender, lines) = std::sync::mpsc::channel();
        let log = Log::new(move |line| sender.send(line.to_owned()).unwrap());
        let request = Request::get("/").body(()).unwrap();
        let client = "[::1]:50000".parse().unwrap();
        drop(Access::new(&request, client, log.clone()));
        Access::new(&request, client, log).answered(StatusCode::NO_CONTENT);
        for status in ["499", "204"] {
            let line = lines.recv().unwrap();
            assert!(
                line.ends_with(&format!("\"GET / HTTP/1.1\" {status} -")),
                "{line}"
            );
        }
    }
}
