//! What holds before the first request: the runtime configuration, `--sqlite`, and a
//! database that is not there.

use std::{fs, path::Path};

use handspun::{App, Options, RuntimeConfig, SqliteDatabase};

use super::{DONE, run};
use crate::support::{
    OneComponent, Probe, build_guests, load_probe,
    program::{Running, handspun},
};

/// A runtime configuration of one database.
fn config(label: &str, path: Option<&Path>, allow_attach_file: bool) -> RuntimeConfig {
    let database = SqliteDatabase {
        path: path.map(Path::to_owned),
        allow_attach_file,
    };
    RuntimeConfig {
        sqlite_databases: [(label.to_owned(), database)].into(),
        ..RuntimeConfig::default()
    }
}

/// Why the probe does not start.
fn refused(options: Options) -> String {
    let error = load_probe(options).err().expect("it starts");
    format!("{error:#}")
}

fn set_up(arguments: &[&str]) -> Vec<String> {
    arguments.iter().copied().map(str::to_owned).collect()
}

#[tokio::test]
async fn statements_and_files_are_run_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("setup.sql");
    fs::write(
        &file,
        "CREATE TABLE t (x);\n\nINSERT INTO t VALUES ('a;b');\nSELECT * FROM t;\n-- the end\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let probe = Probe::with(Options {
        state_dir: Some(folder.path().to_owned()),
        runtime_config: config("other", Some(&folder.path().join("other.db")), false),
        sqlite: set_up(&[
            &format!("@{file}"),
            "INSERT INTO t VALUES ('second'); INSERT INTO t VALUES ('never')",
            &format!("@{file}:other"),
        ]),
        ..Options::default()
    });
    let answer = run(&probe, "SELECT x FROM t").await;
    assert_eq!(
        answer,
        "Ok(([\"x\"], [[Value::Text(\"a;b\")], [Value::Text(\"second\")]]))\n"
    );
    assert!(folder.path().join("other.db").is_file());
    let log = probe.log_at_start();
    assert!(log.contains("only its first statement was run"), "{log}");
}

#[test]
fn what_cannot_be_run_before_the_start_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let good = file("good.sql", "SELECT 1");
    let broken = file("broken.sql", "CREATE TABLE t (x);\nCRATE TABLE u (x);\n");
    let failing = file(
        "failing.sql",
        "SELECT 1; SELECT 2; INSERT INTO nope VALUES (1)",
    );
    for (argument, want) in [
        (
            "SELECT * FROM nope".to_owned(),
            "--sqlite \"SELECT * FROM nope\": no such table: nope".to_owned(),
        ),
        (
            String::new(),
            "--sqlite \"\": there is no statement in it".to_owned(),
        ),
        (
            "@none.sql".to_owned(),
            "--sqlite \"@none.sql\": the file cannot be read: ".to_owned(),
        ),
        (
            "@".to_owned(),
            "--sqlite \"@\": the file's name is missing".to_owned(),
        ),
        (
            format!("@{good}:nope"),
            format!("--sqlite \"@{good}:nope\": there is no database \"nope\""),
        ),
        (
            format!("@{broken}"),
            format!("--sqlite \"@{broken}\": statement 2: near \"CRATE\": syntax error"),
        ),
        (
            format!("@{failing}"),
            format!("--sqlite \"@{failing}\": statement 3: no such table: nope"),
        ),
    ] {
        let error = refused(Options {
            sqlite: vec![argument.clone()],
            ..Options::default()
        });
        assert!(error.starts_with(&want), "{argument}: {error}");
    }
}

#[tokio::test]
async fn a_runtime_configuration_says_where_a_database_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folders/own.db");
    for allow_attach_file in [false, true] {
        let probe = Probe::with(Options {
            state_dir: Some(folder.path().to_owned()),
            runtime_config: config("default", Some(&path), allow_attach_file),
            ..Options::default()
        });
        let attached = folder.path().join("attached.db");
        let answer = run(&probe, &format!("ATTACH '{}' AS a", attached.display())).await;
        let want = match allow_attach_file {
            false => "Err(Error::Io(\"not authorized\"))\n",
            true => DONE,
        };
        assert_eq!(answer, want);
    }
    assert!(path.is_file());
    assert!(!folder.path().join("sqlite_db.db").exists());
}

