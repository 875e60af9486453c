//! What is known of a file.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::broken;
use crate::error::{Error, Result};

/// The most bytes that a manifest has. Akamai's stores take values up to 1 MB.
pub const MAX_MANIFEST_BYTES: usize = 900_000;

/// What whoever uploads a file says about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewFile {
    /// The content type that it is served with.
    pub content_type: String,
    /// Whose it is, if anybody's.
    pub owner: Option<String>,
    /// What was said about it.
    pub info: Option<String>,
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The content type that it is served with.
    pub content_type: String,
    /// Whose it is, if anybody's.
    pub owner: Option<String>,
    /// What was said about it.
    pub info: Option<String>,
    /// When it was complete, in milliseconds since 1970.
    pub(super) uploaded_at: u64,
    /// The upload whose chunks it has.
    pub(super) id: String,
    /// How many bytes each of its chunks has, but for the last one.
    pub(super) chunk_bytes: u64,
}

impl Manifest {
    /// When it was complete.
    pub fn uploaded_at(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.uploaded_at)
    }

    /// # Errors
    /// 413 where it does not fit.
    pub(super) fn write(&self) -> Result<Vec<u8>> {
        let bytes = serde_json::to_vec(self).map_err(Error::internal)?;
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(Error::TooMuch(format!(
                "what is said about the file takes more than {MAX_MANIFEST_BYTES} bytes to keep"
            )));
        }
        Ok(bytes)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let read: Self = serde_json::from_slice(bytes).map_err(broken)?;
        if read.chunk_bytes == 0 {
            return Err(broken("chunks of no bytes"));
        }
        Ok(read)
    }
}
