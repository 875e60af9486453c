//! `Via`: the proxies on the way, by RFC 9110, section 7.6.3.

use http::{HeaderMap, header::VIA};

use super::forwarded::add_to_list;
use crate::forwarded::Via;

/// Whether a message has been here: whether `Via` names this proxy.
pub fn has_passed(headers: &HeaderMap, name: &str) -> bool {
    Via::all(headers).iter().any(|via| via.is_from(name))
}

/// Adds this proxy, by a name of its own in place of its address. Which version of HTTP came in no component
/// learns; 1.1 is what it is in practice.
pub fn add_via(headers: &mut HeaderMap, name: &str) {
    add_to_list(headers, &VIA, &Via::new("1.1", name).to_string());
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(VIA, HeaderValue::from_static(line));
        }
        headers
    }

    #[test]
    fn a_proxy_recognizes_itself_and_nobody_else() {
        for (lines, want) in [
            (&[][..], false),
            (&["1.1 me"], true),
            (&["1.0 fred, HTTP/1.1 ME (Handspun)"], true),
            (&["1.0 fred", "1.1 p.example, 2 me"], true),
            (&["1.1 me-too", "1.1 not.me", "me", "1.1"], false),
            (&["1.1 fred (me)"], false),
        ] {
            assert_eq!(has_passed(&headers(lines), "me"), want, "{lines:?}");
        }
    }

    #[test]
    fn a_proxy_is_added_at_the_end_of_one_line() {
        for (lines, want) in [
            (&[][..], "1.1 me"),
            (
                &["1.0 fred", "1.1 p.example"],
                "1.0 fred, 1.1 p.example, 1.1 me",
            ),
        ] {
            let mut headers = headers(lines);
            add_via(&mut headers, "me");
            let got: Vec<_> = headers.get_all(VIA).iter().collect();
            assert_eq!(got, [want]);
        }
    }
}
