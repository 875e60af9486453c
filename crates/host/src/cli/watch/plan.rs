//! What is looked at, and whom a changed file concerns.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{self, Component as Part, Path, PathBuf},
};

use anyhow::Context as _;
use glob::{MatchOptions, Pattern};
use notify::RecursiveMode;

use crate::load::manifest::{Component, FileMount, Manifest};

/// What editors write beside a file; as Spin leaves it out.
const SWAP: &str = "swp";

/// `*` stands for a part of a name.
const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// What is to be done after a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// The manifest is to be read again.
    pub(super) manifest: bool,
    /// Components to be built.
    pub(super) build: BTreeSet<String>,
    /// Components whose files have changed.
    pub(super) files: BTreeSet<String>,
}

/// What is looked at.
pub(super) struct Plan {
    manifest: PathBuf,
    sources: BTreeSet<PathBuf>,
    /// What components are built of, and what they see of the application's folder.
    built: Vec<(String, Patterns)>,
    mounted: Vec<(String, Patterns)>,
    /// The folders in which all of that is.
    folders: BTreeMap<PathBuf, RecursiveMode>,
    /// Folders that are not there yet.
    missing: Vec<PathBuf>,
}

impl Plan {
    /// What is to be looked at for a manifest in a file. With `builds`, that is also what components are built
    /// of.
    ///
    /// # Errors
    ///
    /// A pattern that is not valid; a folder that has no place.
    pub(super) fn new(file: &Path, manifest: &Manifest, builds: bool) -> anyhow::Result<Self> {
        let name = file.file_name().context("the manifest has no name")?;
        let folder = absolute(&manifest.folder)?;
        let mut plan = Self {
            manifest: folder.join(name),
            sources: BTreeSet::new(),
            built: Vec::new(),
            mounted: Vec::new(),
            folders: BTreeMap::new(),
            missing: Vec::new(),
        };
        plan.look_at(&folder, RecursiveMode::NonRecursive);
        for component in &manifest.components {
            plan.add(component, &folder, builds)
                .with_context(|| format!("component {}", component.id))?;
        }
        // A folder below one that is looked at with all that is in it needs no second look.
        let folders = plan.folders.clone();
        plan.folders.retain(|folder, _| {
            let mut above = folder.ancestors().skip(1);
            !above.any(|above| folders.get(above) == Some(&RecursiveMode::Recursive))
        });
        Ok(plan)
    }

    fn add(&mut self, component: &Component, folder: &Path, builds: bool) -> anyhow::Result<()> {
        let source = absolute(&component.source)?;
        if let Some(folder) = source.parent() {
            self.look_at(folder, RecursiveMode::NonRecursive);
        }
        self.sources.insert(source);
        if let Some(build) = component.build.as_ref().filter(|_| builds) {
            let workdir = absolute(&build.workdir)?;
            let patterns = Patterns::new(&workdir, build.watch.iter().map(String::as_str))?;
            patterns
                .folders()
                .for_each(|(folder, mode)| self.look_at(folder, mode));
            self.built.push((component.id.clone(), patterns));
        }
        let mounts = component.files.iter().map(|mount| match mount {
            FileMount::Pattern(pattern) => pattern.as_str(),
            FileMount::Placement { source, .. } => source,
        });
        let patterns = Patterns::new(folder, mounts)?;
        patterns
            .folders()
            .for_each(|(folder, mode)| self.look_at(folder, mode));
        self.mounted.push((component.id.clone(), patterns));
        Ok(())
    }

    fn look_at(&mut self, folder: &Path, mode: RecursiveMode) {
        if folder.is_dir() {
            let known = self.folders.entry(folder.to_owned()).or_insert(mode);
            if mode == RecursiveMode::Recursive {
                *known = mode;
            }
        } else if let Some(above) = folder.parent() {
            self.missing.push(folder.to_owned());
            self.look_at(above, RecursiveMode::NonRecursive);
        }
    }

    /// The folders that were not there and are now.
    pub(super) fn appeared(&self) -> Vec<PathBuf> {
        let missing = self.missing.iter();
        missing.filter(|folder| folder.is_dir()).cloned().collect()
    }

    /// The folders in which it all is.
    pub(super) fn folders(&self) -> &BTreeMap<PathBuf, RecursiveMode> {
        &self.folders
    }

