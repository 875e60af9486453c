//! Taking a picture out of a form while it comes in.

use kit::{
    Error, FilePart, Part, Parts, Result,
    blobs::{Blobs, Manifest, NewFile, Upload},
    key_value::KeyValue,
};

use crate::{name, picture};

/// Why a form's picture was not kept.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) error: Error,
    /// What the form said about the picture, where it was read as far as that.
    pub(crate) info: Option<String>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, info: None }
    }
}

/// What a form had in its field `image`.
enum Image<S> {
    /// No file, or none was chosen.
    Missing,
    /// One that is not kept.
    Refused(Error),
    /// A picture, which nobody sees yet.
    Picture(Box<Upload<S>>, &'static str),
}

/// The most characters of `info`: a page shows it of many pictures at the same time.
const MAX_INFO_CHARS: usize = 2_000;

/// Keeps the picture of a form. Its fields may come in any order; of several of a name, the first counts.
///
/// `owner` says whose the picture is in the place of what is there under its name, or that it may not replace
/// that. It is asked before anything is kept, and once more when all is.
///
/// # Errors
/// 400 where there is no file `image`, 415 where it is no picture, that of `owner`, and those of the body
/// and of the store. Nothing is kept then.
pub(crate) async fn receive<S: KeyValue>(
    pictures: &Blobs<S>,
    parts: &mut Parts,
    owner: impl Fn(Option<&Manifest>) -> Result<Option<String>>,
) -> Result<Manifest, Refusal> {
    let mut info = None;
    let mut image = Image::Missing;
    let walked = walk(pictures, parts, (&mut info, &mut image), &owner).await;
    let kept = match (walked, image) {
        (Ok(()), Image::Picture(upload, content_type)) => {
            let describe = |old: Option<&Manifest>| {
                Ok(NewFile {
                    content_type: content_type.to_owned(),
                    owner: owner(old)?,
                    info: info.clone(),
                })
            };
            upload.finish(describe).await
        }
        (Err(error), Image::Picture(upload, _)) => {
            upload.abort().await;
            Err(error)
        }
        (Err(error), _) | (Ok(()), Image::Refused(error)) => Err(error),
        (Ok(()), Image::Missing) => Err(Error::MissingField("image".to_owned())),
    };
    kept.map_err(|error| Refusal { error, info })
}

/// Reads the form to its end, also behind what is refused: most clients send all before they listen.
async fn walk<S: KeyValue>(
    pictures: &Blobs<S>,
    parts: &mut Parts,
    (info, image): (&mut Option<String>, &mut Image<S>),
    owner: &impl Fn(Option<&Manifest>) -> Result<Option<String>>,
) -> Result<()> {
    while let Some(part) = parts.next().await? {
        match part {
            Part::Field { name, value } if name == "info" => {
                let is_long = value.chars().count() > MAX_INFO_CHARS;
                info.get_or_insert(value);
                if is_long {
                    return Err(Error::invalid(
                        "info",
                        format!("must have at most {MAX_INFO_CHARS} characters"),
                    ));
                }
            }
            Part::File(file) if file.name == "image" && matches!(image, Image::Missing) => {
                keep(pictures, file, image, owner).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn keep<S: KeyValue>(
    pictures: &Blobs<S>,
    mut file: FilePart<'_>,
    image: &mut Image<S>,
    owner: &impl Fn(Option<&Manifest>) -> Result<Option<String>>,
) -> Result<()> {
    let mut beginning = Vec::new();
    while beginning.len() < picture::SNIFFED_BYTES
        && let Some(chunk) = file.chunk().await?
    {
        beginning.extend_from_slice(&chunk);
    }
    if file.filename.is_empty() && beginning.is_empty() {
        // What a browser sends where no file was chosen.
        return Ok(());
    }
    let extension = picture::extension(&file.filename);
    let (Some(extension), Some(content_type)) = (extension, picture::content_type(&beginning))
    else {
        *image = Image::Refused(no_picture(&file.filename));
        return Ok(());
    };
    let name = name::of(&file.filename, extension)?;
    if let Err(error) = owner(pictures.find(&name).await?.as_ref()) {
        *image = Image::Refused(error);
        return Ok(());
    }
    let mut upload = Box::new(pictures.begin(&name)?);
    let written = write(&mut upload, beginning, &mut file).await;
    // Whether it is published or given up, by then it is known what there is to give up.
    *image = Image::Picture(upload, content_type);
    written
}

fn no_picture(filename: &str) -> Error {
    Error::UnsupportedMediaType {
        got: Some(format!("one with the file {filename:?}")),
        want: "a form whose file image is a PNG, JPEG or GIF picture, with a name that ends in .png, \
            .jpg, .jpeg or .gif",
    }
}

async fn write<S: KeyValue>(
    upload: &mut Upload<S>,
    beginning: Vec<u8>,
    file: &mut FilePart<'_>,
) -> Result<()> {
    upload.write(&beginning).await?;
    drop(beginning);
    while let Some(chunk) = file.chunk().await? {
        upload.write(&chunk).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::executor::block_on;
    use http_body_util::Full;
    use kit::{Request, key_value::TestStore};

    use super::*;

    const PNG: &str = "\u{89}PNG\r\n\u{1a}\n";

    /// A file as Latin-1, so that a picture can be written as text.
    fn file(name: &str, filename: &str, content: &str) -> String {
        let head = format!("Content-Disposition: form-data; name={name}; filename=\"{filename}\"");
        format!("--b\r\n{head}\r\n\r\n{content}\r\n")
    }

    fn field(name: &str, value: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n")
    }

    /// What becomes of a form, and which keys are there then.
    fn sent(
        form: &str,
        owner: impl Fn(Option<&Manifest>) -> Result<Option<String>>,
    ) -> (Result<Manifest, Refusal>, Vec<String>) {
        let store = TestStore::default();
        let pictures = Blobs::new(store.clone(), Duration::from_secs(60));
        let body: Vec<u8> = form.chars().map(|c| u8::try_from(c).unwrap()).collect();
        let request = http::Request::post("/upload")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(Full::new(body.into()))
            .unwrap();
        let mut request = Request::new(request);
        request.set_body_limit(u64::MAX);
        let mut parts = request.parts().unwrap();
        let received = block_on(receive(&pictures, &mut parts, owner));
        (received, store.sorted_keys())
    }

    fn duke(_: Option<&Manifest>) -> Result<Option<String>> {
        Ok(Some("duke".to_owned()))
    }

    #[test]
    fn fields_may_come_in_any_order_and_the_first_of_a_name_counts() {
        let (image, info) = (file("image", "a.png", PNG), field("info", "1"));
        let unchosen = file("image", "", "");
        let others = [
            file("image", "b.gif", "GIF89a"),
            field("info", "2"),
            file("picture", "c.png", PNG),
            field("image", "d.png"),
        ]
        .concat();
        for form in [
            format!("{info}{image}{others}--b--"),
            format!("{image}{info}{others}--b--"),
            format!("{unchosen}{image}{others}--b--").replace("\r\n2\r\n", "\r\n1\r\n"),
        ] {
            let (picture, keys) = sent(&form, duke);
            let picture = picture.unwrap();
            assert_eq!(picture.name, "a.png", "{form}");
            assert_eq!(picture.info.as_deref(), Some("1"), "{form}");
            assert_eq!(picture.owner.as_deref(), Some("duke"));
            assert_eq!(
                (picture.size, picture.content_type.as_str()),
                (8, "image/png")
            );
            assert_eq!(keys.len(), 3, "{keys:?}");
        }
    }

    #[test]
    fn of_what_is_refused_nothing_is_kept() {
        let image = file("image", "a.png", PNG);
        let large = file("image", "a.png", &format!("{PNG}{}", "x".repeat(2_000_000)));
        for (form, status) in [
            (field("info", "1") + "--b--", 400),
            (field("info", &"é".repeat(2_001)) + "--b--", 422),
            (file("image", "", "") + "--b--", 400),
            (field("image", "a.png") + "--b--", 400),
            (file("picture", "a.png", PNG) + "--b--", 400),
            (file("image", "", PNG) + "--b--", 415),
            (file("image", "a.png", "") + "--b--", 415),
            (file("image", "a.png", "text") + "--b--", 415),
            (file("image", "a.svg", PNG) + "--b--", 415),
            // The first counts, even where the second would be good.
            (file("image", "a.txt", "text") + &image + "--b--", 415),
            // It breaks off, before and behind the picture's end.
            (large.clone(), 400),
            (large[..1_500_000].to_owned(), 400),
            (large + &field("info", &"x".repeat(500_001)) + "--b--", 413),
        ] {
            let (received, keys) = sent(&form, duke);
            let Refusal { error, .. } = received.unwrap_err();
            assert_eq!(error.status().as_u16(), status, "{error}");
            assert_eq!(keys, [""; 0], "{error}");
        }
    }

    #[test]
    fn who_may_not_replace_is_refused_and_nothing_is_kept() {
        let large = file("image", "a.png", &format!("{PNG}{}", "x".repeat(2_000_000)));
        let form = large + &field("info", "1") + "--b--";
        let (received, keys) = sent(&form, |_| Err(Error::Forbidden("no".to_owned())));
        let Refusal { error, info } = received.unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
        assert_eq!(info.as_deref(), Some("1"));
        assert_eq!(keys, [""; 0]);
    }

    #[test]
    fn what_was_said_about_a_picture_that_is_refused_is_known_as_far_as_the_form_was_read() {
        let (text, info) = (file("image", "a.png", "text"), field("info", "1"));
        let long = "x".repeat(2_001);
        for (form, want) in [
            (format!("{text}{info}--b--"), Some("1")),
            (format!("{info}{text}--b--"), Some("1")),
            (format!("{info}--b--"), Some("1")),
            (format!("{text}--b--"), None),
            (field("info", &long) + "--b--", Some(long.as_str())),
            // It breaks off behind it, and before it.
            (format!("{info}{text}"), Some("1")),
            (text, None),
        ] {
            let (received, _) = sent(&form, duke);
            assert_eq!(received.unwrap_err().info.as_deref(), want, "{form}");
        }
    }
}
