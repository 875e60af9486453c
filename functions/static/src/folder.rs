//! The folder that the manifest mounts.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read, Seek},
    path::{Path, PathBuf},
    time::SystemTime,
};

use kit::{
    Error, Result,
    conditional::{ETag, FileInfo},
};
use sha2::{Digest, Sha256};

use crate::content_type;

/// How many bytes are in memory at a time while a file is hashed.
const CHUNK_BYTES: usize = 64 * 1024;

/// What of a SHA-256 is in a tag, in bytes: enough that no two files share one.
const TAG_BYTES: usize = 16;

/// Opens a file; `None` where there is no file.
///
/// # Errors
/// 500 where there is one that cannot be read.
pub(crate) fn open(path: &Path) -> Result<Option<(File, FileInfo)>> {
    match open_file(path) {
        Ok(found) => Ok(found),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(Error::internal(error)),
    }
}

fn open_file(path: &Path) -> io::Result<Option<(File, FileInfo)>> {
    // Asked first: to open a pipe would wait for its other end.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let info = FileInfo {
        content_type: content_type::guess(path),
        length: metadata.len(),
        etag: etag(path, &mut file, &metadata)?,
        modified: None,
    };
    Ok(Some((file, info)))
}

/// Whether there is simply no file, or only behind a link out of the folder, which WASI does not follow.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::PermissionDenied
    )
}

/// How long a file was and when it was changed, when it was hashed.
type Version = (u64, Option<SystemTime>);

thread_local! {
    /// What was hashed already; an instance serves many requests.
    static TAGS: RefCell<HashMap<PathBuf, (Version, ETag)>> = RefCell::default();
}

/// A tag of the content, so that it is the same on every machine and after every start.
fn etag(path: &Path, file: &mut File, metadata: &Metadata) -> io::Result<ETag> {
    let version = (metadata.len(), metadata.modified().ok());
    let known = TAGS.with_borrow(|tags| tags.get(path).cloned());
    if let Some((_, tag)) = known.filter(|(known, _)| *known == version) {
        return Ok(tag);
    }
    let tag = hash(file)?;
    file.rewind()?;
    TAGS.with_borrow_mut(|tags| tags.insert(path.to_owned(), (version, tag.clone())));
    Ok(tag)
}

fn hash(file: &mut impl Read) -> io::Result<ETag> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(ETag::from_hash(&hash.finalize()[..TAG_BYTES])),
            read => hash.update(&chunk[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_of_the_content() {
        for (content, want) in [
            (&b""[..], "\"e3b0c44298fc1c149afbf4c8996fb924\""),
            (b"abc", "\"ba7816bf8f01cfea414140de5dae2223\""),
        ] {
            let mut file = content;
            assert_eq!(hash(&mut file).unwrap().header(), want);
        }
    }

    #[test]
    fn what_is_no_file_is_absent() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = here.join("Cargo.toml");
        let (_, info) = open(&file).unwrap().unwrap();
        assert_eq!(info.length, file.metadata().unwrap().len());
        for absent in [
            here.join("none"),
            here.to_owned(),
            file.join("x"),
            here.join("x".repeat(300)),
        ] {
            assert!(open(&absent).unwrap().is_none(), "{absent:?}");
        }
    }
}
