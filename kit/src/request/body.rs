//! A request's body: its bytes, its form, its files, its JSON.

use std::rc::Rc;

use bytes::Bytes;
use http::{Method, header::CONTENT_TYPE};
use serde_json::Value;

use super::Request;
use crate::{
    body::{Body, Incoming},
    error::{Error, Result},
    fields, json, method_override,
    multidict::MultiDict,
    multipart::{self, Parts, UploadedFile},
    urlencoded,
};

/// What is left of a body.
#[derive(Debug)]
pub(super) enum Content {
    Unread(Body),
    Read(Bytes),
    /// Taken apart while it was read.
    Multipart(Rc<multipart::Form>),
    /// Reading it failed, and the view got the error and should have answered with it; or somebody took it.
    Lost,
}

/// The two ways in which a browser sends a form.
#[derive(Debug, Clone, Copy)]
enum FormKind {
    Urlencoded,
    Multipart,
}

impl Request {
    /// Sets how many bytes the body may have, in place of [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES). Comes
    /// before the body is read; one that was read by then, for [`Self::method_override`] say, had to keep
    /// to the limit of then, too.
    pub fn set_body_limit(&mut self, bytes: u64) {
        self.body_limit_bytes = bytes;
    }

    /// The body as it came.
    ///
    /// # Errors
    /// 413 where it is too large, 400 where it breaks off, 500 where it was a multipart form and is one no
    /// more.
    pub async fn data(&mut self) -> Result<Bytes> {
        let data = match std::mem::replace(&mut self.body, Content::Lost) {
            Content::Read(data) => data,
            Content::Unread(body) => self.incoming(body)?.read().await?,
            Content::Multipart(form) => {
                self.body = Content::Multipart(form);
                return Err(Error::internal(
                    "the body of a multipart form is kept only where it is asked for first",
                ));
            }
            Content::Lost => return Err(lost()),
        };
        self.body = Content::Read(data.clone());
        self.within_limit(data.len() as u64)?;
        Ok(data)
    }

    /// Lets go of the body, for a view that holds all of a large one in another form. It cannot be read
    /// again then.
    pub fn drop_body(&mut self) {
        self.body = Content::Lost;
    }

    /// The body as a form (Flask's `request.form`), without its files; empty where it is no form.
    ///
    /// # Errors
    /// Those of [`Self::data`]; 400 where an urlencoded form is not UTF-8 or a multipart form cannot
    /// be read to its end; 413 where the latter has too many parts or too large a field.
    pub async fn form(&mut self) -> Result<MultiDict> {
        match self.form_kind() {
            Some(FormKind::Urlencoded) => urlencoded::parse_body(&self.data().await?),
            Some(FormKind::Multipart) => Ok(self.multipart().await?.fields.clone()),
            None => {
                // Read for its limit only.
                self.data().await?;
                Ok(MultiDict::default())
            }
        }
    }

    /// The first file of a field of a multipart form (Flask's `request.files.get(name)`), in memory; none
    /// where there is none, or where a browser's user chose none.
    ///
    /// # Errors
    /// Those of [`Self::form`].
    ///
    /// # Example
    /// ```
    /// use kit::{Error, Request, Response, Result, text};
    ///
    /// async fn import(mut request: Request) -> Result<Response> {
    ///     request.set_body_limit(16 * 1024 * 1024);
    ///     let file = request.file("file").await?;
    ///     let file = file.ok_or_else(|| Error::MissingField("file".to_owned()))?;
    ///     Ok(text(format!("{} has {} bytes", file.filename, file.data.len())))
    /// }
    /// ```
    pub async fn file(&mut self, name: &str) -> Result<Option<UploadedFile>> {
        match self.form_kind() {
            Some(FormKind::Multipart) => Ok(self.multipart().await?.file(name).cloned()),
            _ => {
                // As in `form`.
                self.data().await?;
                Ok(None)
            }
        }
    }

