//! A form as a whole, its files in memory.

use bytes::Bytes;

use super::parts::{FilePart, Part, Parts};
use formats::MultiDict;

use crate::{
    body::{self, Incoming},
    error::Result,
};

/// A file of a form, in memory (Flask's `FileStorage`).
///
/// Name and content type are the client's words: either may be anything, the name a path such as
/// `../../etc/passwd`, the type one that the content is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedFile {
    /// The name that the client gave it; empty where it gave none.
    pub filename: String,
    /// The content type that the client says it has.
    pub content_type: Option<String>,
    /// What is in it. Cloning shares it.
    pub data: Bytes,
}

impl UploadedFile {
    /// Whether it is what a browser sends for an input in which no file was chosen.
    fn is_unchosen(&self) -> bool {
        self.filename.is_empty() && self.data.is_empty()
    }
}

/// What a body holds.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) fields: MultiDict,
    /// In their order, by the names of their fields.
    pub(super) files: Vec<(String, UploadedFile)>,
    /// How large the body was.
    pub(crate) body_bytes: u64,
}

impl Form {
    /// The first file of a field in which one was chosen.
    pub(crate) fn file(&self, name: &str) -> Option<&UploadedFile> {
        self.files
            .iter()
            .find(|(field, file)| field == name && !file.is_unchosen())
            .map(|(_, file)| file)
    }
}

/// Takes a body apart while it comes in, so that a file is in memory once.
///
/// # Errors
/// Those of [`Parts`].
pub(crate) async fn read(content_type: &str, body: Incoming) -> Result<Form> {
    let most_bytes = body.most_bytes();
    let mut parts = Parts::new(content_type, body)?;
    let (mut fields, mut files) = (MultiDict::default(), Vec::new());
    while let Some(part) = parts.next().await? {
        match part {
            Part::Field { name, value } => fields.add(name, value),
            Part::File(part) => files.push(file(part, most_bytes).await?),
        }
    }
    Ok(Form {
        fields,
        files,
        body_bytes: parts.body_bytes(),
    })
}

async fn file(mut part: FilePart<'_>, most_bytes: u64) -> Result<(String, UploadedFile)> {
    let mut data = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        body::append(&mut data, &chunk, most_bytes);
    }
    data.shrink_to_fit();
    let file = UploadedFile {
        filename: part.filename,
        content_type: part.content_type,
        data: data.into(),
    };
    Ok((part.name, file))
}
