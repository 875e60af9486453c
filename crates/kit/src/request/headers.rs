//! The headers of a request, which come in as they are asked for.
//!
//! To hand a header over to a component costs the runtime more than most views take, and a view looks at few of
//! them. So each is asked for by its name, and all together only for who wants to see them all.

use std::{borrow::Cow, cell::OnceCell};

use http::{HeaderMap, HeaderName, HeaderValue};
use spin_sdk::wasip3::http::types::Fields;

/// The headers of one request.
#[derive(Debug)]
pub(crate) struct Headers {
    /// Where the runtime keeps them; `None` where all are in memory.
    outside: Option<Fields>,
    all: OnceCell<HeaderMap>,
}

impl From<HeaderMap> for Headers {
    fn from(headers: HeaderMap) -> Self {
        Self {
            outside: None,
            all: headers.into(),
        }
    }
}

impl From<Fields> for Headers {
    fn from(fields: Fields) -> Self {
        Self {
            outside: Some(fields),
            all: OnceCell::new(),
        }
    }
}

impl Headers {
    /// All of them.
    pub(crate) fn all(&self) -> &HeaderMap {
        self.all.get_or_init(|| {
            let lines = self.outside.iter().flat_map(Fields::copy_all);
            lines
                .filter_map(|(name, value)| line(name.parse().ok()?, value))
                .collect_lines()
        })
    }

    /// Those with these names, and perhaps others.
    pub(crate) fn named(&self, names: &[HeaderName]) -> Cow<'_, HeaderMap> {
        match (self.all.get(), &self.outside) {
            (None, Some(fields)) => {
                let lines = names.iter().flat_map(|name| {
                    let values = fields.get(name.as_str()).into_iter();
                    values.filter_map(|value| line(name.clone(), value))
                });
                Cow::Owned(lines.collect_lines())
            }
            _ => Cow::Borrowed(self.all()),
        }
    }
}

/// One line. The runtime has read it by the same rules, so every line is one.
fn line(name: HeaderName, value: Vec<u8>) -> Option<(HeaderName, HeaderValue)> {
    Some((
        name,
        HeaderValue::from_maybe_shared(bytes::Bytes::from(value)).ok()?,
    ))
}

trait CollectLines: Iterator<Item = (HeaderName, HeaderValue)> + Sized {
    /// `HeaderMap`'s own `collect` keeps one line of each name.
    fn collect_lines(self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.for_each(|(name, value)| {
            headers.append(name, value);
        });
        headers
    }
}

impl<I: Iterator<Item = (HeaderName, HeaderValue)>> CollectLines for I {}
