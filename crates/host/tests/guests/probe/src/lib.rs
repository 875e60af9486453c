//! A component that behaves as the host's tests ask it to: the path says how.

mod key_value;
mod mirror;
mod sqlite;

use std::{
    hint::black_box,
    io::Write as _,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use futures::SinkExt as _;
use spin_sdk::{
    http::{
        BoxBody, FullBody, HeaderName, HeaderValue, Request, Response,
        body::{self, IncomingBodyExt as _},
        box_body,
    },
    http_service, time, variables,
    wasip3::{
        self,
        http::types::{Fields, HeaderError},
    },
};

/// Requests that this instance has taken, that it has at the moment, and the most
/// that it has had at once.
static TAKEN: AtomicU32 = AtomicU32::new(0);
static RUNNING: AtomicU32 = AtomicU32::new(0);
static TOGETHER: AtomicU32 = AtomicU32::new(0);

#[http_service]
async fn handle(request: Request) -> Response<BoxBody> {
    TAKEN.fetch_add(1, Relaxed);
    let running = RUNNING.fetch_add(1, Relaxed) + 1;
    TOGETHER.fetch_max(running, Relaxed);
    let response = behave(request).await;
    RUNNING.fetch_sub(1, Relaxed);
    response
}

async fn behave(request: Request) -> Response<BoxBody> {
    let argument = request.uri().query().unwrap_or_default().to_owned();
    match behaviour(request.uri().path()) {
        "/headers" => text(headers(&request)),
        "/uri" => text(request.uri().to_string()),
        "/variable" => text(format!("{:?}", variables::get(&argument).await)),
        "/environment" => text(
            std::env::vars()
                .map(|(k, v)| format!("{k}={v}\n"))
                .collect(),
        ),
        "/read" => text(match std::fs::read(&argument) {
            Ok(_) => "read".to_owned(),
            Err(_) => "not read".to_owned(),
        }),
        "/write" => text(match std::fs::write(&argument, "x") {
            Ok(()) => "written".to_owned(),
            Err(_) => "not written".to_owned(),
        }),
        "/print" => {
            print(&argument);
            text("printed".to_owned())
        }
        "/print-without-end" => {
            print_without_end(&argument);
            hang().await;
            text("hung".to_owned())
        }
        "/field" => text(format!("{:?}", field(&argument))),
        "/answer-with" => answer_with(&argument),
        "/taken" => text(TAKEN.load(Relaxed).to_string()),
        "/echo" => Response::new(box_body(request.into_body())),
        "/count" => text(count(request).await),
        "/ignore-body" => text("ignored".to_owned()),
        "/meet" => meet(number(&argument)).await,
        "/sleep" => {
            time::sleep(Duration::from_millis(number(&argument))).await;
            text("slept".to_owned())
        }
        "/hang" => {
            hang().await;
            text("hung".to_owned())
        }
        "/hang-after-head" => hang_after_head().await,
        "/loop" => loop_for_ever(),
        "/loop-later" => {
            time::sleep(Duration::from_millis(1)).await;
            loop_for_ever()
        }
        "/loop-over-host-calls" => loop_over_host_calls(),
        "/allocate" => text(
            black_box(vec![1u8; number(&argument) as usize])
                .len()
                .to_string(),
        ),
        "/trap" => trap(),
        "/trap-after-head" => trap_after_head().await,
        path if path.starts_with("/mirror/") => mirror::behave(request).await,
        path if path.starts_with("/key-value/") => key_value::behave(request).await,
        path if path.starts_with("/sqlite/") => sqlite::behave(request).await,
        other => text(format!("no behaviour for {other}")),
    }
}

/// The path without the `/other/NAME` in front of it by which a second component is
/// reached.
fn behaviour(path: &str) -> &str {
    let below = path.strip_prefix("/other/");
    let rest = below.and_then(|below| below.find('/').map(|slash| &below[slash..]));
    rest.unwrap_or(path)
}

#[allow(clippy::print_stdout, reason = "the test looks at what is printed")]
fn print(argument: &str) {
    println!("out {argument}");
    eprintln!("err \u{1b}[31m");
}

#[allow(clippy::print_stdout, reason = "the test looks at what is printed")]
fn print_without_end(argument: &str) {
    print!("out {argument}");
    // Rust keeps the beginning of a line to itself until it is told.
    let _ = std::io::stdout().flush();
    eprint!("err {argument}");
}

/// What becomes of a header field of this name that a component makes.
fn field(name: &str) -> Result<(), HeaderError> {
    Fields::new().append(name, b"x")
}

/// An answer with a header of this name.
fn answer_with(name: &str) -> Response<BoxBody> {
    let mut response = text("answered".to_owned());
    if let Ok(name) = HeaderName::try_from(name) {
        let value = HeaderValue::from_static("x");
        response.headers_mut().insert(name, value);
    }
    response
}

fn text(content: String) -> Response<BoxBody> {
    Response::new(box_body(FullBody::new(Bytes::from(content))))
}

fn number(argument: &str) -> u64 {
    argument.parse().unwrap_or_default()
}

/// How many bytes the body has.
async fn count(request: Request) -> String {
    let body = request.into_body().bytes().await;
    body.map_or_else(|_| "cut off".to_owned(), |body| body.len().to_string())
}

fn headers(request: &Request) -> String {
    let lines = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        format!("{name}: {value}\n")
    });
    lines.collect()
}

/// Waits for longer than any test does. A task that waits for nothing at all would
/// be ended by the component's own runtime.
async fn hang() {
    time::sleep(Duration::from_secs(24 * 60 * 60)).await;
}

// These are functions of their own, and not inlined, so that their names are in the
// backtraces that the tests look at.

#[inline(never)]
fn trap() -> ! {
    panic!("the test asked for it")
}

#[inline(never)]
fn loop_for_ever() -> ! {
    loop {
        black_box(());
    }
}

/// Each call makes the host call back to allocate its result.
#[inline(never)]
fn loop_over_host_calls() -> ! {
    loop {
        black_box(std::env::vars().count());
    }
}

/// Says if it is alone here, and answers once `count` requests have been in this instance together.
async fn meet(count: u64) -> Response<BoxBody> {
    if RUNNING.load(Relaxed) == 1 {
        eprintln!("waits alone");
    }
    while u64::from(TOGETHER.load(Relaxed)) < count {
        time::sleep(Duration::from_millis(1)).await;
    }
    text("met".to_owned())
}

async fn hang_after_head() -> Response<BoxBody> {
    let (mut sender, body) = body::stream::<&'static str>();
    wasip3::spawn(async move {
        if sender.send("first").await.is_ok() {
            hang().await;
        }
    });
    Response::new(box_body(body))
}

async fn trap_after_head() -> Response<BoxBody> {
    let (mut sender, body) = body::stream::<&'static str>();
    wasip3::spawn(async move {
        if sender.send("first").await.is_ok() {
            time::sleep(Duration::from_millis(1)).await;
            trap();
        }
    });
    Response::new(box_body(body))
}
