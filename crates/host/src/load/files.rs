//! The files of a component: copied when the application starts, read-only after.
//!
//! As under Spin, a component sees copies: what changes later is seen after the
//! next start. Unlike Spin, a link that leads out of the application's folder is
//! left out, so that no file outside of it can be served by accident, and so is a
//! link to a folder. What is left out is logged.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use crate::{
    load::{
        copies::{self, CopyFolder},
        manifest::FileMount,
    },
    log::Log,
};

/// A folder with the copies of one component's files, deleted when dropped.
pub(crate) struct Files(CopyFolder);

impl Files {
    /// Copies what `mounts` name from `root`, the application's folder, to a folder
    /// below `state_dir`; `None` where they name nothing.
    ///
    /// # Errors
    ///
    /// A file that is not there or not in the application's folder.
    pub(crate) fn copy(
        mounts: &[FileMount],
        root: &Path,
        state_dir: Option<&Path>,
        log: &Log,
    ) -> anyhow::Result<Option<Self>> {
        if mounts.is_empty() {
            return Ok(None);
        }
        let root = fs::canonicalize(root)?;
        let folder = CopyFolder::new(state_dir)?;
        let copies = Copies {
            root: &root,
            to: folder.path(),
            copies: state_dir.and_then(|state| fs::canonicalize(copies::folder_in(state)).ok()),
            log,
        };
        for mount in mounts {
            copies
                .mount(mount)
                .with_context(|| format!("files: {mount}"))?;
        }
        Ok(Some(Self(folder)))
    }

    /// Where the copies are.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

struct Copies<'a> {
    root: &'a Path,
    to: &'a Path,
    /// Where all copies are: often in the application's folder, and never copied themselves.
    copies: Option<PathBuf>,
    log: &'a Log,
}

impl Copies<'_> {
    fn mount(&self, mount: &FileMount) -> anyhow::Result<()> {
        match mount {
            FileMount::Pattern(pattern) => {
                let path = self.root.join(pattern);
                if path.is_dir() {
                    // Spin mounts it at a path that nobody expects, twice its own.
                    bail!(
                        "is a folder; write {{ source = {pattern:?}, destination = \"/...\" }} \
                         or {:?}",
                        format!("{pattern}/**/*")
                    )
                } else if path.is_file() {
                    self.file(&path, &self.to.join(pattern))
                } else {
                    self.matches(pattern)
                }
            }
            FileMount::Placement {
                source,
                destination,
            } => {
                let path = self.root.join(source);
                let to = self.to.join(destination.trim_start_matches('/'));
                if path.is_dir() {
                    self.folder(&path, &to)
                } else if path.is_file() {
                    self.file(&path, &to)
                } else {
                    Err(no_file(&path))
                }
            }
        }
    }

    /// Copies the files that a pattern with `*`, `?` or `[` matches.
    fn matches(&self, pattern: &str) -> anyhow::Result<()> {
        let path = self.root.join(pattern);
        let pattern = path.to_str().context("not UTF-8")?;
        if !pattern.contains(['*', '?', '[']) {
            return Err(no_file(&path));
        }
        for path in glob::glob(pattern)? {
            let path = path?;
            if path.is_file() && !self.is_copy(&path) {
                let inside = path.strip_prefix(self.root);
                let inside = inside.context("not in the application's folder")?;
                self.file(&path, &self.to.join(inside))?;
            }
        }
        Ok(())
    }

    fn folder(&self, from: &Path, to: &Path) -> anyhow::Result<()> {
        if self.is_copy(from) {
            return Ok(());
        }
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            let to = to.join(path.file_name().unwrap_or_default());
            if path.is_dir() {
                if path.is_symlink() {
                    self.left_out("link", &path, "leads to a folder, perhaps in a circle");
                } else {
                    self.folder(&path, &to)?;
                }
            } else {
                self.file(&path, &to)?;
            }
        }
        Ok(())
    }

    fn file(&self, from: &Path, to: &Path) -> anyhow::Result<()> {
        let Ok(real) = fs::canonicalize(from) else {
            self.left_out("link", from, "leads nowhere");
            return Ok(());
        };
        if !real.starts_with(self.root) {
            if from.is_symlink() {
                self.left_out("link", from, "leads out of the application's folder");
                return Ok(());
            }
            bail!("{} is not in the application's folder", from.display());
        }
        if self.is_copy(&real) {
            return Ok(());
        }
        if !fs::metadata(&real)?.is_file() {
            // To read a pipe is to wait until somebody writes.
            self.left_out("entry", from, "is a pipe, a socket or a device");
            return Ok(());
        }
        if !to.starts_with(self.to) || has_parent(to) {
            bail!("the destination is not in the component's folder");
        }
        fs::create_dir_all(to.parent().unwrap_or(self.to))?;
        fs::copy(&real, to).with_context(|| format!("{} cannot be copied", from.display()))?;
        Ok(())
    }

    fn is_copy(&self, path: &Path) -> bool {
        let copies = self.copies.as_ref();
        copies.is_some_and(|copies| path.starts_with(copies))
    }

    fn left_out(&self, what: &str, path: &Path, why: &str) {
        self.log.line(&format!(
            "the {what} {} is left out: it {why}",
            path.display()
        ));
    }
}

/// Why a path that is named cannot be mounted.
fn no_file(path: &Path) -> anyhow::Error {
    let path_shown = path.display();
    if path.exists() {
        anyhow::anyhow!(
            "{path_shown} is neither a file nor a folder but a pipe, a socket or a device"
        )
    } else {
        anyhow::anyhow!("there is no file or folder {path_shown}")
    }
}

