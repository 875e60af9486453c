//! Taking a picture out of a form while it comes in.

use kit::{
    Error, Result,
    db::Database,
    key_value::KeyValue,
    multipart::{FilePart, Part, Parts},
};

use crate::{
    name, picture,
    store::{Description, Incoming, Kept, Picture, Pictures, Uploader},
};

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
enum Image<'a, D, S> {
    /// No file, or none was chosen.
    Missing,
    /// One that is not kept.
    Refused(Error),
    /// A picture, which nobody sees yet, and its content type.
    Picture(Box<Incoming<'a, D, S>>, &'static str),
}

/// The most characters of `info`: a page shows it of many pictures at the same time.
const MAX_INFO_CHARS: usize = 2_000;

/// Keeps the picture of a form. Its fields may come in any order; of several of a name, the first counts.
///
/// `check_replace` refuses whom a picture that is there does not belong to. It is asked before anything is kept;
/// in the end the database decides by `uploader`.
///
/// # Errors
/// 400 where there is no file `image`, 415 where it is no picture, that of `check_replace`, and those of the
/// body, the database and the store. Nothing is kept then.
pub(crate) async fn receive<D: Database, S: KeyValue>(
    pictures: &Pictures<D, S>,
    parts: &mut Parts,
    uploader: &Uploader,
    check_replace: impl Fn(&Picture) -> Result<()>,
) -> Result<Picture, Refusal> {
    let mut info = None;
    let mut image = Image::Missing;
    let walked = walk(pictures, parts, (&mut info, &mut image), &check_replace).await;
    let kept = match (walked, image) {
        (Ok(()), Image::Picture(incoming, content_type)) => {
            let description = Description {
                content_type,
                info: info.as_deref(),
            };
            finish(*incoming, uploader, &description, &check_replace).await
        }
        (Err(error), Image::Picture(incoming, _)) => {
            incoming.give_up().await;
            Err(error)
        }
        (Err(error), _) | (Ok(()), Image::Refused(error)) => Err(error),
        (Ok(()), Image::Missing) => Err(Error::MissingField("image".to_owned())),
    };
    kept.map_err(|error| Refusal { error, info })
}

async fn finish<D: Database, S: KeyValue>(
    mut incoming: Incoming<'_, D, S>,
    uploader: &Uploader,
    description: &Description<'_>,
    check_replace: &impl Fn(&Picture) -> Result<()>,
) -> Result<Picture> {
    let error = match incoming.keep(uploader, description).await {
        Ok(Kept::Picture(picture)) => return Ok(picture),
        Ok(Kept::BelongsTo(old)) => check_replace(&old).err().unwrap_or_else(|| {
            Error::internal(
                "the database and the function disagree about who may replace a picture",
            )
        }),
        Err(error) => error,
    };
    incoming.give_up().await;
    Err(error)
}

