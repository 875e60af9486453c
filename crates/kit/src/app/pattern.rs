//! Which paths a route has, as `spin.toml` writes it.

use percent_encoding::percent_decode_str;

use crate::request::Params;

/// A path with parameters, `/words/:id`, or with everything below it, `/static/...`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern(&'static str);

/// How a path fits a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// Of several patterns the one counts whose list is the greatest.
    pub(crate) closeness: Vec<Closeness>,
    pub(crate) params: Params,
}

/// How closely a segment is named, from the loosest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// It is below `/...`.
    Below,
    /// It is a parameter's value.
    Parameter,
    /// It is as the pattern says, or the path's end.
    Literal,
}

impl Pattern {
    pub(crate) fn new(pattern: &'static str) -> Self {
        Self(pattern)
    }

    /// Compares segment by segment. A literal one is compared as it was sent, as Spin does. A parameter
    /// takes one that is not empty; it is decoded once, and what is not UTF-8 then is no value.
    pub(crate) fn matches(self, path: &str) -> Option<Match> {
        let mut segments = path.strip_prefix('/')?.split('/');
        let mut closeness = Vec::new();
        let mut params = Params::new();
        for wanted in self.0.strip_prefix('/')?.split('/') {
            if wanted == "..." {
                closeness.push(Closeness::Below);
                return Some(Match { closeness, params });
            }
            let segment = segments.next()?;
            if let Some(name) = wanted.strip_prefix(':') {
                params.push((name, value(segment)?));
                closeness.push(Closeness::Parameter);
            } else if wanted == segment {
                closeness.push(Closeness::Literal);
            } else {
                return None;
            }
        }
        // The end counts as a literal: `/files` is closer to `/files` than `/files/...` is.
        closeness.push(Closeness::Literal);
        segments
            .next()
            .is_none()
            .then_some(Match { closeness, params })
    }
}

fn value(segment: &str) -> Option<String> {
    let decoded = percent_decode_str(segment).decode_utf8().ok()?;
    (!decoded.is_empty()).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The values of the parameters; none where the path does not fit.
    fn values(pattern: &'static str, path: &str) -> Option<Vec<String>> {
        let found = Pattern::new(pattern).matches(path)?;
        Some(found.params.into_iter().map(|(_, value)| value).collect())
    }

    #[test]
    fn a_parameter_is_exactly_one_segment() {
        for (pattern, path, want) in [
            ("/words/:id", "/words/7", Some(&["7"][..])),
            ("/words/:id", "/words/:id", Some(&[":id"])),
            ("/words/:id", "/words", None),
            ("/words/:id", "/words/", None),
            ("/words/:id", "/words//", None),
            ("/words/:id", "/words//7", None),
            ("/words/:id", "//words/7", None),
            ("/words/:id", "/words/7/", None),
            ("/words/:id", "/words/7/8", None),
            ("/words/:id", "/Words/7", None),
            ("/words/:id", "words/7", None),
            ("/words/:id", "*", None),
            ("/words/:id", "", None),
            ("/:a/:b", "/1/2", Some(&["1", "2"])),
            ("/:a/x/:b", "/1/x/2", Some(&["1", "2"])),
            ("/:a/...", "/1/2/3", Some(&["1"])),
            ("/:a/...", "/1", Some(&["1"])),
            ("/:a/...", "/", None),
            ("/", "/", Some(&[])),
            ("/", "//", None),
            ("/words", "/words", Some(&[])),
            ("/words", "/wor%64s", None),
            ("/words/...", "/words", Some(&[])),
            ("/words/...", "/words/", Some(&[])),
            ("/words/...", "/words/%ff/..", Some(&[])),
            ("/words/...", "/wordsmith", None),
            ("/...", "/", Some(&[])),
            ("/...", "/a/b", Some(&[])),
        ] {
            let want = want.map(|values| values.iter().map(|value| (*value).to_owned()).collect());
            assert_eq!(values(pattern, path), want, "{pattern} {path}");
        }
    }

    #[test]
    fn a_value_is_decoded_once() {
        for (segment, want) in [
            ("%E5%94%A4%e9%86%92", Some("唤醒")),
            ("唤醒", Some("唤醒")),
            ("a%20b", Some("a b")),
            ("a+b", Some("a+b")),
            ("%2541", Some("%41")),
            ("a%2Fb", Some("a/b")),
            ("%2e%2E", Some("..")),
            ("%zz", Some("%zz")),
            ("%", Some("%")),
            ("%00", Some("\0")),
            ("%ff", None),
            ("%E5%94", None),
            ("%ed%a0%80", None),
            ("%C0%80", None),
        ] {
            let got = values("/words/:id", &format!("/words/{segment}"));
            assert_eq!(got, want.map(|value| vec![value.to_owned()]), "{segment}");
        }
    }

    #[test]
    fn what_names_a_path_more_closely_is_greater() {
        for (path, from_the_loosest) in [
            (
                "/words/export",
                &[
                    "/...",
                    "/:any/...",
                    "/words/...",
                    "/words/:id",
                    "/words/export",
                ][..],
            ),
            (
                "/a/b/c",
                &[
                    "/:x/b/c", "/a/...", "/a/:y/c", "/a/b/...", "/a/b/:z", "/a/b/c",
                ],
            ),
            ("/files", &["/...", "/:a", "/files/...", "/files"]),
            ("/", &["/...", "/"]),
        ] {
            let closeness: Vec<_> = from_the_loosest
                .iter()
                .map(|pattern| Pattern::new(pattern).matches(path).unwrap().closeness)
                .collect();
            assert!(
                closeness.is_sorted_by(|a, b| a < b),
                "{path}: {closeness:?}"
            );
        }
        let of = |pattern| Pattern::new(pattern).matches("/words/7").unwrap().closeness;
        assert_eq!(of("/words/:id"), of("/words/:name"));
    }

    proptest! {
        #[test]
        fn a_value_is_never_empty_and_any_path_is_read(path in "/?[a/%0-9ef:.]{0,12}") {
            for value in values("/:a/:b", &path).unwrap_or_default() {
                prop_assert!(!value.is_empty(), "{}", path);
            }
        }
    }
}
