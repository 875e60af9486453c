//! Application variables: where their values come from, and what a component
//! gets to see of them.

mod source;
pub(crate) mod template;

use std::collections::{BTreeMap, HashMap};

pub use self::{
    source::{Sources, parse_argument},
    template::Template,
};
use crate::load::manifest::{Component, Manifest, names};

/// One component's variables, with their values.
#[derive(Clone, Debug, Default)]
pub struct ComponentVariables(HashMap<String, String>);

/// Why a component does not get a value.
#[derive(Debug, PartialEq, Eq)]
pub enum VariableError {
    /// What was asked for cannot be a variable's name.
    InvalidName(String),
    /// The component has no variable of that name.
    Undefined(String),
}

/// The values of all application variables.
///
/// # Errors
///
/// The names of the required variables that no source has, all of them.
pub fn resolve(
    manifest: &Manifest,
    sources: &Sources,
) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, variable) in &manifest.variables {
        match sources.get(name).or_else(|| variable.default.clone()) {
            Some(value) => {
                values.insert(name.clone(), value);
            }
            None => missing.push(name.clone()),
        }
    }
    if missing.is_empty() {
        Ok(values)
    } else {
        Err(missing)
    }
}

/// Fills in a template.
///
/// # Errors
///
/// It is wrong, or names no variable.
pub(crate) fn render(template: &str, values: &BTreeMap<String, String>) -> Result<String, String> {
    Template::parse(template)?.render(|name| values.get(name).map(String::as_str))
}

impl ComponentVariables {
    /// Fills in the templates of one component.
    ///
    /// # Errors
    ///
    /// A template that is wrong or names no variable; a checked [`Manifest`] has
    /// none.
    pub fn new(component: &Component, values: &BTreeMap<String, String>) -> Result<Self, String> {
        let filled = component
            .variables
            .iter()
            .map(|(name, template)| Ok((name.clone(), render(template, values)?)));
        filled.collect::<Result<_, String>>().map(Self)
    }

    /// A value, as Spin's `spin:variables` answers.
    ///
    /// # Errors
    ///
    /// [`VariableError`] where there is none.
    pub fn get(&self, name: &str) -> Result<&str, VariableError> {
        if let Err(why) = names::variable(name) {
            return Err(VariableError::InvalidName(format!("{name:?}: {why}")));
        }
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| VariableError::Undefined(format!("no variable {name:?}")))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::load::manifest::Variable;

    fn manifest(variables: &[(&str, Option<&str>)]) -> Manifest {
        let variables = variables.iter().map(|(name, default)| {
            let variable = Variable {
                default: default.map(str::to_owned),
            };
            ((*name).to_owned(), variable)
        });
        Manifest {
            folder: PathBuf::new(),
            name: "test".to_owned(),
            version: String::new(),
            variables: variables.collect(),
            triggers: Vec::new(),
            components: Vec::new(),
        }
    }

    fn component(variables: &[(&str, &str)]) -> Component {
        Component {
            id: "test".to_owned(),
            source: PathBuf::new(),
            description: String::new(),
            variables: variables
                .iter()
                .map(|(name, template)| ((*name).to_owned(), (*template).to_owned()))
                .collect(),
            environment: BTreeMap::new(),
            files: Vec::new(),
            sqlite_databases: Vec::new(),
            key_value_stores: Vec::new(),
            allowed_outbound_hosts: Vec::new(),
            build: None,
        }
    }

    #[test]
    fn every_missing_required_variable_is_named() {
        let manifest = manifest(&[("a", None), ("b", Some("2")), ("c", None)]);
        let missing = resolve(&manifest, &Sources::default()).unwrap_err();
        assert_eq!(missing, ["a", "c"]);
    }

    #[test]
    fn a_given_value_goes_before_the_default() {
        let manifest = manifest(&[("a", Some("default")), ("b", Some("default"))]);
        let sources = Sources {
            arguments: [("a".to_owned(), "given".to_owned())].into(),
            ..Sources::default()
        };
        let values = resolve(&manifest, &sources).unwrap();
        assert_eq!(values["a"], "given");
        assert_eq!(values["b"], "default");
    }

    #[test]
    fn a_component_sees_its_own_variables_only() {
        let values = [("a", "1"), ("b", "2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let variables =
            ComponentVariables::new(&component(&[("mine", "<{{ a }}>")]), &values).unwrap();
        assert_eq!(variables.get("mine"), Ok("<1>"));
        assert!(matches!(
            variables.get("a"),
            Err(VariableError::Undefined(_))
        ));
        assert!(matches!(
            variables.get("No"),
            Err(VariableError::InvalidName(_))
        ));
    }
}
