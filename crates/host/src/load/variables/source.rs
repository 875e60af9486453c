//! Where values come from: `--variable`, then the environment, then `.env`.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, bail};

/// What Spin puts before a variable's name, in capitals, in the environment.
const PREFIX: &str = "SPIN_VARIABLE_";

/// The sources of values, each before the next.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// From `--variable`.
    pub arguments: HashMap<String, String>,
    /// The process environment.
    pub environment: HashMap<String, String>,
    /// The lines of a `.env` file.
    pub dotenv: HashMap<String, String>,
}

impl Sources {
    /// The sources of a program: the given arguments, its environment, and the
    /// file at `dotenv` where there is one.
    ///
    /// # Errors
    ///
    /// A `.env` file that cannot be read or has a line that is no assignment.
    pub fn from_process(arguments: HashMap<String, String>, dotenv: &Path) -> anyhow::Result<Self> {
        // A variable that is not UTF-8 cannot be given to a component; others of
        // the process must not matter.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let dotenv = if dotenv.exists() {
            read_dotenv(dotenv)?
        } else {
            HashMap::new()
        };
        Ok(Self {
            arguments,
            environment,
            dotenv,
        })
    }

    /// The value of an application variable, or `None` where no source has it.
    pub fn get(&self, name: &str) -> Option<String> {
        let in_environment = format!("{PREFIX}{}", name.to_ascii_uppercase());
        self.arguments
            .get(name)
            .or_else(|| self.environment.get(&in_environment))
            .or_else(|| self.dotenv.get(&in_environment))
            .cloned()
    }
}

fn read_dotenv(path: &Path) -> anyhow::Result<HashMap<String, String>> {
    let what = || format!("{} cannot be used", path.display());
    dotenvy::from_path_iter(path)
        .with_context(what)?
        .collect::<Result<_, _>>()
        .with_context(what)
}

/// Reads one `--variable` argument as `spin up` does: `KEY=VALUE`, `KEY=@FILE`
/// for the text of a file, or `@FILE.json` or `@FILE.toml` with several.
///
/// # Errors
///
/// Another form, or a file that cannot be read or does not hold text values.
pub fn parse_argument(argument: &str) -> anyhow::Result<Vec<(String, String)>> {
    if let Some(file) = argument.strip_prefix('@') {
        return read_file_of_values(Path::new(file));
    }
    let Some((name, value)) = argument.split_once('=') else {
        bail!("{argument:?} is neither KEY=VALUE, nor KEY=@FILE, nor @FILE.json or @FILE.toml");
    };
    let value = match value.strip_prefix('@') {
        Some(file) => read(Path::new(file))?,
        None => value.to_owned(),
    };
    Ok(vec![(name.to_owned(), value)])
}

fn read_file_of_values(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let text = read(path)?;
    let values: HashMap<String, String> = match path.extension().and_then(|e| e.to_str()) {
        Some("json") => serde_json::from_str(&text)
            .with_context(|| format!("{} is no JSON object of strings", path.display()))?,
        Some("toml") => toml::from_str(&text)
            .with_context(|| format!("{} is no TOML table of strings", path.display()))?,
        _ => bail!("{} must end in .json or .toml", path.display()),
    };
    Ok(values.into_iter().collect())
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn arguments_go_before_the_environment_and_that_before_the_file() {
        let sources = Sources {
            arguments: map(&[("a", "argument")]),
            environment: map(&[
                ("SPIN_VARIABLE_A", "no"),
                ("SPIN_VARIABLE_B", "environment"),
            ]),
            dotenv: map(&[
                ("SPIN_VARIABLE_A", "no"),
                ("SPIN_VARIABLE_B", "no"),
                ("SPIN_VARIABLE_C_D", "file"),
            ]),
        };
        for (name, want) in [
            ("a", Some("argument")),
            ("b", Some("environment")),
            ("c_d", Some("file")),
            ("e", None),
        ] {
            assert_eq!(sources.get(name).as_deref(), want, "{name}");
        }
    }

    #[test]
    fn an_argument_gives_a_value_a_file_or_many_values() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("text"), "from a file").unwrap();
        fs::write(path("a.json"), r#"{"j": "1"}"#).unwrap();
        fs::write(path("a.toml"), "t = \"2\"").unwrap();
        for (argument, want) in [
            ("a=b".to_owned(), ("a", "b")),
            ("a=b=c".to_owned(), ("a", "b=c")),
            ("a=".to_owned(), ("a", "")),
            (format!("a=@{}", path("text")), ("a", "from a file")),
            (format!("@{}", path("a.json")), ("j", "1")),
            (format!("@{}", path("a.toml")), ("t", "2")),
        ] {
            let values = parse_argument(&argument).unwrap();
            assert_eq!(
                values,
                [(want.0.to_owned(), want.1.to_owned())],
                "{argument}"
            );
        }
    }

    #[test]
    fn an_argument_that_is_no_assignment_is_refused() {
        for bad in ["a", "@none.json", "a=@none", "@none.txt"] {
            assert!(parse_argument(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_dotenv_file_is_read_and_a_broken_one_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "# comment\nSPIN_VARIABLE_A='x y'\n").unwrap();
        assert_eq!(
            read_dotenv(&path).unwrap(),
            map(&[("SPIN_VARIABLE_A", "x y")])
        );
        fs::write(&path, "no assignment").unwrap();
        assert!(read_dotenv(&path).is_err());
    }
}
