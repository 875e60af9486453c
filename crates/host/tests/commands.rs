//! `handspun routes`, `handspun up --check`, and the flags of `handspun up` that are not about serving.

use std::{fs, net::TcpListener, path::Path, process::Output};

use crate::support::{
    OneComponent, build_guests,
    program::{Running, handspun, probe, probe_at, run, stderr},
    root,
};

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Checks the manifest in a folder, with further arguments.
fn check(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = handspun();
    command.current_dir(folder).args(["up", "--check"]);
    command.args(arguments).output().unwrap()
}

#[test]
fn routes_are_listed_without_any_component_built() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        route: "/a/:id/...",
        source: "none.wasm".into(),
        fields: r#"description = "What it is for""#,
        ..OneComponent::named("a")
    };
    manifest.write(folder.path());
    let mut command = handspun();
    let output = command
        .current_dir(folder.path())
        .arg("routes")
        .output()
        .unwrap();
    assert_eq!(
        stdout(&output),
        "Component  Route       Description\n\
         ---------  ----------  ---------------\n\
         a          /a/:id/...  What it is for\n"
            .replace("---------------", "--------------")
    );
    assert!(output.status.success());
}

#[test]
fn all_routes_of_the_application_are_listed_as_json() {
    let output = run(&["routes", "--json", "-f", "spin.toml"]);
    let routes: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let routes = routes["routes"].as_array().unwrap();
    let text = fs::read_to_string(root().join("spin.toml")).unwrap();
    assert_eq!(routes.len(), text.matches("[[trigger.http]]").count());
    let list = serde_json::json!({
        "route": "/args/list", "component": "args", "description": "Values of the query",
    });
    assert!(routes.contains(&list), "{routes:?}");
}

