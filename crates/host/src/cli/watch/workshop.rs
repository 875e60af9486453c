//! Where an application is built and loaded, again and again.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use notify::{Event, EventKind, RecommendedWatcher, Watcher as _, event::ModifyKind};
use tokio::{sync::mpsc, task::spawn_blocking, time::sleep};

use super::{
    build,
    plan::{Changes, Plan},
};
use crate::{
    App, Options,
    load::manifest::{Build, Component, Manifest},
};

/// Puts the cursor at the top of an empty screen, and forgets what was above.
const CLEAR_SCREEN: &[u8] = b"\x1b[H\x1b[2J\x1b[3J";

/// When a `.wasm` was written, and how long it is; `None` where there is none.
type Stamp = Option<(SystemTime, u64)>;

/// Makes the newest application of a manifest.
pub(super) struct Workshop {
    file: PathBuf,
    options: Options,
    settings: Settings,
    manifest: Manifest,
    plan: Plan,
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<notify::Result<Event>>,
    changes: Changes,
    /// Whether there are changes since the last attempt.
    changed: bool,
    newest: Option<Arc<App>>,
    /// Whether the newest application is older than the manifest.
    is_stale: bool,
    /// Of the `.wasm` files that the newest application was made of.
    stamps: HashMap<String, Stamp>,
}

/// What the command line says.
pub(super) struct Settings {
    pub(super) clear: bool,
    /// How long to wait for more changes.
    pub(super) debounce: Duration,
    /// Whether to build.
    pub(super) builds: bool,
}

impl Workshop {
    /// For the manifest in a file, and with what the command line says.
    ///
    /// # Errors
    ///
    /// The manifest is wrong; the system cannot look at a folder.
    pub(super) fn new(file: PathBuf, options: Options, settings: Settings) -> anyhow::Result<Self> {
        let manifest = Manifest::load(&file)?;
        let plan = Plan::new(&file, &manifest, settings.builds)?;
        let (sender, events) = mpsc::unbounded_channel();
        // Nobody listens any more once the program ends.
        let tell = move |event| {
            let _ = sender.send(event);
        };
        let mut workshop = Self {
            watcher: notify::recommended_watcher(tell)?,
            file,
            options,
            settings,
            manifest,
            plan,
            events,
            changes: Changes::default(),
            changed: true,
            newest: None,
            is_stale: true,
            stamps: HashMap::new(),
        };
        workshop.look()?;
        workshop.have_built(|_| true);
        workshop.warn_of_unwatched();
        Ok(workshop)
    }

    /// The next application: the first one, or one with what has changed.
    ///
    /// # Errors
    ///
    /// The system cannot look at a folder any more.
    pub(super) async fn next(&mut self) -> anyhow::Result<Arc<App>> {
        loop {
            self.wait().await;
            if self.settings.clear {
                // A screen that cannot be cleared is no reason to end.
                let _ = io::stderr().write_all(CLEAR_SCREEN);
            }
            if std::mem::take(&mut self.changes.manifest) {
                self.read_manifest()?;
            }
            if !self.changes.build.is_empty() {
                // Else nothing could be loaded: `cargo clean` leaves none of the others either.
                self.have_built(|component| !component.source.is_file());
            }
            while let Some(id) = self.changes.build.pop_first() {
                self.build(&id).await;
                self.take_notes();
            }
            match self.load().await {
                Ok(Some(app)) => return Ok(app),
                Ok(None) => {}
                Err(error) => self.say(&format!("{error:#}; {}", self.what_goes_on())),
            }
        }
    }

    /// Waits for a change, and a moment for those that come with it.
    async fn wait(&mut self) {
        while !self.changed {
            let Some(event) = self.events.recv().await else {
                // The watcher has the sender.
                return std::future::pending().await;
            };
            // What comes with it may take a moment. By then the system looks at a new folder, so that what is in it
            // is there now or will be told.
            sleep(self.settings.debounce).await;
            self.note(event);
            self.take_notes();
        }
        self.take_notes();
        self.changed = false;
    }

