//! Uploads at the same moment, which share an instance. On Spin, two of them used to hang it for good.

use futures::{FutureExt as _, future::join_all};
use http::Method;

use super::*;

/// An account of its own for a client.
async fn register(client: &TestClient, name: &str) -> TestClient {
    let client = client.without_cookies();
    let account = json!({ "name": name, "password": "mood indigo" });
    let response = client.post("/auth/register").json(&account).await.unwrap();
    assert_eq!(response.status, StatusCode::CREATED);
    client
}

#[tokio::test]
async fn pictures_that_come_at_the_same_moment_are_all_kept_whole() {
    for (count, bytes) in [
        (2, 70),
        (4, 70),
        (16, 70),
        (2, 1 << 20),
        (4, 1 << 20),
        (16, 1 << 20),
        (2, 15 << 20),
        (4, 15 << 20),
    ] {
        let state = tempfile::tempdir().unwrap();
        let client = application(state.path(), &[], Options::default());
        // More than fit into the channel that Spin reads keys from.
        for n in 0..10 {
            let name = format!("before-{n}.png");
            assert_eq!(send(&client, &name, PNG).await.status, StatusCode::OK);
        }
        come_and_go(&client, count, bytes).await;
    }
}

#[tokio::test]
async fn sixteen_pictures_of_15_mib_come_and_go_at_the_same_moment_in_32_mib() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[], with_32_mib());
    come_and_go(&client, 16, 15 << 20).await;
}

async fn come_and_go(client: &TestClient, count: u8, bytes: usize) {
    let uploads = (0..count).map(|n| async move {
        let sent = send(client, &format!("{n}.png"), &picture(bytes, n)).await;
        assert_eq!(sent.status, StatusCode::OK, "{n} of {count}, {bytes} bytes");
    });
    join_all(uploads).await;
    let reads = (0..count).map(|n| async move {
        let read = get(client, &format!("{n}.png")).await;
        assert!(read == picture(bytes, n), "{n} of {count}, {bytes} bytes");
    });
    join_all(reads).await;
}

#[tokio::test]
async fn others_list_read_delete_and_replace_meanwhile() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[], Options::default());
    // Whom `admins` names has registered before.
    register(&client, "root").await;
    let client = application(state.path(), &[("admins", "root")], Options::default());
    let root = client.without_cookies();
    let login = json!({ "name": "root", "password": "mood indigo" });
    let response = root.post("/auth/login").json(&login).await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
    for n in 0..8_u8 {
        let name = format!("{n}.png");
        assert_eq!(
            send(&client, &name, &picture(100_000, n)).await.status,
            StatusCode::OK
        );
    }
    for round in 1..4_u8 {
        let (client, root) = (&client, &root);
        let replace = (0..4_u8).map(|n| {
            let replace = async move {
                let sent = send(client, &format!("{n}.png"), &picture(1 << 20, n + round)).await;
                assert_eq!(sent.status, StatusCode::OK);
            };
            replace.boxed_local()
        });
        let read = (0..4_u8).map(|n| {
            let read = async move { assert!(is_whole(&get(client, &format!("{n}.png")).await)) };
            read.boxed_local()
        });
        let list = (0..4).map(|n| {
            let list = async move {
                let order = if n % 2 == 0 { "name" } else { "newest" };
                let list = client.get(format!("/uploads?order={order}")).await.unwrap();
                assert!(list.json().unwrap()["uploads"].as_array().unwrap().len() >= 4);
            };
            list.boxed_local()
        });
        let delete = (4..8_u8).map(|n| {
            let delete = async move {
                let path = format!("/uploads/{n}.png");
                let gone = root.request(Method::DELETE, path).await.unwrap();
                let want = match round {
                    1 => StatusCode::NO_CONTENT,
                    _ => StatusCode::NOT_FOUND,
                };
                assert_eq!(gone.status, want);
            };
            delete.boxed_local()
        });
        join_all(replace.chain(read).chain(list).chain(delete)).await;
        for n in 0..4_u8 {
            assert!(get(client, &format!("{n}.png")).await == picture(1 << 20, n + round));
        }
    }
    assert_eq!(left(state.path()).0, 4);
}

#[tokio::test]
async fn of_two_accounts_that_upload_one_new_name_at_the_same_moment_one_is_refused() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[], Options::default());
    let (duke, ann) = (
        register(&client, "duke").await,
        register(&client, "ann").await,
    );
    for round in 0..10 {
        let name = format!("{round}.png");
        let (first, second) = (picture(700_000, 1), picture(700_000, 2));
        let (one, other) = futures::join!(send(&duke, &name, &first), send(&ann, &name, &second));
        let statuses = [one.status.as_u16(), other.status.as_u16()];
        let kept = get(&client, &name).await;
        match statuses {
            [200, 403] => assert!(kept == first),
            [403, 200] => assert!(kept == second),
            statuses => panic!("{statuses:?}"),
        }
    }
    assert_eq!(left(state.path()), (10, 0, 20));
}

#[tokio::test]
async fn of_pictures_of_one_name_at_the_same_time_one_is_kept_whole() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("upload_grace", "0")], Options::default());
    for round in 0..5 {
        let client = &client;
        let pictures = (0..8_u8)
            .map(|n| async move { send(client, "a.png", &picture(2_000_000, n)).await.status });
        let readers = (0..8).map(|_| async {
            let response = client.get("/uploads/a.png").await;
            // Without a time of grace, a reader may see its picture go; then it sees an error.
            if round > 0
                && let Ok(response) = response
            {
                assert!(is_whole(&response.body));
            }
        });
        let (statuses, _) = futures::join!(join_all(pictures), join_all(readers));
        // Without a time of grace, a clean-up may take an upload that stands still for a moment.
        assert!(statuses.contains(&StatusCode::OK), "{statuses:?}");
        for status in statuses {
            assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&status));
        }
        let kept = get(client, "a.png").await;
        assert!(kept.len() == 2_000_000 && is_whole(&kept));
    }
}
