//! The headers of a request, which come in as they are asked for.
//!
//! To hand a header over to a component costs the runtime more than most views take, and a view looks at few of
//! them. So each is asked for by its name, and all together only for who wants to see them all.

use std::{borrow::Cow, cell::OnceCell};

use http::{HeaderMap, HeaderName};
use spin_sdk::wasip3::http::types::Fields;

use crate::wasi;

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
        self.all
            .get_or_init(|| self.outside.as_ref().map(wasi::headers).unwrap_or_default())
    }

    /// Those with these names, and perhaps others.
    pub(crate) fn named(&self, names: &[HeaderName]) -> Cow<'_, HeaderMap> {
        match (self.all.get(), &self.outside) {
            (None, Some(fields)) => {
                let mut headers = HeaderMap::new();
                for name in names {
                    let lines = fields.get(name.as_str()).into_iter();
                    lines
                        .filter_map(|value| wasi::line(name.clone(), value))
                        .for_each(|(name, value)| {
                            headers.append(name, value);
                        });
                }
                Cow::Owned(headers)
            }
            _ => Cow::Borrowed(self.all()),
        }
    }
}
