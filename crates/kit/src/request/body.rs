//! A request's body: its bytes, its form, its files, its JSON.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::Value;

use super::Request;
use formats::{MultiDict, json, urlencoded};

use crate::{
    body::{Body, Incoming},
    error::{Error, Result},
    multipart::{self, Parts, UploadedFile},
    request::fields::{self, TextFields},
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
pub(crate) enum FormKind {
    Urlencoded,
    Multipart,
}

impl Request {
    /// Sets how many bytes the body may have, in place of [`Request::MAX_BODY_BYTES`]. Comes
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

    /// The body as a stream, to pass it on. It cannot be read again then. It has no limit: nothing of it is kept.
    ///
    /// # Errors
    /// 500 where it was a multipart form and is one no more, or was taken before.
    pub fn take_body(&mut self) -> Result<Body> {
        match std::mem::replace(&mut self.body, Content::Lost) {
            Content::Unread(body) => Ok(body),
            Content::Read(data) => Ok(data.into()),
            Content::Multipart(_) | Content::Lost => Err(lost()),
        }
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
    /// be read to its end; 413 where either has too many fields, or the latter too large a one.
    pub async fn form(&mut self) -> Result<MultiDict> {
        match self.form_kind() {
            Some(FormKind::Urlencoded) => Ok(urlencoded::parse_body(&self.data().await?)?),
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
    /// use kit::{Request, Response, Result, text, multipart::Part};
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
                Incoming::from_data(data)
            }
            Content::Multipart(_) | Content::Lost => return Err(lost()),
        };
        match self.form_kind() {
            Some(FormKind::Multipart) => Parts::new(&self.content_type().unwrap_or_default(), body),
            _ => Ok(Parts::none(body)),
        }
    }

    /// The body as JSON (Flask's `request.json`).
    ///
    /// # Errors
    /// 415 where it is not called JSON, 400 where it is not JSON, and those of [`Self::data`].
    ///
    /// # Limits
    /// [`MAX_JSON_DEPTH`](formats::json::MAX_JSON_DEPTH) and [`MAX_INTEGER_DIGITS`](formats::json::MAX_INTEGER_DIGITS).
    pub async fn json(&mut self) -> Result<Value> {
        if !self.is_json() {
            return Err(Error::UnsupportedMediaType {
                got: self.content_type(),
                want: "application/json",
            });
        }
        Ok(json::parse(&self.data().await?)?)
    }

    /// The named fields of a body that is a form or a JSON object, whichever it is.
    ///
    /// In JSON a field is a string, and nothing else is; `null` counts as absent. Of a form's field with several
    /// values the first one counts, as [`MultiDict::get`] has it. Fields that are not named are not looked at.
    ///
    /// # Errors
    /// Those of [`Self::form`] and [`Self::json`]; 415 where there is a body and it is called neither; 422
    /// where a field is not text.
    pub async fn fields(&mut self, names: &[&str]) -> Result<MultiDict> {
        self.text_fields(names).await?.into_all()
    }

    /// The same where some of them, `lists`, may have several values: in JSON an array of strings, or a string.
    ///
    /// # Errors
    /// Those of [`Self::fields`].
    pub async fn lists_and_fields(&mut self, lists: &[&str], names: &[&str]) -> Result<MultiDict> {
        if self.is_json() {
            return fields::lists_from_json(&self.json().await?, lists, names);
        }
        let all = [lists, names].concat();
        Ok(fields::from_form(&self.form_only().await?, &all))
    }

    /// The named fields, and what is wrong with those that are not text.
    ///
    /// # Errors
    /// Those of [`Self::fields`], except for fields that are not text: the answer has these.
    pub async fn text_fields(&mut self, names: &[&str]) -> Result<TextFields> {
        if self.is_json() {
            return TextFields::from_json(&self.json().await?, names);
        }
        Ok(TextFields::from_form(&self.form_only().await?, names))
    }

    /// The body as a form.
    ///
    /// # Errors
    /// 415 where there is one and it is called something else: taken for a form without fields, it would be
    /// lost and nobody be told.
    async fn form_only(&mut self) -> Result<MultiDict> {
        if self.form_kind().is_none() && !self.data().await?.is_empty() {
            return Err(Error::UnsupportedMediaType {
                got: self.content_type(),
                want: "application/json, application/x-www-form-urlencoded or multipart/form-data",
            });
        }
        self.form().await
    }

    /// Whether the body is called JSON (Flask's `request.is_json`).
    pub fn is_json(&self) -> bool {
        self.content_type()
            .is_some_and(|content_type| is_json(&content_type))
    }

    fn content_type(&self) -> Option<String> {
        let value = self.header(CONTENT_TYPE)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    pub(crate) fn form_kind(&self) -> Option<FormKind> {
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
                Incoming::from_data(data)
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
        let headers = self.named(&[CONTENT_LENGTH]);
        Incoming::new(body, &headers, self.body_limit_bytes)
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

/// Whether a content type is JSON's: `application/json`, or `application/*+json` (as Werkzeug has it).
fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence
        .strip_prefix("application/")
        .is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}
