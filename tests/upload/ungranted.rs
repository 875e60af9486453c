//! The application where it has no database, as on a platform without SQLite.

use std::{fs, os::unix::fs::symlink};

use super::*;

#[tokio::test]
async fn without_a_database_pictures_and_words_say_what_to_grant_and_all_else_works() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = fs::read_to_string(root().join("spin.toml")).unwrap();
    let manifest = manifest.replace("sqlite_databases = [\"default\"]\n", "");
    symlink(root().join("target"), folder.path().join("target")).unwrap();
    fs::create_dir(folder.path().join("static")).unwrap();
    let path = folder.path().join("spin.toml");
    fs::write(&path, manifest).unwrap();
    let client = application_of(&path, folder.path(), &[], Options::default());
    for path in [
        "/uploads",
        "/uploads/a.png",
        "/words",
        "/words/1",
        "/",
        "/words/export",
    ] {
        for accept in ["application/json", "text/html"] {
            let response = client.get(path).header("accept", accept).await.unwrap();
            assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            let text = response.text().unwrap();
            assert!(text.contains("sqlite_databases = "), "{path}: {text}");
            assert!(text.contains("spin.toml"), "{path}: {text}");
        }
    }
    let response = send(&client, "a.png", PNG).await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().unwrap().contains("sqlite_databases"));
    for path in [
        "/index",
        "/args?infor=1",
        "/session",
        "/session/show",
        "/cookies/add",
        "/env",
        "/routes",
    ] {
        assert_eq!(
            client.get(path).await.unwrap().status,
            StatusCode::OK,
            "{path}"
        );
    }
}