    /// Takes note of the changes that were told so far.
    fn take_notes(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.note(event);
        }
    }

    fn note(&mut self, event: notify::Result<Event>) {
        match event {
            Ok(event) if event.need_rescan() => {
                // Some changes were not told, and may be those of files that components see.
                self.is_stale = true;
                self.changes.manifest = true;
                self.changed = true;
                self.have_built(|_| true);
            }
            Ok(event) if is_change(event.kind) => {
                for path in &event.paths {
                    let moved = is_move(event.kind);
                    self.changed |= self.plan.note(path, moved, &mut self.changes);
                }
            }
            Ok(_) => {}
            Err(error) => self.say(&format!("some changes may not be seen: {error}")),
        }
    }

    /// Looks at the folders of the plan.
    fn look(&mut self) -> anyhow::Result<()> {
        for (folder, mode) in self.plan.folders() {
            match self.watcher.watch(folder, *mode) {
                Ok(()) => {}
                Err(_) if !folder.is_dir() => {
                    // It has gone since the plan was made.
                    self.changes.manifest = true;
                    self.changed = true;
                }
                Err(error) => {
                    let what = format!("changes in {} cannot be looked for", folder.display());
                    return Err(anyhow::Error::from(error).context(what));
                }
            }
        }
        for folder in self.plan.appeared() {
            self.changed |= self.plan.note(&folder, true, &mut self.changes);
        }
        Ok(())
    }

    /// Reads the manifest again. Where it is wrong, nothing changes.
    fn read_manifest(&mut self) -> anyhow::Result<()> {
        let loaded = Manifest::load(&self.file).map_err(anyhow::Error::from);
        let read = loaded.and_then(|manifest| {
            let plan = Plan::new(&self.file, &manifest, self.settings.builds)?;
            Ok((manifest, plan))
        });
        let (manifest, plan) = match read {
            Ok(read) => read,
            Err(error) => {
                self.say(&format!("{error:#}; {}", self.what_goes_on()));
                return Ok(());
            }
        };
        for folder in self.plan.folders().keys() {
            // A folder that is gone is not looked at any more either.
            let _ = self.watcher.unwatch(folder);
        }
        self.plan = plan;
        self.look()?;
        let before = std::mem::replace(&mut self.manifest, manifest);
        self.is_stale |= before != self.manifest;
        self.have_built(|component| {
            let mut same = before.components.iter();
            !same.any(|old| old.id == component.id && old.build == component.build)
        });
        Ok(())
    }

    /// Has components built that have a build, and that are wanted.
    fn have_built(&mut self, wanted: impl Fn(&Component) -> bool) {
        let components = self.manifest.components.iter();
        let wanted = components
            .filter(|component| self.settings.builds && component.build.is_some())
            .filter(|component| wanted(component));
        self.changes
            .build
            .extend(wanted.map(|component| component.id.clone()));
    }

    /// Builds a component, and says what became of it. All that have the same commands are built by that.
    async fn build(&mut self, id: &str) {
        let mut components = self.manifest.components.iter();
        let component = components.find(|component| component.id == id);
        let Some(build) = component.and_then(|component| component.build.as_ref()) else {
            return;
        };
        let same: BTreeSet<_> = components_of(&self.manifest, build).collect();
        let names = Vec::from_iter(same.iter().cloned()).join(", ");
        self.say(&format!("building {names}: {}", build.commands.join("; ")));
        if let Err(error) = build::run(build).await {
            let mut components = self.manifest.components.iter();
            let goes_on = match self.newest {
                None if components.all(|component| component.source.is_file()) => {
                    "what was built before is served"
                }
                _ => self.what_goes_on(),
            };
            self.say(&format!("{names}: {error:#}; {goes_on}"));
        }
        self.changes.build.retain(|id| !same.contains(id.as_str()));
    }

    /// A new application, where something has changed.
    async fn load(&mut self) -> anyhow::Result<Option<Arc<App>>> {
        let stamps = stamps(&self.manifest);
        let is_new = |id: &String| self.stamps.get(id) != stamps.get(id);
        let mut ids = std::mem::take(&mut self.changes.files);
        ids.extend(stamps.keys().filter(|id| is_new(id)).cloned());
        let app = match &self.newest {
            Some(newest) if !self.is_stale => {
                if ids.is_empty() {
                    return Ok(None);
                }
                let (newest, ids) = (Arc::clone(newest), ids.clone());
                spawn_blocking(move || newest.renewed(&ids)).await??
            }
            _ => {
                let (file, options) = (self.file.clone(), self.options.clone());
                spawn_blocking(move || App::from_manifest(file, options)).await??
            }
        };
        if !self.is_stale {
            let ids = Vec::from_iter(ids).join(", ");
            self.say(&format!("serving what is new of {ids}"));
        } else if self.newest.is_some() {
            self.say("serving what the manifest says now");
        }
        // They are for the start.
        self.options.sqlite.clear();
        self.options.key_values.clear();
        self.options.truncate_logs = false;
        self.is_stale = false;
        self.stamps = stamps;
        let app = Arc::new(app);
        self.newest = Some(Arc::clone(&app));
        Ok(Some(app))
    }

    /// What an error does not change.
    fn what_goes_on(&self) -> &'static str {
        match self.newest {
            Some(_) => "what was there before is still served",
            None => "waiting for a change",
        }
    }

    fn warn_of_unwatched(&self) {
        for component in &self.manifest.components {
            let build = component.build.as_ref().filter(|_| self.settings.builds);
            if build.is_some_and(|build| build.watch.is_empty()) {
                self.say(&format!(
                    "component {} is not built again, as its build has no `watch` in the manifest",
                    component.id
                ));
            }
        }
    }

    fn say(&self, line: &str) {
        self.options.log.line(&format!("watch: {line}"));
    }
}

/// The components that are built by the same commands in the same folder.
fn components_of<'a>(manifest: &'a Manifest, build: &'a Build) -> impl Iterator<Item = String> {
    let components = manifest.components.iter();
    let same = components.filter(|component| {
        let other = component.build.as_ref();
        other
            .is_some_and(|other| other.commands == build.commands && other.workdir == build.workdir)
    });
    same.map(|component| component.id.clone())
}

/// When the `.wasm` of each component was written.
fn stamps(manifest: &Manifest) -> HashMap<String, Stamp> {
    let stamp = |file: &Path| {
        let data = fs::metadata(file).ok()?;
        Some((data.modified().ok()?, data.len()))
    };
    let components = manifest.components.iter();
    components
        .map(|component| (component.id.clone(), stamp(&component.source)))
        .collect()
}

/// Whether files have appeared or gone, or have other names.
fn is_move(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Any
            | EventKind::Create(_)
            | EventKind::Remove(_)
            | EventKind::Modify(ModifyKind::Name(_))
    )
}

/// Whether files have changed, and were not only looked at.
fn is_change(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
    )
}
