//! The list of pictures, a page at a time.

use kit::{
    Error, MultiDict, Result,
    db::{Database, DbError, Value, params},
    key_value::KeyValue,
};

use super::{Picture, Pictures};

/// How many pictures a page has where the query does not say.
const DEFAULT_PICTURES: usize = 20;

/// How many it may have.
const MAX_PICTURES: usize = 100;

/// Which pictures come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// By the bytes of their names.
    #[default]
    Name,
    /// The last one that was uploaded.
    Newest,
}

/// Which page of the list a client asks for: `?order=`, `?limit=` and `?after=`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    pub(crate) order: Order,
    limit: usize,
    after: Option<After>,
}

/// The last picture before a page.
#[derive(Debug, PartialEq, Eq)]
enum After {
    Name(String),
    Upload { at: i64, id: i64 },
}

/// Some of the pictures.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) pictures: Vec<Picture>,
    /// The cursor of the next page, where there is one.
    pub(crate) next: Option<String>,
}

impl Order {
    /// Its name in a query.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Newest => "newest",
        }
    }

    /// The cursor behind a picture.
    fn cursor(self, picture: &Picture) -> String {
        match self {
            Self::Name => picture.name.clone(),
            Self::Newest => format!("{}-{}", picture.uploaded_at, picture.id),
        }
    }
}

impl PageRequest {
    /// The beginning of the list.
    pub(crate) fn first() -> Self {
        Self {
            order: Order::default(),
            limit: DEFAULT_PICTURES,
            after: None,
        }
    }

    /// # Errors
    /// 400 where `limit` is out of range, `order` is not an order, or `after` is no cursor of that order.
    pub(crate) fn from_args(args: &MultiDict) -> Result<Self> {
        let order = match args.get("order") {
            None | Some("name") => Order::Name,
            Some("newest") => Order::Newest,
            Some(_) => {
                return Err(Error::bad_parameter(
                    "order",
                    "unknown-value",
                    "must be name or newest",
                ));
            }
        };
        let limit = match args.get("limit") {
            None => DEFAULT_PICTURES,
            Some(text) => number(text)
                .and_then(|limit| usize::try_from(limit).ok())
                .filter(|limit| (1..=MAX_PICTURES).contains(limit))
                .ok_or_else(|| {
                    let detail = format!("must be a number from 1 to {MAX_PICTURES}");
                    Error::bad_parameter("limit", "out-of-range", detail)
                })?,
        };
        let after = match (order, args.get("after")) {
            (_, None) => None,
            (Order::Name, Some(name)) => Some(After::Name(name.to_owned())),
            (Order::Newest, Some(cursor)) => Some(upload(cursor).ok_or_else(|| {
                Error::bad_parameter(
                    "after",
                    "unknown-cursor",
                    "must be the \"next\" of an earlier answer",
                )
            })?),
        };
        Ok(Self {
            order,
            limit,
            after,
        })
    }
}

fn upload(cursor: &str) -> Option<After> {
    let (at, id) = cursor.split_once('-')?;
    let (at, id) = (number(at)?, number(id)?);
    Some(After::Upload { at, id })
}

/// A number without a sign: Rust's own reading would take `+1`.
fn number(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

impl<D: Database, S: KeyValue> Pictures<D, S> {
    /// A page of the pictures: one query, which an index answers.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn list(&self, request: &PageRequest) -> Result<Page> {
        let PageRequest {
            order,
            limit,
            after,
        } = request;
        let (behind, parameters): (&str, Vec<Value>) = match after {
            None => ("", Vec::new()),
            Some(After::Name(name)) => ("AND name > ?", params![name.as_str()]),
            Some(After::Upload { at, id }) => ("AND (uploaded_at, id) < (?, ?)", params![*at, *id]),
        };
        let by = match order {
            Order::Name => "name",
            Order::Newest => "uploaded_at DESC, id DESC",
        };
        // One more than the page has shows whether there is a next one.
        let select = format!(
            "SELECT {} FROM uploads WHERE state = 'kept' {behind} ORDER BY {by} LIMIT {}",
            Picture::COLUMNS,
            limit.saturating_add(1)
        );
        let rows = self.execute(&select, parameters).await?;
        let pictures = rows.iter().map(Picture::from_row);
        let mut pictures = pictures.collect::<Result<Vec<Picture>, DbError>>()?;
        let more = pictures.len() > *limit;
        pictures.truncate(*limit);
        let next = pictures.last().filter(|_| more);
        let next = next.map(|last| order.cursor(last));
        Ok(Page { pictures, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &[(&str, &str)]) -> Result<PageRequest> {
        PageRequest::from_args(&query.iter().copied().collect())
    }

    #[test]
    fn a_page_is_asked_for_by_order_limit_and_cursor() {
        for (query, order, limit, after) in [
            (&[][..], Order::Name, 20, None),
            (&[("order", "name"), ("limit", "1")], Order::Name, 1, None),
            (
                &[("limit", "100"), ("after", "a.png")],
                Order::Name,
                100,
                Some(After::Name("a.png".to_owned())),
            ),
            (
                &[("order", "newest"), ("after", "17-4")],
                Order::Newest,
                20,
                Some(After::Upload { at: 17, id: 4 }),
            ),
        ] {
            let got = asked(query).unwrap();
            let want = PageRequest {
                order,
                limit,
                after,
            };
            assert_eq!(got, want, "{query:?}");
        }
    }

    #[test]
    fn what_is_no_page_is_refused_by_name() {
        for limit in ["0", "101", "+5", "", "x", "１"] {
            let error = asked(&[("limit", limit)]).unwrap_err();
            assert_eq!(error.status().as_u16(), 400, "{limit}");
            assert_eq!(error.fields()[0].field, "limit");
        }
        for order in ["", "oldest", "Name"] {
            let error = asked(&[("order", order)]).unwrap_err();
            assert_eq!(error.fields()[0].field, "order", "{order}");
        }
        for after in [
            "",
            "a.png",
            "1",
            "1-",
            "-1",
            "1--1",
            "+1-1",
            "9223372036854775808-1",
        ] {
            let error = asked(&[("order", "newest"), ("after", after)]).unwrap_err();
            assert_eq!(error.fields()[0].field, "after", "{after}");
        }
    }
}
