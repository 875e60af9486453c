//! What a page hands over to its scripts.

use std::fmt;

use kit::{Error, Result};
use serde::Serialize;

/// Data for scripts, as JSON that can stand in a page:
/// `<script type="application/json" id="texts">{{ for_scripts }}</script>`. It is no script, so a strict
/// `Content-Security-Policy` lets it be; and nothing in it ends the element.
///
/// # Example
/// ```
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Texts {
///     saved: &'static str,
/// }
///
/// let texts = site::ForScripts::new(&Texts { saved: "</script>" })?;
/// assert_eq!(texts.to_string(), r#"{"saved":"\u003c/script>"}"#);
/// # Ok::<(), kit::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ForScripts(String);

impl ForScripts {
    /// Takes what the scripts need: most often the texts that they say.
    ///
    /// # Errors
    /// 500 where the data has no form in JSON, such as a map whose keys are no texts.
    pub fn new(data: &impl Serialize) -> Result<Self> {
        let json = serde_json::to_string(data).map_err(Error::internal)?;
        // A `<` is only ever within a string of JSON. Without one, HTML sees neither a tag nor a comment.
        Ok(Self(json.replace('<', "\\u003c")))
    }
}

impl fmt::Display for ForScripts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// It is escaped by itself, in the way of a script's element.
impl askama::filters::HtmlSafe for ForScripts {}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[derive(Template)]
    #[template(source = "<script>{{ data }}</script>", ext = "html")]
    struct Page {
        data: ForScripts,
    }

    #[test]
    fn a_page_holds_the_data_as_it_is_and_nothing_in_it_ends_the_element() {
        let data = ForScripts::new(&["\"a\" & </script><!--"]).unwrap();
        let page = Page { data }.render().unwrap();
        let want = r#"<script>["\"a\" & \u003c/script>\u003c!--"]</script>"#;
        assert_eq!(page, want);
    }
}
