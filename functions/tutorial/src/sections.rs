//! What there is to try in each section of the tutorial, in its order.

use site::routes::Route;

/// How many sections the tutorial has.
pub(crate) const COUNT: usize = 11;

/// A section, with what this server offers of it.
pub(crate) struct Section {
    /// Which one, from 0.
    pub(crate) index: usize,
    /// What a browser can look at.
    pub(crate) links: Vec<&'static str>,
    /// What is to be typed, with the server's address.
    pub(crate) commands: Vec<String>,
}

impl Section {
    /// Its number in the tutorial.
    pub(crate) fn number(&self) -> usize {
        self.index + 1
    }
}

/// The same before it is known what the server offers.
struct Trials {
    links: &'static [&'static str],
    commands: &'static [Command],
}

enum Command {
    /// Arguments of curl that ask for this path, `{base}` being the server.
    Ask(&'static str, &'static str),
    /// A command in the folder of the sources.
    Run(&'static str),
}

use Command::{Ask, Run};

static TRIALS: [Trials; COUNT] = [
    Trials {
        links: &[
            "/index",
            "/session",
            "/session/show",
            "/args?infor=1&infor=2",
            "/args/list?infor=1&infor=2",
        ],
        commands: &[
            Ask(
                "/form",
                "{base}/form -d username=wristwaking -d password=5201314",
            ),
            Ask(
                "/form/stream",
                "{base}/form/stream -d username=wristwaking -d password=5201314",
            ),
            Ask("/register", "{base}/register -d name=duke"),
            Ask("/add", r#"{base}/add --json '{"a": 1, "b": 2}'"#),
        ],
    },
    Trials {
        links: &["/uploads"],
        commands: &[Ask(
            "/upload",
            "{base}/upload -F image=@tests/data/strand.png -F info=Strand",
        )],
    },
    Trials {
        links: &[
            "/cookies/add",
            "/cookies/show",
            "/cookies/delete",
            "/auth/register",
            "/auth/login",
        ],
        commands: &[],
    },
    Trials {
        links: &["/proxy/inspect"],
        commands: &[
            Ask(
                "/proxy/inspect",
                "{base}/proxy/inspect -H 'via: 1.1 proxy.example'",
            ),
            Run("SPIN_VARIABLE_UPSTREAMS=http://127.0.0.1:5000 make up"),
            Ask("/proxy/reverse", "{base}/proxy/reverse/"),
        ],
    },
    Trials {
        links: &[],
        commands: &[
            Run("make proxy"),
            Run("curl -x http://127.0.0.1:8080 -U :TOKEN http://example.org/"),
        ],
    },
    Trials {
        links: &["/routes", "/static/icons/handspun.svg"],
        commands: &[],
    },
    Trials {
        links: &[],
        commands: &[Run(
            "make test-one PACKAGE=handspun NAME=a_client_has_headers_of_its_own",
        )],
    },
    Trials {
        links: &["/env"],
        commands: &[Run("SPIN_VARIABLE_CONF=hello make up")],
    },
    Trials {
        links: &["/sleep?seconds=2"],
        commands: &[Ask(
            "/sleep",
            "--parallel '{base}/sleep?seconds=2&browser=[1-3]'",
        )],
    },
    Trials {
        links: &["/", "/words", "/words/export?format=csv"],
        commands: &[Ask(
            "/words",
            "{base}/words --json '{\"english\": \"wake\", \"chinese\": \"唤醒\"}'",
        )],
    },
    Trials {
        links: &["/.well-known/spin/health"],
        commands: &[
            Run("make up"),
            Run("target/release/handspun up --listen 0.0.0.0:5000"),
            Run("target/release/handspun up --tls-cert cert.pem --tls-key key.pem"),
        ],
    },
];

/// Each section with what these routes answer, but for this page itself. `base` is where the client finds the server.
pub(crate) fn offered(routes: &[Route], base: &str) -> Vec<Section> {
    let is_offered = |target: &str| {
        let path = target.split('?').next().unwrap_or_default();
        let mut others = routes.iter().filter(|route| route.component != "tutorial");
        // The runtime answers its own paths.
        path.starts_with("/.well-known/spin/") || others.any(|route| route.takes(path))
    };
    let sections = TRIALS.iter().enumerate().map(|(index, trials)| Section {
        index,
        links: trials
            .links
            .iter()
            .copied()
            .filter(|link| is_offered(link))
            .collect(),
        commands: trials
            .commands
            .iter()
            .filter_map(|command| match command {
                Ask(path, arguments) => {
                    is_offered(path).then(|| format!("curl {}", arguments.replace("{base}", base)))
                }
                Run(line) => Some((*line).to_owned()),
            })
            .collect(),
    });
    sections.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(sections: &[Section]) -> Vec<(usize, usize)> {
        let counts = |section: &Section| (section.links.len(), section.commands.len());
        sections.iter().map(counts).collect()
    }

    #[test]
    fn the_application_offers_everything() {
        let routes = site::routes::in_manifest(include_str!("../../../spin.toml")).unwrap();
        let all = |trials: &Trials| (trials.links.len(), trials.commands.len());
        let sections = offered(&routes, "http://127.0.0.1:3000");
        assert_eq!(
            counts(&sections),
            TRIALS.iter().map(all).collect::<Vec<_>>()
        );
        let add = &sections[0].commands[3];
        assert!(add.starts_with("curl http://127.0.0.1:3000/add "), "{add}");
    }

    #[test]
    fn each_section_has_something_to_try_and_a_test_that_it_names_is_there() {
        let tests = include_str!("../../../crates/host/tests/testing.rs");
        for (index, trials) in TRIALS.iter().enumerate() {
            let tries = trials.links.len() + trials.commands.len();
            assert_ne!(tries, 0, "§{}", index + 1);
            for command in trials.commands {
                if let Run(line) = command
                    && let Some((_, name)) = line.split_once(" NAME=")
                {
                    assert!(tests.contains(&format!("fn {name}(")), "{name}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_route_is_not_offered() {
        let route = |route: &str| Route {
            route: route.to_owned(),
            component: String::new(),
        };
        let sections = offered(&[route("/session"), route("/...")], "");
        assert_eq!(sections[0].links, ["/session"]);
        assert!(sections[0].commands.is_empty());
        assert_eq!(counts(&sections)[7], (0, 1));
    }
}
