//! Taking a picture out of a form while it comes in.

use kit::{
    Error, FilePart, Part, Parts, Result,
    blobs::{Blobs, Manifest, NewFile, Upload},
    key_value::KeyValue,
};

use crate::{name, picture};

/// What a form had in its field `image`.
enum Image<S> {
    /// No file, or none was chosen.
    Missing,
    /// One that is no picture.
    Refused { filename: String },
    /// A picture, which nobody sees yet.
    Picture(Box<Upload<S>>, &'static str),
}

/// Keeps the picture of a form. Its fields may come in any order; of several of a name, the first counts.
///
/// `allow` says whether the picture may replace what is there under its name. It is asked before anything is
/// kept, and once more when all is.
///
/// # Errors
/// 400 where there is no file `image`, 415 where it is no picture, that of `allow`, and those of the body
/// and of the store. Nothing is kept then.
pub(crate) async fn receive<S: KeyValue>(
    pictures: &Blobs<S>,
    parts: &mut Parts,
    owner: Option<String>,
    allow: impl Fn(Option<&Manifest>) -> Result<()>,
) -> Result<Manifest> {
    let mut info = None;
    let mut image = Image::Missing;
    let walked = walk(pictures, parts, (&mut info, &mut image), &allow).await;
    match (walked, image) {
        (Ok(()), Image::Picture(upload, content_type)) => {
            let content_type = content_type.to_owned();
            let file = NewFile {
                content_type,
                owner,
                info,
            };
            upload.finish(file, allow).await
        }
        (Err(error), Image::Picture(upload, _)) => {
            upload.abort().await;
            Err(error)
        }
        (Err(error), _) => Err(error),
        (Ok(()), Image::Missing) => Err(Error::MissingField("image".to_owned())),
        (Ok(()), Image::Refused { filename }) => Err(Error::UnsupportedMediaType {
            got: Some(format!("one with the file {filename:?}")),
            want: "a form whose file image is a PNG, JPEG or GIF picture, with a name that ends in \
                .png, .jpg, .jpeg or .gif",
        }),
    }
}

/// Reads the form to its end, also behind what is refused: most clients send all before they listen.
async fn walk<S: KeyValue>(
    pictures: &Blobs<S>,
    parts: &mut Parts,
    (info, image): (&mut Option<String>, &mut Image<S>),
    allow: &impl Fn(Option<&Manifest>) -> Result<()>,
) -> Result<()> {
    while let Some(part) = parts.next().await? {
        match part {
            Part::Field { name, value } if name == "info" => {
                info.get_or_insert(value);
            }
            Part::File(file) if file.name == "image" && matches!(image, Image::Missing) => {
                keep(pictures, file, image, allow).await?;
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
    allow: &impl Fn(Option<&Manifest>) -> Result<()>,
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
        let filename = std::mem::take(&mut file.filename);
        *image = Image::Refused { filename };
        return Ok(());
    };
    let name = name::of(&file.filename, extension)?;
    allow(pictures.find(&name).await?.as_ref())?;
    let mut upload = Box::new(pictures.begin(&name)?);
    let written = write(&mut upload, beginning, &mut file).await;
    // Whether it is published or given up, by then it is known what there is to give up.
    *image = Image::Picture(upload, content_type);
    written
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
