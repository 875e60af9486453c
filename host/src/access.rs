//! The line that is written for each request, as Flask's development server
//! writes it.

use std::net::SocketAddr;

use http::{Request, StatusCode, Version};
use jiff::Zoned;

use crate::{log::Log, output::printable};

/// The status that is written where the client has gone before there was one; what
/// nginx writes then.
const CLIENT_GONE: u16 = 499;

/// What of a request goes into its line; taken before the request is answered. The
/// line is written when this is dropped.
pub(crate) struct Access {
    log: Log,
    client: SocketAddr,
    request_line: String,
    status: u16,
}

impl Access {
    pub(crate) fn of<B>(request: &Request<B>, client: SocketAddr, log: Log) -> Self {
        let version = match request.version() {
            Version::HTTP_10 => "HTTP/1.0",
            _ => "HTTP/1.1",
        };
        Self {
            log,
            client,
            request_line: format!("{} {} {version}", request.method(), request.uri()),
            status: CLIENT_GONE,
        }
    }

    /// The request was answered.
    pub(crate) fn answered(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }

    /// The line, in the form of Werkzeug's `WSGIRequestHandler`:
    /// `127.0.0.1 - - [15/Feb/2022 14:57:52] "GET /index HTTP/1.1" 200 -`.
    fn line(&self, now: &Zoned) -> String {
        format!(
            "{} - - [{}] \"{}\" {} -",
            self.client.ip(),
            now.strftime("%d/%b/%Y %H:%M:%S"),
            printable(&self.request_line),
            self.status,
        )
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        self.log.line(&self.line(&Zoned::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_one_of_flasks_server() {
        let request = Request::get("/index?a=%20").body(()).unwrap();
        let client = "127.0.0.1:50000".parse().unwrap();
        let mut access = Access::of(&request, client, Log::new(|_| {}));
        access.status = 200;
        let now: Zoned = "2022-02-15T14:57:52+08:00[+08:00]".parse().unwrap();
        assert_eq!(
            access.line(&now),
            "127.0.0.1 - - [15/Feb/2022 14:57:52] \"GET /index?a=%20 HTTP/1.1\" 200 -"
        );
    }

    #[test]
    fn a_request_whose_client_has_gone_has_its_line_too() {
        let (sender, lines) = std::sync::mpsc::channel();
        let log = Log::new(move |line| sender.send(line.to_owned()).unwrap());
        let request = Request::get("/").body(()).unwrap();
        let client = "[::1]:50000".parse().unwrap();
        drop(Access::of(&request, client, log.clone()));
        Access::of(&request, client, log).answered(StatusCode::NO_CONTENT);
        for status in ["499", "204"] {
            let line = lines.recv().unwrap();
            assert!(
                line.ends_with(&format!("\"GET / HTTP/1.1\" {status} -")),
                "{line}"
            );
        }
    }
}