fn has_parent(path: &Path) -> bool {
    path.components()
        .any(|part| part == std::path::Component::ParentDir)
}

#[cfg(test)]
mod tests {
    use std::{
        os::unix::net::UnixListener,
        process::Command,
        sync::{Arc, Mutex},
    };

    use tempfile::TempDir;

    use super::*;

    /// All files below a folder.
    fn files_below(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(folder).unwrap().to_owned());
                }
            }
        }
        found.sort();
        found
    }

    fn application() -> TempDir {
        let outside = TempDir::new().unwrap();
        let root = outside.path().join("app");
        for (file, text) in [
            ("app/spin.toml", "manifest"),
            ("app/static/a.css", "a"),
            ("app/static/img/b.png", "b"),
            ("secret", "secret"),
        ] {
            let path = outside.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        std::os::unix::fs::symlink("../../secret", root.join("static/out")).unwrap();
        std::os::unix::fs::symlink("a.css", root.join("static/inside.css")).unwrap();
        std::os::unix::fs::symlink("none", root.join("static/nowhere")).unwrap();
        std::os::unix::fs::symlink(".", root.join("static/circle")).unwrap();
        outside
    }

    fn pattern(pattern: &str) -> FileMount {
        FileMount::Pattern(pattern.to_owned())
    }

    fn place(source: &str, destination: &str) -> FileMount {
        FileMount::Placement {
            source: source.to_owned(),
            destination: destination.to_owned(),
        }
    }

    #[test]
    fn mounts_are_what_they_are_under_spin() {
        let outside = application();
        let all = ["a.css", "img/b.png", "inside.css"];
        let at_s = all.map(|file| format!("s/{file}"));
        for (mount, want) in [
            (place("static", "/"), all.map(str::to_owned).to_vec()),
            (place("static", "/s"), at_s.to_vec()),
            (place("spin.toml", "/m.toml"), vec!["m.toml".to_owned()]),
            (pattern("static/a.css"), vec!["static/a.css".to_owned()]),
            (pattern("static/*.png"), vec![]),
            (
                pattern("static/*/*.png"),
                vec!["static/img/b.png".to_owned()],
            ),
            (pattern("spin.*"), vec!["spin.toml".to_owned()]),
        ] {
            let root = outside.path().join("app");
            let log = Log::new(|_| {});
            let files = Files::copy(std::slice::from_ref(&mount), &root, None, &log).unwrap();
            let found = files_below(files.unwrap().path());
            let want: Vec<_> = want.iter().map(PathBuf::from).collect();
            assert_eq!(found, want, "{mount}");
        }
    }

    /// Pipes, sockets and links to them, which nobody writes to.
    fn add_pipes(root: &Path) {
        let made = Command::new("mkfifo")
            .arg(root.join("static/pipe"))
            .status();
        assert!(made.unwrap().success());
        drop(UnixListener::bind(root.join("static/socket")).unwrap());
        std::os::unix::fs::symlink("pipe", root.join("static/to-pipe")).unwrap();
    }

    #[test]
    fn what_would_have_to_be_waited_for_is_left_out_and_refused_where_it_is_named() {
        let outside = application();
        let root = outside.path().join("app");
        add_pipes(&root);
        let entries = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&entries);
        let log = Log::new(move |entry| writer.lock().unwrap().push(entry.to_owned()));
        let copy = |mount| Files::copy(&[mount], &root, None, &log);
        let files = copy(place("static", "/")).unwrap().unwrap();
        let want = ["a.css", "img/b.png", "inside.css"].map(PathBuf::from);
        assert_eq!(files_below(files.path()), want);
        let told = entries.lock().unwrap().join("\n");
        for name in ["pipe", "socket", "to-pipe"] {
            let path = root.canonicalize().unwrap().join("static").join(name);
            let want = format!(
                "the entry {} is left out: it is a pipe, a socket or a device",
                path.display()
            );
            assert!(told.contains(&want), "{want} is not in {told}");
        }
        let files = copy(pattern("static/*pipe*")).unwrap().unwrap();
        assert_eq!(files_below(files.path()), [] as [PathBuf; 0]);
        for mount in [place("static/pipe", "/pipe"), pattern("static/socket")] {
            let error = copy(mount).map(|_| ()).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.contains("is neither a file nor a folder"), "{error}");
        }
    }

    #[test]
    fn copies_in_the_applications_folder_are_not_copied() {
        let outside = application();
        let root = outside.path().join("app");
        let state = root.join(".spin");
        let log = Log::new(|_| {});
        let mut held = Vec::new();
        for mount in [place(".", "/"), pattern("**/*.css"), place(".", "/")] {
            let files = Files::copy(&[mount], &root, Some(&state), &log)
                .unwrap()
                .unwrap();
            assert!(files.path().starts_with(&state));
            let found = files_below(files.path());
            let strays: Vec<_> = found
                .iter()
                .filter(|path| path.starts_with(".spin"))
                .collect();
            assert!(strays.is_empty(), "{strays:?}");
            assert!(found.contains(&"static/a.css".into()), "{found:?}");
            held.push(files);
        }
    }

    #[test]
    fn what_is_missing_or_outside_is_refused() {
        let outside = application();
        let root = outside.path().join("app");
        for mount in [
            pattern("none"),
            pattern("static"),
            pattern("."),
            pattern(".."),
            pattern("../secret"),
            place("none", "/"),
            place("../secret", "/secret"),
            place("spin.toml", "../../escaped"),
        ] {
            let log = Log::new(|_| {});
            let files = Files::copy(std::slice::from_ref(&mount), &root, None, &log);
            assert!(files.is_err(), "{mount}");
        }
        assert!(!outside.path().join("escaped").exists());
    }
}
