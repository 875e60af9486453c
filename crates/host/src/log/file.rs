//! The files that keep what components print.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::Context as _;
use rustix::{fs::OFlags, io::Errno};

use crate::log::Log;

/// How the names of these files end, as under Spin.
const ENDINGS: [&str; 2] = ["stdout.txt", "stderr.txt"];

/// A file that is only appended to. A component never sees an error of it: a full disk must not end a
/// component that only prints.
pub(crate) struct LogFile {
    file: File,
    path: PathBuf,
    log: Log,
    /// Lines lost since it could not be written.
    lost: Mutex<usize>,
}

impl LogFile {
    /// Opens a file, and creates it and its folder if need be. Writing to a pipe never blocks.
    ///
    /// # Errors
    ///
    /// It cannot be opened, or is a pipe without a reader.
    pub(crate) fn open(path: PathBuf, log: &Log) -> anyhow::Result<Self> {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let mut options = File::options();
        options
            .create(true)
            .append(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        let file = folder.and_then(|()| options.open(&path)).map_err(|error| {
            let path = path.display();
            if Errno::from_io_error(&error) == Some(Errno::NXIO) {
                anyhow::anyhow!(
                    "the log file {path} is a pipe that nobody reads; start its reader first, or delete it"
                )
            } else {
                anyhow::anyhow!("the log file {path} cannot be opened: {error}")
            }
        })?;
        Ok(Self {
            file,
            path,
            log: log.clone(),
            lost: Mutex::new(0),
        })
    }

    /// Appends lines. If that fails, the log says so once, and how many were lost when it works again.
    pub(crate) fn add(&self, lines: &[u8]) {
        let written = (&self.file).write_all(lines);
        // A panic elsewhere leaves a valid number.
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.path.display();
        match written {
            Ok(()) if *lost > 0 => {
                let missing = std::mem::take(&mut *lost);
                self.log.line(&format!(
                    "the log file {path} can be written again; {missing} lines were lost"
                ));
            }
            Ok(()) => {}
            Err(error) => {
                if *lost == 0 {
                    self.log.line(&format!(
                        "the log file {path} cannot be written ({error}); what the component prints is \
                         lost until it can"
                    ));
                }
                *lost += lines.split_inclusive(|byte| *byte == b'\n').count();
            }
        }
    }
}

/// Empties the log files in a folder, also those of former components, as Spin does for
/// `--truncate-logs`.
///
/// # Errors
///
/// The first that cannot be emptied. No folder is no error.
pub(crate) fn truncate(folder: &Path) -> anyhow::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("the log folder {}", folder.display()))?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_log = ENDINGS.iter().any(|ending| name.ends_with(ending));
        // Opening a pipe would wait for a reader.
        if is_log && path.is_file() {
            File::create(&path)
                .with_context(|| format!("the log file {} cannot be emptied", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{process::Command, sync::Arc};

    use super::*;

    /// A log, and what was written to it.
    fn collecting() -> (Log, Arc<Mutex<Vec<String>>>) {
        let entries = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&entries);
        let log = Log::new(move |entry| writer.lock().unwrap().push(entry.to_owned()));
        (log, entries)
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_of_once() {
        let (log, entries) = collecting();
        let file = LogFile::open("/dev/full".into(), &log).unwrap();
        for lines in ["one\n", "two\nthree\n", "four\n"] {
            file.add(lines.as_bytes());
        }
        let entries = entries.lock().unwrap();
        assert_eq!(entries.len(), 1, "{entries:?}");
        assert!(
            entries[0].starts_with("the log file /dev/full cannot be written (No space left"),
            "{entries:?}"
        );
    }

    #[test]
    fn a_pipe_keeps_nobody_waiting() {
        let (log, entries) = collecting();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a_stdout.txt");
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let refused = LogFile::open(path.clone(), &log).err().unwrap();
        assert!(
            refused.to_string().contains("is a pipe that nobody reads"),
            "{refused}"
        );
        // Somebody who has it open, and reads nothing.
        let reader = File::options().read(true).write(true).open(&path).unwrap();
        let file = LogFile::open(path, &log).unwrap();
        let line = [vec![b'x'; 1 << 10], vec![b'\n']].concat();
        while entries.lock().unwrap().is_empty() {
            file.add(&line);
        }
        let entries = entries.lock().unwrap();
        assert!(entries[0].contains("cannot be written"), "{entries:?}");
        drop(reader);
    }

    #[test]
    fn it_is_told_how_many_lines_are_missing() {
        let (log, entries) = collecting();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a_stdout.txt");
        let file = LogFile {
            lost: Mutex::new(4),
            ..LogFile::open(path.clone(), &log).unwrap()
        };
        file.add(b"one\n");
        file.add(b"two\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        let path = path.display();
        let want = format!("the log file {path} can be written again; 4 lines were lost");
        assert_eq!(*entries.lock().unwrap(), [want]);
    }

    #[test]
    fn logs_are_emptied_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "a_stdout.txt",
            "gone_stderr.txt",
            "notes.txt",
            "a_stdout.txt.1",
        ];
        for name in names {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join("folder_stdout.txt")).unwrap();
        truncate(folder.path()).unwrap();
        let left = names.map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
        assert_eq!(left, ["", "", "x", "x"]);
        truncate(&folder.path().join("none")).unwrap();
    }
}
