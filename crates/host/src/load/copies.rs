//! Where the copies of mounted files are.
//!
//! They are below the state folder: a server may run for longer than the system keeps unused temporary
//! files. Each server locks its folders of copies, so several can share a state folder. A folder without a
//! lock was left behind by a server that was killed, and the next one deletes it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use tempfile::TempDir;

/// Where in the state folder they are.
const COPIES: &str = "files";

/// Locked in [`COPIES`] while a folder is made, until it is locked itself.
const LOCK: &str = "lock";

/// What their names begin with.
const PREFIX: &str = "handspun-";

/// A folder for the copies of one component's files, deleted when dropped.
pub(crate) struct CopyFolder {
    folder: TempDir,
    /// Held while the folder is in use. Of the system's temporary folder systemd-tmpfiles, too, leaves alone
    /// what is locked.
    _lock: File,
}

/// The folder below a state folder in which all of them are.
pub(crate) fn folder_in(state_dir: &Path) -> PathBuf {
    state_dir.join(COPIES)
}

impl CopyFolder {
    /// Makes an empty one, and deletes those that nobody uses any more. Without a state folder it is among
    /// the system's temporary files.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub(crate) fn new(state_dir: Option<&Path>) -> anyhow::Result<Self> {
        let Some(state_dir) = state_dir else {
            return Self::in_folder(&std::env::temp_dir());
        };
        let copies = folder_in(state_dir);
        fs::create_dir_all(&copies)
            .with_context(|| format!("the folder {} cannot be created", copies.display()))?;
        let making = File::create(copies.join(LOCK))?;
        // Where files cannot be locked, no folder looks unused either.
        let _ = making.lock();
        delete_unused(&copies);
        Self::in_folder(&copies)
    }

    fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let made = TempDir::with_prefix_in(PREFIX, folder)
            .with_context(|| format!("no folder can be created in {}", folder.display()))?;
        let lock = File::open(made.path())?;
        let _ = lock.try_lock();
        Ok(Self {
            folder: made,
            _lock: lock,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Deletes the folders that were left behind. One that cannot be deleted does no harm.
fn delete_unused(copies: &Path) {
    for entry in fs::read_dir(copies).into_iter().flatten().flatten() {
        let path = entry.path();
        // Opening a pipe would wait for a writer.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_ours = is_folder && entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_ours && File::open(&path).is_ok_and(|folder| folder.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_is_in_use_stays_and_what_was_left_behind_goes() {
        let state = tempfile::tempdir().unwrap();
        let copies = state.path().join(COPIES);
        let one = CopyFolder::new(Some(state.path())).unwrap();
        assert!(one.path().starts_with(&copies));
        // As a server leaves it that is killed.
        let left = copies.join(format!("{PREFIX}left"));
        fs::create_dir_all(left.join("static")).unwrap();
        fs::write(left.join("static/a.css"), "a").unwrap();
        let notes = copies.join("notes");
        fs::create_dir(&notes).unwrap();
        let pipe = copies.join(format!("{PREFIX}pipe"));
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let other = CopyFolder::new(Some(state.path())).unwrap();
        assert!(one.path().is_dir() && other.path().is_dir());
        assert!(!left.exists());
        assert!(notes.exists() && pipe.exists());
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists());
        assert!(other.path().is_dir());
    }

    #[test]
    fn without_a_state_folder_it_is_a_temporary_one() {
        let folder = CopyFolder::new(None).unwrap();
        assert!(folder.path().starts_with(std::env::temp_dir()));
        let locked = File::open(folder.path()).unwrap().try_lock();
        assert!(locked.is_err(), "a cleaner would take it");
    }
}