#[test]
fn a_database_that_is_not_defined_ends_the_start() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        fields: r#"sqlite_databases = ["default", "archive", "words_old"]"#,
        ..OneComponent::named("probe")
    };
    let manifest = manifest.write(folder.path());
    let options = |config| Options {
        runtime_config: config,
        ..Options::default()
    };
    let error = App::from_manifest(&manifest, options(RuntimeConfig::default())).err();
    let error = error.expect("it starts").to_string();
    let hint = |label: &str| {
        format!(
            "the SQLite database {label} of component probe is not defined; check the \
             spelling, or define it with [sqlite_database.{label}] in the file that \
             --runtime-config-file names"
        )
    };
    assert_eq!(error, format!("{}\n{}", hint("archive"), hint("words_old")));
    let error = App::from_manifest(&manifest, options(config("archive", None, false))).err();
    assert_eq!(error.expect("it starts").to_string(), hint("words_old"));
}

#[test]
fn a_database_that_cannot_be_used_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(
        &file,
        "this is text, and longer than the head of a database",
    )
    .unwrap();
    fs::create_dir(folder.path().join("sqlite_db.db")).unwrap();
    for (state_dir, want) in [
        (file.join("state"), "its folder cannot be created: "),
        (folder.path().to_owned(), "unable to open database file"),
    ] {
        let database = state_dir.join("sqlite_db.db");
        let error = refused(Options {
            state_dir: Some(state_dir),
            ..Options::default()
        });
        let want = format!(
            "the SQLite database default, {}: {want}",
            database.display()
        );
        assert!(error.starts_with(&want), "{error}");
    }
    let error = refused(Options {
        runtime_config: config("default", Some(&file), false),
        ..Options::default()
    });
    assert!(error.ends_with(": file is not a database"), "{error}");
}

#[test]
fn the_program_takes_a_runtime_configuration_and_statements() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        fields: r#"sqlite_databases = ["archive"]"#,
        ..OneComponent::named("probe")
    };
    manifest.write(folder.path());
    let config = "[sqlite_database.archive]\ntype = \"spin\"\npath = \"data/archive.db\"\n";
    fs::create_dir(folder.path().join("conf")).unwrap();
    fs::write(folder.path().join("conf/runtime.toml"), config).unwrap();
    let sql = "CREATE TABLE IF NOT EXISTS t (x)";
    fs::write(folder.path().join("archive.sql"), sql).unwrap();
    for in_environment in [false, true] {
        let mut command = handspun();
        command
            .current_dir(folder.path())
            .args(["up", "--listen", "127.0.0.1:0", "--quiet"])
            .args(["--sqlite", "CREATE TABLE IF NOT EXISTS d (x)"])
            .args(["--sqlite", "@archive.sql:archive"]);
        if in_environment {
            command.env("RUNTIME_CONFIG_FILE", "conf/runtime.toml");
        } else {
            command.args(["--runtime-config-file", "conf/runtime.toml"]);
        }
        let running = Running::start(&mut command);
        let answer = running.post("/sqlite/run?archive", "INSERT INTO t VALUES (1)");
        assert!(answer.ends_with(DONE), "{answer}");
    }
    assert!(folder.path().join("data/archive.db").is_file());
    assert!(folder.path().join(".spin/sqlite_db.db").is_file());
}

#[tokio::test]
async fn that_nothing_is_kept_in_memory_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (state_dir, want) in [(None, true), (Some(folder.path().to_owned()), false)] {
        let probe = Probe::with(Options {
            state_dir: state_dir.clone(),
            ..Options::default()
        });
        let said = probe.log_at_start();
        let told = said.contains("the SQLite database default is in memory");
        assert_eq!(told, want, "{state_dir:?}: {said}");
    }
}