    /// The parts of a multipart form, one after the other as they come in, for files that are too large to be
    /// in memory; none where the body is no such form. The body is gone then: nothing else can be read of it.
    ///
    /// # Errors
    /// 413 where the body is announced as too large, 400 where the form names no boundary, 500 where the form
    /// was read before.
    ///
    /// # Example
    /// ```
    /// use kit::{Part, Request, Response, Result, text};
    ///
    /// async fn measure(mut request: Request) -> Result<Response> {
    ///     request.set_body_limit(16 * 1024 * 1024);
    ///     let mut parts = request.parts()?;
    ///     let mut bytes = 0;
    ///     while let Some(part) = parts.next().await? {
    ///         if let Part::File(mut file) = part {
    ///             while let Some(chunk) = file.chunk().await? {
    ///                 bytes += chunk.len();
    ///             }
    ///         }
    ///     }
    ///     Ok(text(format!("all files have {bytes} bytes")))
    /// }
    /// ```
    pub fn parts(&mut self) -> Result<Parts> {
        let body = match std::mem::replace(&mut self.body, Content::Lost) {
            Content::Unread(body) => self.incoming(body)?,
            Content::Read(data) => {
                self.within_limit(data.len() as u64)?;
                Incoming::of_data(data)
            }
            Content::Multipart(_) | Content::Lost => return Err(lost()),
        };
        match self.form_kind() {
            Some(FormKind::Multipart) => Parts::new(&self.content_type().unwrap_or_default(), body),
            _ => Ok(Parts::none(body)),
        }
    }

    /// The method that an HTML form means with its field `_method`: PUT or DELETE, which HTML's forms do
    /// not know. None where the body is no form or has no such field: neither JSON nor the query nor a
    /// header counts.
    ///
    /// [`App::form_methods`](crate::App::form_methods) does this for a whole app.
    ///
    /// # Errors
    /// Those of [`Self::form`], and 400 where the field is anything else.
    pub async fn method_override(&mut self) -> Result<Option<Method>> {
        if self.form_kind().is_none() {
            return Ok(None);
        }
        method_override::of_form(&self.form().await?)
    }

    /// The body as JSON (Flask's `request.json`).
    ///
    /// # Errors
    /// 415 where it is not called JSON, 400 where it is not JSON, and those of [`Self::data`].
    ///
    /// # Limits
    /// [`MAX_JSON_DEPTH`](crate::MAX_JSON_DEPTH) and [`MAX_INTEGER_DIGITS`](crate::MAX_INTEGER_DIGITS).
    pub async fn json(&mut self) -> Result<Value> {
        if !self.is_json() {
            return Err(Error::UnsupportedMediaType {
                got: self.content_type(),
                want: "application/json",
            });
        }
        json::parse(&self.data().await?)
    }

    /// The named fields of a body that is a form or a JSON object, whichever it is.
    ///
    /// In JSON a field is a string, or an array of strings where it has several values; `null` counts
    /// as absent. Fields that are not named are not looked at.
    ///
    /// # Errors
    /// Those of [`Self::form`] and [`Self::json`]; 415 where there is a body and it is called neither; 422
    /// where a field is not text.
    pub async fn fields(&mut self, names: &[&str]) -> Result<MultiDict> {
        if self.is_json() {
            return fields::from_json(&self.json().await?, names);
        }
        if self.form_kind().is_none() && !self.data().await?.is_empty() {
            // Taken for a form without fields, it would be lost and nobody be told.
            return Err(Error::UnsupportedMediaType {
                got: self.content_type(),
                want: "application/json, application/x-www-form-urlencoded or multipart/form-data",
            });
        }
        Ok(fields::from_form(&self.form().await?, names))
    }

    /// Whether the body is called JSON (Flask's `request.is_json`).
    pub fn is_json(&self) -> bool {
        self.content_type()
            .is_some_and(|content_type| json::is_json(&content_type))
    }

