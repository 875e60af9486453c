//! Reading a TOML table field by field, noting every problem on the way.

use std::cell::RefCell;

use toml::{Table, Value};

/// Where the problems of one manifest are noted.
#[derive(Default)]
pub(super) struct Problems(RefCell<Vec<String>>);

impl Problems {
    pub(super) fn note(&self, problem: String) {
        self.0.borrow_mut().push(problem);
    }

    /// The value, or all problems if there were any.
    pub(super) fn or<T>(self, value: T) -> Result<T, Vec<String>> {
        let problems = self.0.into_inner();
        if problems.is_empty() {
            Ok(value)
        } else {
            Err(problems)
        }
    }
}

/// One table of the manifest. Each field asked for is ticked off; what nobody
/// asked for is a problem when the table is [finished](Fields::finish).
pub(super) struct Fields<'a> {
    path: String,
    table: &'a Table,
    problems: &'a Problems,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(path: impl Into<String>, table: &'a Table, problems: &'a Problems) -> Self {
        Self {
            path: path.into(),
            table,
            problems,
            known: Vec::new(),
        }
    }

    /// The path of a field as messages show it.
    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    pub(super) fn problem(&self, name: &str, what: impl std::fmt::Display) {
        self.problems
            .note(format!("{}: {what}", self.path_of(name)));
    }

    /// A string, or `None` where it is missing or of another type.
    pub(super) fn string(&mut self, name: &'static str) -> Option<String> {
        self.typed(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A string that must be there; empty when it is not.
    pub(super) fn required_string(&mut self, name: &'static str) -> String {
        if !self.table.contains_key(name) {
            self.problem(name, "missing");
        }
        self.string(name).unwrap_or_default()
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> bool {
        self.typed(name, "true or false", Value::as_bool)
            .unwrap_or(false)
    }

    pub(super) fn strings(&mut self, name: &'static str) -> Vec<String> {
        self.typed(name, "an array of strings", |value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default()
    }

    pub(super) fn table(&mut self, name: &'static str) -> Option<&'a Table> {
        self.typed(name, "a table", Value::as_table)
    }

    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
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

    /// Notes every field that was not asked for. `of_spin` are the ones that
    /// Spin has and this runtime does not.
    pub(super) fn finish(self, of_spin: &[&str]) {
        for name in self.table.keys() {
            if self.known.contains(&name.as_str()) {
                continue;
            }
            if of_spin.contains(&name.as_str()) {
                self.problem(name, "Spin has this field, this runtime does not");
            } else {
                let known = self.known.join(", ");
                self.problem(name, format_args!("unknown field; there are: {known}"));
            }
        }
    }
}

/// The type of a value in the words of a message.
pub(super) fn kind_of(value: &Value) -> &'static str {
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