    /// What is to be done as a file has changed, beside what was before. Says whether there is anything. `moved`
    /// says that it has appeared or gone, or has another name.
    pub(super) fn note(&self, path: &Path, moved: bool, changes: &mut Changes) -> bool {
        if path.extension().is_some_and(|extension| extension == SWAP) {
            return false;
        }
        // The system looks at a folder itself, not at its name: what has its name next is not looked at yet. Nor is
        // what is in a new folder, and some of that may be there already.
        let mut folders = self.folders.keys().chain(&self.missing);
        let is_folder = moved && folders.any(|folder| folder.starts_with(path));
        let mut files = vec![path.to_owned()];
        if moved {
            add_files_below(path, &mut files);
        }
        let concerned = |all: &[(String, Patterns)]| -> Vec<_> {
            let concerned = all.iter().filter(|(_, patterns)| {
                files.iter().any(|file| patterns.match_file(file))
                    || is_folder && patterns.are_below(path)
            });
            concerned.map(|(id, _)| id.clone()).collect()
        };
        let (built, mounted) = (concerned(&self.built), concerned(&self.mounted));
        let is_manifest = path == self.manifest || is_folder;
        let is_source = self.sources.contains(path);
        let any = is_manifest || is_source || !built.is_empty() || !mounted.is_empty();
        changes.manifest |= is_manifest;
        changes.build.extend(built);
        changes.files.extend(mounted);
        any
    }
}

/// Patterns of files.
struct Patterns(Vec<Files>);

/// Files of a folder.
struct Files {
    folder: PathBuf,
    /// Which of them. Without one, the folder is a file, or all that is in it counts.
    pattern: Option<Pattern>,
}

impl Patterns {
    /// Patterns that begin in a folder.
    fn new<'a>(folder: &Path, patterns: impl Iterator<Item = &'a str>) -> anyhow::Result<Self> {
        let files = patterns.map(|pattern| {
            let files = Files::new(folder, pattern);
            files.with_context(|| format!("{pattern:?} is no pattern of files"))
        });
        Ok(Self(files.collect::<Result<_, _>>()?))
    }

    fn match_file(&self, path: &Path) -> bool {
        self.0.iter().any(|files| files.match_file(path))
    }

    /// Whether some of them begin in a folder, or below it.
    fn are_below(&self, folder: &Path) -> bool {
        self.0.iter().any(|files| files.folder.starts_with(folder))
    }

    /// The folders to look at.
    fn folders(&self) -> impl Iterator<Item = (&Path, RecursiveMode)> {
        self.0.iter().filter_map(Files::look_at)
    }
}

impl Files {
    fn new(folder: &Path, pattern: &str) -> anyhow::Result<Self> {
        let mut folder = folder.to_owned();
        let mut parts = Path::new(pattern).components().peekable();
        while let Some(part) = parts.next_if(|part| !is_pattern(part)) {
            match part {
                Part::ParentDir => {
                    folder.pop();
                }
                Part::CurDir => {}
                part => folder.push(part),
            }
        }
        let rest: PathBuf = parts.collect();
        let pattern = match rest.to_str().context("it is not UTF-8")? {
            "" => None,
            rest => Some(Pattern::new(rest)?),
        };
        Ok(Self { folder, pattern })
    }

    /// Whether a file, or a folder in which it is, is one of these.
    fn match_file(&self, path: &Path) -> bool {
        let Ok(rest) = path.strip_prefix(&self.folder) else {
            return false;
        };
        let Some(pattern) = &self.pattern else {
            return true;
        };
        // The last one, the folder itself, is none of its files, though `*` matches its empty name.
        let mut rests = rest.ancestors().filter(|rest| *rest != Path::new(""));
        rests.any(|rest| pattern.matches_path_with(rest, MATCHING))
    }

    fn look_at(&self) -> Option<(&Path, RecursiveMode)> {
        match &self.pattern {
            None if self.folder.is_dir() => Some((&self.folder, RecursiveMode::Recursive)),
            None => Some((self.folder.parent()?, RecursiveMode::NonRecursive)),
            // A folder may have much else in it, as the application's own often does.
            Some(pattern) if !pattern.as_str().contains('/') && pattern.as_str() != "**" => {
                Some((&self.folder, RecursiveMode::NonRecursive))
            }
            Some(_) => Some((&self.folder, RecursiveMode::Recursive)),
        }
    }
}

