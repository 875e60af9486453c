//! The value of a component's variable: text with `{{ name }}` in it.

/// A parsed template, as Spin's `spin-expressions` reads it: `{{`, a name with
/// spaces around it, `}}`; everything else is literal.
///
/// ```
/// use handspun::variables::Template;
///
/// let template = Template::parse("postgres://{{ user }}@db")?;
/// let value = template.render(|name| (name == "user").then_some("duke"));
/// assert_eq!(value.as_deref(), Ok("postgres://duke@db"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Name(String),
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// A `{{` that no `}}` follows.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, from_name)) = rest.split_once("{{") {
            let Some((name, after)) = from_name.split_once("}}") else {
                return Err(format!("\"{{{{\" without \"}}}}\" in {text:?}"));
            };
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(Part::Name(name.trim().to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The names that the template refers to.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Name(name) => Some(name.as_str()),
        })
    }

    /// The text with each name replaced by its value.
    ///
    /// # Errors
    ///
    /// The first name that has no value.
    pub fn render<'a>(&self, value_of: impl Fn(&str) -> Option<&'a str>) -> Result<String, String> {
        self.0
            .iter()
            .map(|part| match part {
                Part::Literal(literal) => Ok(literal.as_str()),
                Part::Name(name) => value_of(name).ok_or_else(|| name.clone()),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_the_rest_stays() {
        for (template, want) in [
            ("", Ok("")),
            ("plain", Ok("plain")),
            ("{{ a }}", Ok("1")),
            ("{{a}}{{b}}", Ok("12")),
            ("<{{  a\t}}>", Ok("<1>")),
            ("}} {{ b }} }}", Ok("}} 2 }}")),
            ("{ a }", Ok("{ a }")),
            ("{{ c }}", Err("c")),
            ("{{}}", Err("")),
        ] {
            let value = Template::parse(template)
                .unwrap()
                .render(|name| match name {
                    "a" => Some("1"),
                    "b" => Some("2"),
                    _ => None,
                });
            assert_eq!(
                value.as_deref().map_err(String::as_str),
                want,
                "{template:?}"
            );
        }
    }

    #[test]
    fn an_open_brace_pair_is_refused() {
        assert!(Template::parse("{{ a }} {{ b").is_err());
    }
}
