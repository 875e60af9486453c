//! The line that is written for each request, as Flask's development server
//! writes it.

use std::net::SocketAddr;

use http::{Request, StatusCode, Version};
use jiff::Zoned;

use crate::output::printable;

/// What of a request goes into its line; taken before the request is answered.
pub(crate) struct Access {
    client: SocketAddr,
    request_line: String,
}

impl Access {
    pub(crate) fn of<B>(request: &Request<B>, client: SocketAddr) -> Self {
        let version = match request.version() {
            Version::HTTP_10 => "HTTP/1.0",
            _ => "HTTP/1.1",
        };
        Self {
            client,
            request_line: format!("{} {} {version}", request.method(), request.uri()),
        }
    }

    /// The line, in the form of Werkzeug's `WSGIRequestHandler`:
    /// `127.0.0.1 - - [15/Feb/2022 14:57:52] "GET /index HTTP/1.1" 200 -`.
    pub(crate) fn line(&self, status: StatusCode, now: &Zoned) -> String {
        format!(
            "{} - - [{}] \"{}\" {} -",
            self.client.ip(),
            now.strftime("%d/%b/%Y %H:%M:%S"),
            printable(&self.request_line),
            status.as_u16(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_one_of_flasks_server() {
        let request = Request::get("/index?a=%20").body(()).unwrap();
        let access = Access::of(&request, "127.0.0.1:50000".parse().unwrap());
        let now: Zoned = "2022-02-15T14:57:52+08:00[+08:00]".parse().unwrap();
        assert_eq!(
            access.line(StatusCode::OK, &now),
            "127.0.0.1 - - [15/Feb/2022 14:57:52] \"GET /index?a=%20 HTTP/1.1\" 200 -"
        );
    }
}