    fn content_type(&self) -> Option<String> {
        let value = self.headers().get(CONTENT_TYPE)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    fn form_kind(&self) -> Option<FormKind> {
        let content_type = self.content_type()?;
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        match media_type.to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Some(FormKind::Urlencoded),
            "multipart/form-data" => Some(FormKind::Multipart),
            _ => None,
        }
    }

    async fn multipart(&mut self) -> Result<Rc<multipart::Form>> {
        let body = match std::mem::replace(&mut self.body, Content::Lost) {
            Content::Unread(body) => self.incoming(body)?,
            Content::Read(data) => {
                self.body = Content::Read(data.clone());
                Incoming::of_data(data)
            }
            Content::Multipart(form) => {
                self.body = Content::Multipart(Rc::clone(&form));
                self.within_limit(form.body_bytes)?;
                return Ok(form);
            }
            Content::Lost => return Err(lost()),
        };
        let content_type = self.content_type().unwrap_or_default();
        let form = Rc::new(multipart::read(&content_type, body).await?);
        self.within_limit(form.body_bytes)?;
        if let Content::Lost = self.body {
            self.body = Content::Multipart(Rc::clone(&form));
        }
        Ok(form)
    }

    fn incoming(&self, body: Body) -> Result<Incoming> {
        Incoming::new(body, self.headers(), self.body_limit_bytes)
    }

    /// For a body that was read before its limit was set.
    fn within_limit(&self, bytes: u64) -> Result<()> {
        if bytes > self.body_limit_bytes {
            return Err(Error::TooLarge {
                limit_bytes: self.body_limit_bytes,
            });
        }
        Ok(())
    }
}

