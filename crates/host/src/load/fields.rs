//! Reading a TOML file field by field, noting every problem on the way.

use std::{
    cell::RefCell,
    fmt, fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use crate::load::field_lines::FieldLines;

/// Why a file cannot be used: every problem found, each with its line.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    problems: Vec<String>,
}

/// Reads the file at `path` with `parse`, which is given its table.
pub(crate) fn read<T>(
    path: &Path,
    parse: impl FnOnce(&Table) -> Result<T, Vec<String>>,
) -> Result<T, FileError> {
    let parsed = fs::read_to_string(path)
        .map_err(|error| vec![format!("cannot be read: {error}")])
        .and_then(|text| {
            let table = text
                .parse()
                .map_err(|error: toml::de::Error| vec![error.to_string().trim_end().to_owned()])?;
            parse(&table).map_err(|problems| FieldLines::parse(&text).located(problems))
        });
    parsed.map_err(|problems| FileError {
        path: path.to_owned(),
        problems,
    })
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.problems.as_slice() {
            [one] => write!(f, "{path}: {one}"),
            many => {
                write!(f, "{path} has {} problems:", many.len())?;
                many.iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for FileError {}

/// Where the problems of one file are noted.
#[derive(Default)]
pub(crate) struct Problems(RefCell<Vec<String>>);

impl Problems {
    pub(crate) fn note(&self, problem: String) {
        self.0.borrow_mut().push(problem);
    }

    /// The value, or all problems if there were any.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Vec<String>> {
        let problems = self.0.into_inner();
        if problems.is_empty() {
            Ok(value)
        } else {
            Err(problems)
        }
    }
}

/// One table of a file. It remembers which fields were read; any other field is a problem when the
/// table is [finished](Fields::finish).
pub(crate) struct Fields<'a> {
    path: String,
    table: &'a Table,
    problems: &'a Problems,
    known: Vec<&'static str>,
    /// Fields that may be there and that this runtime does not use. Messages that list the possible
    /// fields leave them out.
    useless: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(path: impl Into<String>, table: &'a Table, problems: &'a Problems) -> Self {
        Self {
            path: path.into(),
            table,
            problems,
            known: Vec::new(),
            useless: Vec::new(),
        }
    }

    /// The path of a field as messages show it.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    pub(crate) fn problem(&self, name: &str, what: impl std::fmt::Display) {
        self.problems
            .note(format!("{}: {what}", self.path_of(name)));
    }

    /// A string, or `None` where it is missing or of another type.
    pub(crate) fn string(&mut self, name: &'static str) -> Option<String> {
        self.typed(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A string that must be there; empty when it is not.
    pub(crate) fn required_string(&mut self, name: &'static str) -> String {
        if !self.table.contains_key(name) {
            self.problem(name, "missing");
        }
        self.string(name).unwrap_or_default()
    }

    pub(crate) fn boolean(&mut self, name: &'static str) -> bool {
        self.typed(name, "true or false", Value::as_bool)
            .unwrap_or(false)
    }

    /// A number that counts something.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<usize> {
        self.typed(name, "an integer of 0 or more", |value| {
            usize::try_from(value.as_integer()?).ok()
        })
    }

    /// The strings of an array. Each item of another type is a problem.
    pub(crate) fn strings(&mut self, name: &'static str) -> Vec<String> {
        let items = self.typed(name, "an array of strings", Value::as_array);
        let mut strings = Vec::new();
        for (number, item) in items.into_iter().flatten().enumerate() {
            if let Some(string) = item.as_str() {
                strings.push(string.to_owned());
            } else {
                let kind = kind_of(item);
                self.problem(
                    &format!("{name}[{number}]"),
                    format_args!("must be a string, is {kind}"),
                );
            }
        }
        strings
    }

    pub(crate) fn table(&mut self, name: &'static str) -> Option<&'a Table> {
        self.typed(name, "a table", Value::as_table)
    }

    /// An array of tables.
    pub(crate) fn tables(&mut self, name: &'static str) -> Vec<&'a Table> {
        self.typed(name, "an array of tables", |value| {
            value.as_array()?.iter().map(Value::as_table).collect()
        })
        .unwrap_or_default()
    }

    pub(crate) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.table.get(name)
    }

    fn typed<T>(
        &mut self,
        name: &'static str,
        want: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let typed = read(value);
        if typed.is_none() {
            self.problem(name, format_args!("must be {want}, is {}", kind_of(value)));
        }
        typed
    }

    /// A field that Spin does not use either; it only has to be of the right type.
    pub(crate) fn unused(&mut self, name: &'static str, want: &str, is: fn(&Value) -> bool) {
        if self.table.contains_key(name) {
            self.typed(name, want, |value| is(value).then_some(()));
        }
    }

    /// A list that only Spin uses: it must be empty here. `what` is what Spin uses it for.
    pub(crate) fn empty_list(&mut self, name: &'static str, what: &str) {
        let list = self.table.get(name).and_then(Value::as_array);
        self.empty(name, list.is_some_and(Vec::is_empty), what);
    }

    /// The same of a table.
    pub(crate) fn empty_table(&mut self, name: &'static str, what: &str) {
        let table = self.table.get(name).and_then(Value::as_table);
        self.empty(name, table.is_some_and(Table::is_empty), what);
    }

    fn empty(&mut self, name: &'static str, is_empty: bool, what: &str) {
        if is_empty {
            self.useless.push(name);
        } else {
            self.refused(name, what);
        }
    }

    /// A field that only Spin supports. `what` is what Spin uses it for.
    pub(crate) fn refused(&mut self, name: &'static str, what: &str) {
        self.useless.push(name);
        if self.table.contains_key(name) {
            self.only_in_spin(name, what);
        }
    }

    /// Notes that only Spin supports this field or value.
    pub(crate) fn only_in_spin(&self, name: &str, what: &str) {
        self.problem(
            name,
            format_args!("this runtime does not support {what} (Spin does)"),
        );
    }

    /// Notes every field that was not asked for. `only_in_spin` are the ones that
    /// Spin has and this runtime does not.
    pub(crate) fn finish(self, only_in_spin: &[&str]) {
        for name in self.table.keys() {
            if [&self.known, &self.useless]
                .iter()
                .any(|names| names.contains(&name.as_str()))
            {
                continue;
            }
            if only_in_spin.contains(&name.as_str()) {
                self.only_in_spin(name, "this field");
            } else {
                let known = self.known.join(", ");
                self.problem(
                    name,
                    format_args!("unknown field; the known ones are: {known}"),
                );
            }
        }
    }
}

/// The type of a value in the words of a message.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}

/// The sub-tables of a table of tables, each with its path for messages.
pub(crate) fn entries<'a>(
    path: &'a str,
    table: Option<&'a Table>,
    problems: &'a Problems,
) -> impl Iterator<Item = (&'a String, String, &'a Table)> {
    table
        .into_iter()
        .flatten()
        .filter_map(move |(name, value)| {
            let path = format!("{path}.{name}");
            let table = value.as_table();
            if table.is_none() {
                problems.note(format!("{path}: must be a table, is {}", kind_of(value)));
            }
            Some((name, path, table?))
        })
}
