//! What a manifest says, already checked.

use std::{collections::BTreeMap, fmt, path::PathBuf};

/// An application as its manifest describes it, already checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The folder of the manifest, where the application's paths start.
    pub folder: PathBuf,
    /// `[application] name`.
    pub name: String,
    /// `[application] version`; empty where the manifest has none.
    pub version: String,
    /// `[variables]`, by name.
    pub variables: BTreeMap<String, Variable>,
    /// `[[trigger.http]]`, in the order of the manifest.
    pub triggers: Vec<HttpTrigger>,
    /// `[component.ID]`, in the order of the manifest.
    pub components: Vec<Component>,
}

/// An application variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The value where nobody gives another; `None` makes the variable required.
    pub default: Option<String>,
}

/// One `[[trigger.http]]`: which component answers which route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTrigger {
    /// The pattern as written: exact, with `:segments`, or ending in `/...`.
    pub route: String,
    /// The component's id.
    pub component: String,
}

/// One `[component.ID]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The id: words of ASCII letters and digits, joined by `-`.
    pub id: String,
    /// The `.wasm` file, relative paths resolved from the manifest's folder.
    pub source: PathBuf,
    /// A sentence about the component; empty where the manifest has none.
    pub description: String,
    /// The component's variables and the templates of their values.
    pub variables: BTreeMap<String, String>,
    /// The environment variables that the component sees.
    pub environment: BTreeMap<String, String>,
    /// The files that the component sees.
    pub files: Vec<FileMount>,
    /// The labels of the SQLite databases that the component may open.
    pub sqlite_databases: Vec<String>,
    /// The labels of the key-value stores that the component may open.
    pub key_value_stores: Vec<String>,
    /// Where the component may send requests: templates of entries such as `https://example.org`.
    pub allowed_outbound_hosts: Vec<String>,
    /// How it is built, where the manifest says so.
    pub build: Option<Build>,
}

/// `[component.ID.build]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Lines for the shell, run one after the other.
    pub commands: Vec<String>,
    /// Where they are run, resolved from the manifest's folder.
    pub workdir: PathBuf,
    /// Patterns of the files that it is built of, relative to `workdir`.
    pub watch: Vec<String>,
}

/// One entry of a component's `files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileMount {
    /// A file or a glob pattern, seen under the path that it has in the application's
    /// folder.
    Pattern(String),
    /// A file or a folder, seen at another path.
    Placement {
        /// The path in the application's folder.
        source: String,
        /// The path that the component sees.
        destination: String,
    },
}

impl fmt::Display for FileMount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => write!(f, "{pattern:?}"),
            Self::Placement {
                source,
                destination,
            } => write!(f, "{source:?} at {destination:?}"),
        }
    }
}
