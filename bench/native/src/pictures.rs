//! POST /upload: a picture is a file, whole or not at all, and a row that says what it is.

use std::{
    fs::{self, File},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context, Result};
use axum::{
    extract::{Multipart, State, multipart::Field},
    http::StatusCode,
};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::{State as Shared, failure::Failure};

/// What a file is written in at once, in bytes.
const CHUNK_BYTES: usize = 512 << 10;

/// A folder of pictures.
#[derive(Clone)]
pub(crate) struct Pictures {
    folder: Arc<Path>,
    /// How many uploads began.
    begun: Arc<AtomicU64>,
}

impl Pictures {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.into(),
            begun: Arc::default(),
        })
    }
}

/// POST /upload.
pub(crate) async fn upload(
    State(shared): State<Shared>,
    mut form: Multipart,
) -> Result<String, Failure> {
    let mut info = String::new();
    let mut kept = false;
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("info") => info = field.text().await?,
            Some("image") => {
                keep(&shared, field).await?;
                kept = true;
            }
            _ => {}
        }
    }
    if !kept {
        return Err(Failure::Refused(
            StatusCode::BAD_REQUEST,
            "there is no file image",
        ));
    }
    Ok(format!("info is {info}. success"))
}

async fn keep(shared: &Shared, mut field: Field<'_>) -> Result<(), Failure> {
    let Pictures { folder, begun } = &shared.pictures;
    let refused = Failure::Refused(StatusCode::BAD_REQUEST, "this is no name of a file");
    let name = field
        .file_name()
        .filter(|name| is_plain(name))
        .ok_or(refused)?
        .to_owned();
    let part = folder.join(format!(".{}.part", begun.fetch_add(1, Ordering::Relaxed)));
    let mut file = tokio::fs::File::create_new(&part).await?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut waiting = Vec::with_capacity(CHUNK_BYTES);
    while let Some(bytes) = field.chunk().await? {
        hash.update(&bytes);
        size += bytes.len();
        waiting.extend_from_slice(&bytes);
        if waiting.len() >= CHUNK_BYTES {
            file.write_all(&waiting).await?;
            waiting.clear();
        }
    }
    file.write_all(&waiting).await?;
    file.sync_all().await?;
    let (to, parent) = (folder.join(&name), folder.clone());
    tokio::task::spawn_blocking(move || {
        fs::rename(part, to)?;
        File::open(parent)?.sync_all()
    })
    .await??;
    let hash = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    let size = i64::try_from(size)?;
    shared
        .database
        .write(move |db| insert(db, &name, size, &hash))
        .await?;
    Ok(())
}

/// Whether this is the name of a file in a folder, and not hidden.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.') && !name.contains('/')
}

fn insert(db: &Connection, name: &str, size: i64, hash: &str) -> Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO uploads (blob, name, state, chunks, touched_at, size, sha256, content_type, uploaded_at) \
         VALUES (lower(hex(randomblob(16))), ?1, 'kept', 0, unixepoch() * 1000, ?2, ?3, 'image/png', \
         unixepoch() * 1000) \
         ON CONFLICT (name) WHERE state = 'kept' DO UPDATE SET size = ?2, sha256 = ?3, \
         uploaded_at = unixepoch() * 1000",
    )?;
    insert
        .execute(params![name, size, hash])
        .context("a picture's row")?;
    Ok(())
}
