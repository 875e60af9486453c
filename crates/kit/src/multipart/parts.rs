//! The parts of a form, one after the other.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use formats::header_options;
use http::{
    HeaderMap, HeaderName,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use multer::{Field, Multipart};

use super::{
    MAX_FIELD_BYTES, MAX_FORM_PARTS, MAX_PART_HEADER_BYTES, malformed,
    source::{Source, header_too_large},
    unreadable,
};
use crate::{
    body::Incoming,
    error::{Error, Result},
};

/// The parts of a multipart form in their order, each read while it comes in, so that a file of any size
/// takes no more room than a piece of it (Flask's `request.files`, with your own `stream_factory`).
///
/// [`Request::parts`](crate::Request::parts) returns them and has an example.
///
/// # Limits
/// [`MAX_FORM_PARTS`](super::MAX_FORM_PARTS), [`MAX_FIELD_BYTES`](super::MAX_FIELD_BYTES) and
/// [`MAX_PART_HEADER_BYTES`](super::MAX_PART_HEADER_BYTES), and that of the body as a whole.
#[derive(Debug)]
pub struct Parts {
    source: Arc<Source>,
    /// None behind the last part, and where there never were any.
    parser: Option<Multipart<'static>>,
    /// The file that is being read, if the last part was one.
    file: Option<Field<'static>>,
    count: usize,
    body_bytes: u64,
}

/// A part of a multipart form.
#[derive(Debug)]
pub enum Part<'p> {
    /// A field that is no file.
    Field {
        /// Its name.
        name: String,
        /// Its text.
        value: String,
    },
    /// A file.
    File(FilePart<'p>),
}

/// A file of a form on its way in.
///
/// Name and content type are the client's words: either may be anything, the name a path such as
/// `../../etc/passwd`, the type one that the content is not.
#[derive(Debug)]
pub struct FilePart<'p> {
    /// The name of its field.
    pub name: String,
    /// The name that the client gave it; empty where it gave none, as a browser does whose user chose no
    /// file.
    pub filename: String,
    /// The content type that the client says it has.
    pub content_type: Option<String>,
    parts: &'p mut Parts,
}

impl Parts {
    /// # Errors
    /// 400 where the content type names no boundary.
    pub(crate) fn new(content_type: &str, body: Incoming) -> Result<Self> {
        let Some(boundary) = header_options::parse(content_type).remove("boundary") else {
            return Err(malformed("its content type names no boundary"));
        };
        let mut parts = Self::none(body);
        parts.parser = Some(Multipart::new(parts.source.pieces(), boundary));
        Ok(parts)
    }

    /// Those of a body that is no multipart form.
    pub(crate) fn none(body: Incoming) -> Self {
        Self {
            source: Source::new(body),
            parser: None,
            file: None,
            count: 0,
            body_bytes: 0,
        }
    }

    /// The next part, or `None` after the last one, once the whole body was read. If the part before was not read to
    /// its end, the rest of it is skipped.
    ///
    /// # Errors
    /// 400 where a part has no name, or the body ends before its last boundary; 413 above the limits; and
    /// those of the body. The form cannot be read on then.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>> {
        while self.chunk().await?.is_some() {}
        let field = match &mut self.parser {
            Some(parser) => parser.next_field().await.map_err(unreadable)?,
            None => None,
        };
        self.source.found();
        let Some(mut field) = field else {
            self.parser = None;
            self.body_bytes = self.source.drain().await?;
            return Ok(None);
        };
        self.count += 1;
        if self.count > MAX_FORM_PARTS {
            return Err(Error::TooManyFields(format!(
                "the form has more than {MAX_FORM_PARTS} parts"
            )));
        }
        check_headers(field.headers())?;
        let mut options = options_of(&field, &CONTENT_DISPOSITION);
        let Some(name) = options.remove("name") else {
            return Err(malformed("a part has no name"));
        };
        let Some(filename) = options.remove("filename") else {
            let value = text(&name, &mut field, &self.source).await?;
            return Ok(Some(Part::Field { name, value }));
        };
        let content_type = header_of(&field, &CONTENT_TYPE).map(str::to_owned);
        self.file = Some(field);
        Ok(Some(Part::File(FilePart {
            name,
            filename,
            content_type,
            parts: self,
        })))
    }

    /// How large the body was, once there is no part left.
    pub(crate) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// The next bytes of the file that is being read.
    async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let Some(file) = &mut self.file else {
            return Ok(None);
        };
        let chunk = chunk(file, &self.source).await?;
        if chunk.is_none() {
            self.file = None;
        }
        Ok(chunk)
    }
}

impl FilePart<'_> {
    /// The next bytes; `None` at the end of the file.
    ///
    /// # Errors
    /// Those of [`Parts::next`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.parts.chunk().await
    }
}

/// # Errors
/// 413 where they are too large, 400 where they are not UTF-8.
fn check_headers(headers: &HeaderMap) -> Result<()> {
    let bytes = |(name, value): (&HeaderName, &http::HeaderValue)| {
        name.as_str().len() + ": ".len() + value.len() + "\r\n".len()
    };
    if headers.iter().map(bytes).sum::<usize>() > MAX_PART_HEADER_BYTES {
        return Err(header_too_large());
    }
    let mut values = headers.values();
    if values.any(|value| str::from_utf8(value.as_bytes()).is_err()) {
        return Err(malformed("a part's header is not UTF-8"));
    }
    Ok(())
}

/// The options of one of a part's headers, whose bytes are known to be UTF-8.
fn options_of(part: &Field<'_>, name: &HeaderName) -> HashMap<String, String> {
    header_options::parse(header_of(part, name).unwrap_or_default())
}

fn header_of<'p>(part: &'p Field<'_>, name: &HeaderName) -> Option<&'p str> {
    let value = part.headers().get(name)?;
    str::from_utf8(value.as_bytes()).ok()
}

async fn chunk(part: &mut Field<'_>, source: &Source) -> Result<Option<Bytes>> {
    let chunk = part.chunk().await.map_err(unreadable)?;
    source.found();
    Ok(chunk)
}

async fn text(name: &str, part: &mut Field<'_>, source: &Source) -> Result<String> {
    let charset = options_of(part, &CONTENT_TYPE).remove("charset");
    let mut bytes = Vec::new();
    while let Some(chunk) = chunk(part, source).await? {
        if bytes.len() + chunk.len() > MAX_FIELD_BYTES {
            return Err(Error::too_much(
                "field-too-large",
                format!("the field {name} is larger than {MAX_FIELD_BYTES} bytes"),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    let known = charset.and_then(|charset| header_options::decode(&charset, &bytes));
    Ok(known.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()))
}
