//! What the tests of `spin:key-value` ask for.

use futures::{
    SinkExt as _,
    future::{join, join_all},
};
use spin_sdk::{
    http::{
        BoxBody, Request, Response,
        body::{self, IncomingBodyExt as _},
        box_body,
    },
    key_value::{Error, Keys, Store},
    wasip3,
};

use crate::{behaviour, number, text};

pub(crate) async fn behave(request: Request) -> Response<BoxBody> {
    let argument = request.uri().query().unwrap_or_default().to_owned();
    match behaviour(request.uri().path()) {
        "/key-value/run" => run(&argument, request).await,
        "/key-value/stores" => stores(number(&argument)).await,
        "/key-value/large" => text(large(number(&argument)).await.unwrap_or_else(said)),
        "/key-value/put" => put(&argument, request).await,
        "/key-value/fill" => text(fill(number(&argument)).await.unwrap_or_else(said)),
        "/key-value/count" => text(count().await.unwrap_or_else(said)),
        "/key-value/get-and-list" => text(get_and_list().await.unwrap_or_else(said)),
        "/key-value/get-while-listing" => text(get_while_listing().await.unwrap_or_else(said)),
        "/key-value/hold" => hold(request).await,
        "/key-value/drop" => text(drop_keys().await.unwrap_or_else(said)),
        "/key-value/trap" => {
            let _keys = listing().await;
            crate::trap()
        }
        other => text(format!("no behaviour for {other}")),
    }
}

fn said(error: Error) -> String {
    format!("{error:?}")
}

/// Does what each line of the request's body says with the store `label`, and says what
/// came of it: `get KEY`, `set KEY VALUE`, `delete KEY`, `exists KEY`, `keys`.
async fn run(label: &str, request: Request) -> Response<BoxBody> {
    let body = request.into_body().bytes().await.unwrap_or_default();
    let store = match Store::open(label).await {
        Ok(store) => store,
        Err(error) => return text(format!("open: {error:?}\n")),
    };
    let mut answer = String::new();
    for line in String::from_utf8_lossy(&body).lines() {
        answer.push_str(&outcome(&store, line).await);
        answer.push('\n');
    }
    text(answer)
}

async fn outcome(store: &Store, line: &str) -> String {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    match (word(), word(), word()) {
        ("get", key, _) => {
            let value = store.get(key).await;
            let value = value.map(|value| value.map(|v| String::from_utf8_lossy(&v).into_owned()));
            format!("{value:?}")
        }
        ("set", key, value) => format!("{:?}", store.set(key, value).await),
        ("delete", key, _) => format!("{:?}", store.delete(key).await),
        ("exists", key, _) => format!("{:?}", store.exists(key).await),
        ("keys", ..) => format!("{:?}", store.get_keys().await.collect().await),
        _ => format!("no behaviour for {line}"),
    }
}

/// Opens stores and keeps them; then says what came of the last, and of one more after
/// the first is closed.
async fn stores(count: u64) -> Response<BoxBody> {
    let mut kept = Vec::new();
    for _ in 1..count {
        kept.push(Store::open_default().await);
    }
    let opened = |store: Result<Store, Error>| store.map(drop);
    let last = opened(Store::open_default().await);
    kept.pop();
    let after = opened(Store::open_default().await);
    text(format!("{last:?} {after:?}"))
}

/// Sets a value of a size, and says whether it comes back as it was.
async fn large(bytes: u64) -> Result<String, Error> {
    let value: Vec<u8> = (0..bytes).map(|n| (n % 251) as u8).collect();
    let store = Store::open_default().await?;
    store.set("large", &value).await?;
    let read = store.get("large").await?;
    Ok(match read.is_some_and(|read| read == value) {
        true => "the same".to_owned(),
        false => "another".to_owned(),
    })
}

/// Sets a key to the request's body.
async fn put(key: &str, request: Request) -> Response<BoxBody> {
    let body = request.into_body().bytes().await.unwrap_or_default();
    let put = async { Store::open_default().await?.set(key, body).await };
    text(format!("{:?}", put.await))
}

/// Sets so many keys, all at the same time.
async fn fill(count: u64) -> Result<String, Error> {
    let store = Store::open_default().await?;
    let sets = (0..count).map(|n| store.set(format!("key {n}"), n.to_string()));
    for set in join_all(sets).await {
        set?;
    }
    Ok("filled".to_owned())
}

/// Counts the keys and their bytes, one key at a time.
async fn count() -> Result<String, Error> {
    let store = Store::open_default().await?;
    let mut keys = store.get_keys().await;
    let (mut count, mut bytes) = (0, 0);
    while let Some(key) = keys.next().await {
        count += 1;
        bytes += key.len();
    }
    keys.result().await?;
    Ok(format!("{count} keys, {bytes} bytes"))
}

/// A list of keys that has begun.
async fn listing() -> Result<Keys, Error> {
    let mut keys = Store::open_default().await?.get_keys().await;
    keys.next().await;
    Ok(keys)
}

/// Asks for a value while a list of keys is open, and says what came of it, of a second
/// time, and of the list; then of a third time, when the list is at its end.
async fn get_while_listing() -> Result<String, Error> {
    let keys = listing().await?;
    let store = Store::open_default().await?;
    let (first, second) = join(store.get("key 1"), store.get("key 1")).await;
    let rest = keys.collect().await?.len();
    let after = store.get("key 1").await;
    Ok(format!(
        "{first:?}\n{second:?}\n{rest} more keys\n{after:?}"
    ))
}

/// Asks for a value right after a list of keys is asked for, and reads both at the same time.
async fn get_and_list() -> Result<String, Error> {
    let store = Store::open_default().await?;
    let keys = store.get_keys().await;
    let (value, keys) = join(store.get("key 1"), keys.collect()).await;
    Ok(format!("{value:?}\n{} keys", keys?.len()))
}

/// Keeps a list of keys that has begun until the request's body ends, and says so before
/// and after.
async fn hold(request: Request) -> Response<BoxBody> {
    let keys = match listing().await {
        Ok(keys) => keys,
        Err(error) => return text(said(error)),
    };
    let (mut sender, body) = body::stream::<&'static str>();
    wasip3::spawn(async move {
        if sender.send("held").await.is_ok() {
            let _ = request.into_body().bytes().await;
            drop(keys);
            let _ = sender.send("dropped").await;
        }
    });
    Response::new(box_body(body))
}

/// Drops a list of keys that has begun, and says how it ended and what the store does
/// afterwards.
async fn drop_keys() -> Result<String, Error> {
    let (keys, end) = listing().await?.into_inner();
    drop(keys);
    let end = end.await;
    let next = Store::open_default().await?.exists("key 1").await;
    Ok(format!("{end:?} {next:?}"))
}
