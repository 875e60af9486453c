//! Paths of this application with a query.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A path with a query; parameters that are empty are left out.
///
/// # Example
/// ```
/// let url = site::url("/", &[("q", "a b"), ("after", "")]);
/// assert_eq!(url, "/?q=a%20b");
/// ```
pub fn url(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    for (index, (name, value)) in given.enumerate() {
        let separator = if index == 0 { '?' } else { '&' };
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        url.push_str(&format!("{separator}{name}={value}"));
    }
    url
}

/// Where to log in and come back to `here`, a path of this application.
pub fn log_in(here: &str) -> String {
    url("/auth/login", &[("next", here)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_holds_any_text() {
        for (q, want) in [
            ("", "/?lang=en"),
            ("a b", "/?lang=en&q=a%20b"),
            ("唤&=#+%?", "/?lang=en&q=%E5%94%A4%26%3D%23%2B%25%3F"),
            ("//evil.example", "/?lang=en&q=%2F%2Fevil%2Eexample"),
        ] {
            assert_eq!(url("/", &[("lang", "en"), ("q", q)]), want);
        }
        assert_eq!(url("/words/7", &[("q", "")]), "/words/7");
    }

    #[test]
    fn whoever_logs_in_comes_back() {
        let want = "/auth/login?next=%2F%3Fq%3Da%2520b%26after%3D7";
        assert_eq!(log_in("/?q=a%20b&after=7"), want);
    }
}