/// Reads the form to its end, also behind what is refused: most clients send all before they listen.
async fn walk<'a, D: Database, S: KeyValue>(
    pictures: &'a Pictures<D, S>,
    parts: &mut Parts,
    (info, image): (&mut Option<String>, &mut Image<'a, D, S>),
    check_replace: &impl Fn(&Picture) -> Result<()>,
) -> Result<()> {
    while let Some(part) = parts.next().await? {
        match part {
            Part::Field { name, value } if name == "info" => {
                let is_long = value.chars().count() > MAX_INFO_CHARS;
                info.get_or_insert(value);
                if is_long {
                    return Err(Error::invalid(
                        "info",
                        "too-long",
                        format!("must have at most {MAX_INFO_CHARS} characters"),
                    ));
                }
            }
            Part::File(file) if file.name == "image" && matches!(image, Image::Missing) => {
                keep(pictures, file, image, check_replace).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn keep<'a, D: Database, S: KeyValue>(
    pictures: &'a Pictures<D, S>,
    mut file: FilePart<'_>,
    image: &mut Image<'a, D, S>,
    check_replace: &impl Fn(&Picture) -> Result<()>,
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
    let name = name::keep_as(&file.filename, extension)?;
    if let Some(old) = pictures.find(&name).await?
        && let Err(error) = check_replace(&old)
    {
        *image = Image::Refused(error);
        return Ok(());
    }
    let mut incoming = Box::new(pictures.begin(&name).await?);
    let written = write(&mut incoming, beginning, &mut file).await;
    // Whether it is kept or given up, by then it is known what there is to give up.
    *image = Image::Picture(incoming, content_type);
    written
}

fn no_picture(filename: &str) -> Error {
    Error::UnsupportedMediaType {
        got: Some(format!("one with the file {filename:?}")),
        want: "a form whose file image is a PNG, JPEG or GIF picture, with a name that ends in .png, \
            .jpg, .jpeg or .gif",
    }
}

async fn write<D: Database, S: KeyValue>(
    incoming: &mut Incoming<'_, D, S>,
    beginning: Vec<u8>,
    file: &mut FilePart<'_>,
) -> Result<()> {
    incoming.write(beginning.into()).await?;
    while let Some(chunk) = file.chunk().await? {
        incoming.write(chunk).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use http_body_util::Full;
    use kit::Request;

    use super::*;
    use crate::store::testing::{Storage, account};

    const PNG: &str = "\u{89}PNG\r\n\u{1a}\n";

    /// A file as Latin-1, so that a picture can be written as text.
    fn file(name: &str, filename: &str, content: &str) -> String {
        let head = format!("Content-Disposition: form-data; name={name}; filename=\"{filename}\"");
        format!("--b\r\n{head}\r\n\r\n{content}\r\n")
    }

    fn field(name: &str, value: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n")
    }

    /// What becomes of a form that somebody sends.
    fn sent(storage: &Storage, form: &str, uploader: &Uploader) -> Result<Picture, Refusal> {
        let body: Vec<u8> = form.chars().map(|c| u8::try_from(c).unwrap()).collect();
        let request = http::Request::post("/upload")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(Full::new(body.into()))
            .unwrap();
        let mut request = Request::new(request);
        request.set_body_limit(u64::MAX);
        let mut parts = request.parts().unwrap();
        let check_replace = |old: &Picture| match uploader.may_replace(old) {
            true => Ok(()),
            false => Err(Error::forbidden("not-the-owner", "no")),
        };
        block_on(receive(
            &storage.pictures(),
            &mut parts,
            uploader,
            check_replace,
        ))
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
            let storage = Storage::with_usual_chunks();
            let picture = sent(&storage, &form, &account(1, "duke")).unwrap();
            assert_eq!(picture.name, "a.png", "{form}");
            assert_eq!(picture.info.as_deref(), Some("1"), "{form}");
            assert_eq!(picture.owner_name(), Some("duke"));
            assert_eq!(
                (picture.size, picture.content_type.as_str()),
                (8, "image/png")
            );
            assert_eq!(storage.left(), (1, 1), "{form}");
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
            let storage = Storage::with_usual_chunks();
            let received = sent(&storage, &form, &Uploader::default());
            let Refusal { error, .. } = received.unwrap_err();
            assert_eq!(error.status().as_u16(), status, "{error}");
            assert_eq!(storage.left(), (0, 0), "{error}");
        }
    }

    #[test]
    fn who_may_not_replace_is_refused_and_nothing_is_kept() {
        let large = file("image", "a.png", &format!("{PNG}{}", "x".repeat(2_000_000)));
        let form = large + &field("info", "1") + "--b--";
        let storage = Storage::with_usual_chunks();
        let small = file("image", "a.png", PNG) + "--b--";
        sent(&storage, &small, &account(1, "duke")).unwrap();
        for uploader in [Uploader::default(), account(2, "ann")] {
            let Refusal { error, info } = sent(&storage, &form, &uploader).unwrap_err();
            assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
            assert_eq!(info.as_deref(), Some("1"));
            assert_eq!(storage.left(), (1, 1));
        }
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
            let received = sent(&Storage::with_usual_chunks(), &form, &Uploader::default());
            assert_eq!(received.unwrap_err().info.as_deref(), want, "{form}");
        }
    }
}
