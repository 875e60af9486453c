//! Forms with files.

use bytes::{BufMut as _, Bytes, BytesMut};

/// What separates the parts of forms.
const BOUNDARY: &str = "handspun-test-client-boundary";

/// A form with files (RFC 7578), for [`RequestBuilder::multipart`](super::RequestBuilder::multipart).
///
/// Names and file names are sent as a browser sends them: in UTF-8, with quotation marks and line breaks
/// percent-encoded (the HTML standard's "multipart/form-data encoding algorithm").
///
/// # Example
/// ```
/// use handspun::MultipartForm;
///
/// let form = MultipartForm::new()
///     .field("info", "a cat")
///     .file("file", "cat.png", "image/png", &b"\x89PNG\r\n\x1a\n"[..]);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a form is sent with a request"]
pub struct MultipartForm {
    /// The parts, one behind the other.
    parts: BytesMut,
}

impl MultipartForm {
    /// A form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let head = format!("Content-Disposition: form-data; name=\"{}\"", quoted(name));
        self.part(&head, value.as_ref());
        self
    }

    /// Adds a file.
    pub fn file(
        mut self,
        name: &str,
        file_name: &str,
        content_type: &str,
        content: impl AsRef<[u8]>,
    ) -> Self {
        let head = format!(
            "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {content_type}",
            quoted(name),
            quoted(file_name),
        );
        self.part(&head, content.as_ref());
        self
    }

    fn part(&mut self, head: &str, content: &[u8]) {
        let begin = format!("--{BOUNDARY}\r\n{head}\r\n\r\n");
        self.parts.put(begin.as_bytes());
        self.parts.put(content);
        self.parts.put(&b"\r\n"[..]);
    }

    /// The content type and the body.
    pub(super) fn encode(mut self) -> (String, Bytes) {
        self.parts.put(format!("--{BOUNDARY}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        (content_type, self.parts.freeze())
    }
}

fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