/// Adds the files in a folder, which may have been there before the system was asked to look at it.
fn add_files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    // A link may lead back, and what is no folder has nothing below it.
    if !fs::symlink_metadata(folder).is_ok_and(|data| data.is_dir()) {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        add_files_below(&path, files);
        files.push(path);
    }
}

/// Whether a part of a path stands for several names.
fn is_pattern(part: &Part<'_>) -> bool {
    let text = part.as_os_str().to_string_lossy();
    text.contains(['*', '?', '['])
}

/// A path as those of changes are told.
fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Ok(real);
    }
    // What is not there yet may be in a folder that is.
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if folder != Path::new("") => Ok(absolute(folder)?.join(name)),
        _ => path::absolute(path).context("there is no current folder"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_concerns_those_that_name_it() {
        let folder = Path::new("/app");
        for (pattern, yes, no) in [
            (
                "src/**/*.rs",
                ["src/a.rs", "src/b/c.rs"].as_slice(),
                ["src/a.txt", "a.rs"].as_slice(),
            ),
            ("src/**/*", &["src/a", "src/b/c"], &["srca", "lib/src/a"]),
            ("src", &["src", "src/a/b"], &["src2"]),
            ("*.toml", &["a.toml"], &["b/a.toml", "a.tom"]),
            ("src/*", &["src/a", "src/a/b"], &["src"]),
            ("./a/../b.txt", &["b.txt"], &["a/b.txt"]),
            ("../shared/*.txt", &["../shared/a.txt"], &["shared/a.txt"]),
            ("/etc/a?", &["/etc/ab"], &["/etc/a"]),
        ] {
            let files = Files::new(folder, pattern).unwrap();
            let matches = |path: &str| {
                let path = match path.strip_prefix("../") {
                    Some(path) => Path::new("/").join(path),
                    None => folder.join(path),
                };
                files.match_file(&path)
            };
            assert!(yes.iter().all(|path| matches(path)), "{pattern}");
            assert!(!no.iter().any(|path| matches(path)), "{pattern}");
        }
        assert!(Files::new(folder, "src/[a").is_err());
    }

    #[test]
    fn only_folders_with_something_to_look_at_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let folder = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(folder.join("a/src/deep")).unwrap();
        let manifest = folder.join("spin.toml");
        let text = r#"
            spin_manifest_version = 2
            [application]
            name = "test"
            [[trigger.http]]
            route = "/..."
            component = "a"
            [component.a]
            source = "target/a.wasm"
            files = [{ source = "static", destination = "/" }]
            [component.a.build]
            command = "true"
            workdir = "a"
            watch = ["src/**/*.rs", "src/deep/*", "Cargo.toml"]
        "#;
        fs::write(&manifest, text).unwrap();
        let loaded = Manifest::load(&manifest).unwrap();
        let plan = Plan::new(&manifest, &loaded, true).unwrap();
        let want = BTreeMap::from([
            (folder.clone(), RecursiveMode::NonRecursive),
            (folder.join("a"), RecursiveMode::NonRecursive),
            (folder.join("a/src"), RecursiveMode::Recursive),
        ]);
        assert_eq!(plan.folders(), &want);
        let note = |path: &str| {
            let mut changes = Changes::default();
            (plan.note(&folder.join(path), true, &mut changes), changes)
        };
        let of = |id: &str| BTreeSet::from([id.to_owned()]);
        assert_eq!(note("a/src/x.txt"), (false, Changes::default()));
        assert_eq!(note("a/src/x.rs").1.build, of("a"));
        assert_eq!(note("a/Cargo.toml").1.build, of("a"));
        assert_eq!(note("static/x.css").1.files, of("a"));
        // What it was before is known to who loads it.
        assert_eq!(note("target/a.wasm"), (true, Changes::default()));
        // It is not there yet.
        assert!(note("target").1.manifest);
        // What comes in its place is another folder.
        let replaced = note("a/src").1;
        assert!(replaced.manifest);
        assert_eq!(replaced.build, of("a"));
        let mut touched = Changes::default();
        assert!(!plan.note(&folder.join("a/src"), false, &mut touched));
        assert!(note("spin.toml").1.manifest);
        assert_eq!(note("a/src/.x.rs.swp"), (false, Changes::default()));
    }
}