fn lost() -> Error {
    Error::internal("the body is read again after that failed, or after it was taken")
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use http::{HeaderValue, header::CONTENT_LENGTH};
    use http_body_util::Full;
    use serde_json::json;

    use super::*;
    use crate::{MAX_BODY_BYTES, multipart::Part};

    const FORM: &str = "application/x-www-form-urlencoded";
    const MULTIPART: &str = "multipart/form-data; boundary=b";

    /// A form with the text `a`, `1`, and the file `f`.
    const PARTS: &str = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n\
        --b\r\nContent-Disposition: form-data; name=f; filename=f.csv\r\n\r\nx,y\r\n--b--\r\n";

    fn post(content_type: Option<&str>, body: impl Into<Bytes>) -> Request {
        let mut request = http::Request::post("/register?_method=PUT");
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        Request::new(request.body(Full::new(body.into())).unwrap())
    }

    #[test]
    fn the_body_can_be_read_more_than_once() {
        let mut request = post(Some(FORM), "a=1");
        for _ in 0..2 {
            assert_eq!(block_on(request.data()).unwrap(), "a=1");
            assert_eq!(block_on(request.form()).unwrap().get("a"), Some("1"));
        }
    }

    #[test]
    fn a_body_that_failed_does_not_become_empty() {
        let mut request = post(None, vec![b'x'; MAX_BODY_BYTES as usize + 1]);
        assert!(matches!(
            block_on(request.data()),
            Err(Error::TooLarge { .. })
        ));
        assert!(matches!(block_on(request.data()), Err(Error::Internal(_))));
    }

    #[test]
    fn only_a_form_is_a_form() {
        for (content_type, want) in [
            (Some(FORM), true),
            (
                Some("Application/X-WWW-Form-Urlencoded; charset=latin1"),
                true,
            ),
            (Some("application/x-url-encoded"), false),
            (Some("text/plain"), false),
            (Some("application/json"), false),
            (None, false),
        ] {
            let form = block_on(post(content_type, "a=1").form()).unwrap();
            assert_eq!(form.get("a").is_some(), want, "{content_type:?}");
        }
    }

    #[test]
    fn json_must_be_called_json() {
        assert_eq!(
            block_on(post(Some("application/json"), "[1]").json()).unwrap(),
            json!([1])
        );
        for content_type in [None, Some("text/plain"), Some(FORM)] {
            let got = block_on(post(content_type, "[1]").json());
            assert!(
                matches!(got, Err(Error::UnsupportedMediaType { .. })),
                "{content_type:?}: {got:?}"
            );
        }
    }

    #[test]
    fn fields_come_from_a_form_or_from_json() {
        for (content_type, body) in [
            (FORM, "name=a&other=1&name=b"),
            (
                "application/json",
                r#"{"name": ["a", "b"], "other": {"any": "thing"}, "nickname": null}"#,
            ),
        ] {
            let fields =
                block_on(post(Some(content_type), body).fields(&["name", "nickname"])).unwrap();
            assert_eq!(
                fields.items().collect::<Vec<_>>(),
                [("name", "a"), ("name", "b")],
                "{content_type}"
            );
        }
    }

    #[test]
    fn a_body_that_is_neither_form_nor_json_has_no_fields_and_is_told() {
        for content_type in [None, Some("text/plain"), Some("text/json"), Some("")] {
            let got = block_on(post(content_type, "name=a").fields(&["name"])).unwrap_err();
            assert_eq!(got.status().as_u16(), 415, "{content_type:?}");
            let told = got.to_string();
            assert!(told.contains("application/json"), "{told}");
            assert!(told.contains(content_type.unwrap_or_default()), "{told}");
            let none = block_on(post(content_type, "").fields(&["name"])).unwrap();
            assert_eq!(none.items().count(), 0, "{content_type:?}");
        }
        let large = vec![b'x'; MAX_BODY_BYTES as usize + 1];
        let got = block_on(post(Some("text/plain"), large).fields(&["name"]));
        assert!(matches!(got, Err(Error::TooLarge { .. })), "{got:?}");
    }

    #[test]
    fn a_multipart_form_can_be_read_more_than_once() {
        for data_first in [true, false] {
            let mut request = post(Some(MULTIPART), PARTS);
            if data_first {
                assert_eq!(block_on(request.data()).unwrap(), PARTS);
            }
            for _ in 0..2 {
                assert_eq!(block_on(request.form()).unwrap().get("a"), Some("1"));
                let file = block_on(request.file("f")).unwrap().unwrap();
                assert_eq!(
                    (file.filename.as_str(), &file.data[..]),
                    ("f.csv", &b"x,y"[..])
                );
                assert_eq!(block_on(request.file("a")).unwrap(), None);
            }
            match block_on(request.data()) {
                Ok(data) => assert!(data_first && data == PARTS),
                Err(error) => assert!(!data_first && matches!(error, Error::Internal(_))),
            }
            assert!(block_on(request.form()).is_ok());
        }
    }

    #[test]
    fn only_a_multipart_form_has_files() {
        for content_type in [None, Some(FORM), Some("application/json"), Some("text/csv")] {
            let mut request = post(content_type, PARTS);
            assert_eq!(
                block_on(request.file("f")).unwrap(),
                None,
                "{content_type:?}"
            );
            assert_eq!(block_on(request.data()).unwrap(), PARTS, "{content_type:?}");
        }
    }

    /// The names of all parts.
    fn names(request: &mut Request) -> Result<Vec<String>> {
        block_on(async {
            let mut parts = request.parts()?;
            let mut names = Vec::new();
            while let Some(part) = parts.next().await? {
                names.push(match part {
                    Part::Field { name, .. } => name,
                    Part::File(file) => file.name,
                });
            }
            Ok(names)
        })
    }

    #[test]
    fn parts_are_those_of_a_multipart_form_and_take_the_body_with_them() {
        for (content_type, data_first, want) in [
            (Some(MULTIPART), false, &["a", "f"][..]),
            (Some(MULTIPART), true, &["a", "f"]),
            (Some(FORM), false, &[]),
            (None, false, &[]),
        ] {
            let mut request = post(content_type, PARTS);
            if data_first {
                block_on(request.data()).unwrap();
            }
            assert_eq!(names(&mut request).unwrap(), want, "{content_type:?}");
            assert!(matches!(block_on(request.data()), Err(Error::Internal(_))));
            assert!(matches!(names(&mut request), Err(Error::Internal(_))));
        }
    }

    #[test]
    fn parts_keep_to_the_limit_of_the_body() {
        for content_type in [Some(MULTIPART), Some(FORM), None] {
            let length = PARTS.len() as u64;
            for (limit, want) in [(length, true), (length - 1, false)] {
                let mut request = post(content_type, PARTS);
                request.set_body_limit(limit);
                match names(&mut request) {
                    Ok(_) => assert!(want, "{content_type:?}"),
                    Err(error) => assert!(
                        !want
                            && matches!(error, Error::TooLarge { limit_bytes } if limit_bytes == limit),
                        "{content_type:?}: {error}"
                    ),
                }
            }
        }
    }

    #[test]
    fn a_view_sets_the_limit_of_its_body() {
        let length = PARTS.len() as u64;
        for content_type in [None, Some(FORM), Some(MULTIPART)] {
            for announced in [true, false] {
                for (limit, want) in [(length, true), (length - 1, false), (0, false)] {
                    let mut request = post(content_type, PARTS);
                    if announced {
                        let headers = &mut request.parts.headers;
                        headers.insert(CONTENT_LENGTH, length.into());
                    }
                    request.set_body_limit(limit);
                    match block_on(request.form()) {
                        Ok(_) => assert!(want, "{content_type:?} {limit}"),
                        Err(error) => assert!(
                            !want
                                && matches!(error, Error::TooLarge { limit_bytes } if limit_bytes == limit),
                            "{content_type:?} {limit}: {error}"
                        ),
                    }
                }
            }
        }
        let mut large = post(None, vec![b'x'; MAX_BODY_BYTES as usize + 1]);
        large.set_body_limit(MAX_BODY_BYTES + 1);
        assert!(block_on(large.data()).is_ok());
    }

    #[test]
    fn a_limit_that_comes_late_holds_as_well() {
        for content_type in [None, Some(FORM), Some(MULTIPART)] {
            let mut request = post(content_type, PARTS);
            block_on(request.form()).unwrap();
            request.set_body_limit(PARTS.len() as u64 - 1);
            let got = block_on(request.form());
            assert!(
                matches!(got, Err(Error::TooLarge { .. })),
                "{content_type:?}: {got:?}"
            );
        }
    }

    #[test]
    fn only_a_form_means_another_method() {
        let multipart =
            "--b\r\nContent-Disposition: form-data; name=_method\r\n\r\nPUT\r\n--b--\r\n";
        let as_file = multipart.replace("=_method", "=_method; filename=f");
        for (content_type, body, want) in [
            (Some(FORM), "a=1&_method=PUT", Some(Method::PUT)),
            (Some(FORM), "_method=DELETE", Some(Method::DELETE)),
            (Some(FORM), "a=1", None),
            (Some(FORM), "", None),
            (Some(MULTIPART), multipart, Some(Method::PUT)),
            (Some(MULTIPART), as_file.as_str(), None),
            (Some("application/json"), r#"{"_method": "PUT"}"#, None),
            (Some("text/plain"), "_method=PUT", None),
            (None, "_method=PUT", None),
        ] {
            let mut request = post(content_type, body.to_owned());
            let headers = &mut request.parts.headers;
            headers.insert("x-http-method-override", HeaderValue::from_static("PUT"));
            let got = block_on(request.method_override()).unwrap();
            assert_eq!(got, want, "{content_type:?} {body}");
            assert!(block_on(request.form()).is_ok(), "{content_type:?} {body}");
        }
        let got = block_on(post(Some(FORM), "_method=PATCH").method_override());
        assert!(matches!(got, Err(Error::BadParameter(_))), "{got:?}");
    }
}