#[test]
fn the_route_of_a_path_is_the_one_that_answers_it() {
    for (path, want) in [
        ("/args/list?infor=1", Ok("args       /args/list")),
        (
            "http://127.0.0.1:3000/args/list?infor=1",
            Ok("args       /args/list"),
        ),
        ("http://localhost:3000", Ok("words      /")),
        ("http://localhost:3000?a=/b", Ok("words      /")),
        ("/args/list?infor=http://x/y", Ok("args       /args/list")),
        ("/static/css/x.css", Ok("static     /static/...")),
        (
            "/.well-known/spin/health",
            Err("the runtime answers /.well-known/spin/... itself"),
        ),
    ] {
        let output = run(&["routes", path]);
        match want {
            Ok(want) => {
                let text = stdout(&output);
                let last = text.lines().last().unwrap();
                assert!(last.starts_with(want), "{path}: {text}");
            }
            Err(want) => {
                assert_eq!(output.status.code(), Some(1), "{path}");
                assert!(stderr(&output).contains(want), "{}", stderr(&output));
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        route: "/a",
        ..OneComponent::named("a")
    }
    .write(folder.path());
    let output = run(&["routes", "/b", "-f", manifest.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "handspun: no route answers /b\n");
}

#[test]
fn a_check_compiles_and_touches_nothing() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        fields: "sqlite_databases = [\"default\"]\nkey_value_stores = [\"default\"]",
        ..OneComponent::named("probe")
    };
    manifest.write(folder.path());
    let config = "[sqlite_database.default]\ntype = \"spin\"\npath = \"new/a.db\"\n\
                  [key_value_store.default]\ntype = \"spin\"\npath = \"new/b.db\"\n";
    fs::write(folder.path().join("config.toml"), config).unwrap();
    // What would be run before a start, and what would be made.
    let output = check(
        folder.path(),
        &[
            "--sqlite",
            "CREATE TABLE",
            "--key-value",
            "a=b",
            "--runtime-config-file",
            "config.toml",
        ],
    );
    let said = stdout(&output);
    assert!(
        said.ends_with("/spin.toml can be served: 1 component, 1 route\n"),
        "{said}{}",
        stderr(&output)
    );
    assert_eq!(output.status.code(), Some(0));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn what_keeps_an_application_from_being_served_is_found_by_a_check() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("text.wasm"), "no component").unwrap();
    fs::write(
        at("config.toml"),
        "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"x\"",
    )
    .unwrap();
    let probe = OneComponent::named("probe");
    for (manifest, arguments, want) in [
        (
            OneComponent {
                source: "none.wasm".into(),
                ..probe
            },
            [].as_slice(),
            "there is no file",
        ),
        (
            OneComponent {
                source: "text.wasm".into(),
                ..OneComponent::named("probe")
            },
            &[],
            "text.wasm cannot be run",
        ),
        (
            OneComponent {
                fields: "sqlite_database = []",
                ..OneComponent::named("probe")
            },
            &[],
            "sqlite_database",
        ),
        (
            OneComponent {
                fields: "files = [\"none\"]",
                ..OneComponent::named("probe")
            },
            &[],
            "none",
        ),
        (
            OneComponent::named("probe"),
            &["--runtime-config-file", "config.toml"],
            "libSQL",
        ),
        (
            OneComponent::named("probe"),
            &["--tls-cert", "none.pem", "--tls-key", "none.pem"],
            "none.pem cannot be read",
        ),
    ] {
        manifest.write(folder.path());
        let output = check(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{want}");
        let text = stderr(&output);
        assert!(
            text.starts_with("handspun: ") && text.contains(want),
            "{text}"
        );
    }
}

#[test]
fn a_free_port_is_found_above_one_in_use() {
    // The one above it may be in use, too, by another test.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let running = Running::start(probe_at("".as_ref(), &address).arg("--find-free-port"));
    let found: u16 = running.address.rsplit_once(':').unwrap().1.parse().unwrap();
    assert!((port + 1..port + 10).contains(&found), "{found} for {port}");
}

#[test]
fn the_cache_is_left_alone_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = "spin_manifest_version = 2\n[application]\nname = \"a\"\n[trigger]\nhttp = []\n";
    fs::write(folder.path().join("spin.toml"), text).unwrap();
    // It would be told of that the cache cannot be there.
    let file = tempfile::NamedTempFile::new().unwrap();
    for (flag, variable, want) in [
        (None, None, true),
        (Some("--disable-cache"), None, false),
        (None, Some("yes"), false),
        (None, Some("no"), true),
    ] {
        let mut command = handspun();
        command
            .current_dir(folder.path())
            .args(["up", "--check"])
            .args(flag)
            .env("HOME", file.path())
            .env("XDG_CACHE_HOME", file.path())
            .envs(variable.map(|value| ("DISABLE_WASMTIME_CACHE", value)));
        let output = command.output().unwrap();
        let text = stderr(&output);
        assert!(output.status.success(), "{text}");
        let told = text.contains("compiled code is not cached");
        assert_eq!(told, want, "{flag:?} {variable:?}: {text}");
    }
}

#[test]
fn logs_have_a_folder_of_their_own_where_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (state, logs) = (folder.path().join("state"), folder.path().join("logs"));
    let kept = |folder: &Path| fs::read_to_string(folder.join("probe_stdout.txt")).ok();
    for (name, value, by_flag, want) in [
        ("a", "", true, None),
        ("b", logs.to_str().unwrap(), true, Some("out b\n")),
        ("c", logs.to_str().unwrap(), false, Some("out b\nout c\n")),
    ] {
        let mut command = probe(&state);
        if by_flag {
            command.args(["--log-dir", value]);
        } else {
            command.env("SPIN_LOG_DIR", value);
        }
        let running = Running::start(&mut command);
        running.get(&format!("/print?{name}"));
        running.stop();
        assert_eq!(kept(&logs).as_deref(), want, "{name}");
        assert_eq!(kept(&state.join("logs")), None);
    }
}
