//! GET /sleep: waits, and lets others be served meanwhile (§9, where one Flask thread blocks).

use std::{
    io::{self, Write},
    time::{Duration, SystemTime},
};

use kit::{App, Error, Request, Response, Result, formats::python, json, jsonify, text};
use spin_sdk::time::sleep;

/// How long to wait where the query does not say.
const DEFAULT_SECONDS: f64 = 10.0;

/// The longest wait, in seconds; more is 400. Runtimes end a request after 30 s.
const MAX_SECONDS: f64 = 25.0;

kit::service!(app);

fn app() -> App {
    site::app().get("/sleep", wait)
}

async fn wait(request: Request) -> Result<Response> {
    let seconds = seconds(request.args().get("seconds"))?;
    print("start : ");
    sleep(Duration::from_secs_f64(seconds)).await;
    print("end: : ");

    if request.wants_json() {
        return Ok(jsonify(&json!({ "seconds": python::float(seconds) })));
    }
    Ok(text("hello world"))
}

/// How long to wait, as the query says it.
fn seconds(text: Option<&str>) -> Result<f64> {
    let Some(text) = text else {
        return Ok(DEFAULT_SECONDS);
    };
    text.parse()
        .ok()
        .filter(|seconds| (0.0..=MAX_SECONDS).contains(seconds))
        .ok_or_else(|| {
            let detail = format!("must be a number of seconds from 0 to {MAX_SECONDS}");
            Error::bad_parameter("seconds", "out-of-range", detail)
        })
}

/// Prints a label and the time, as the tutorial does.
fn print(label: &str) {
    let line = format!("{label} {}\n", python::datetime(SystemTime::now()));
    // Where nobody reads it, the wait goes on.
    let _ = io::stdout().write_all(line.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_number_up_to_its_limit() {
        for (text, want) in [
            (None, 10.0),
            (Some("0"), 0.0),
            (Some("-0"), 0.0),
            (Some("0.05"), 0.05),
            (Some("1e-3"), 0.001),
            (Some("+3"), 3.0),
            (Some("25"), 25.0),
            (Some("25.0"), 25.0),
        ] {
            assert_eq!(seconds(text).unwrap(), want, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_such_number_is_refused_by_name() {
        for text in [
            "",
            " ",
            "25.001",
            "26",
            "1e9",
            "-1",
            "-0.001",
            "nan",
            "inf",
            "-inf",
            "ten",
            "1,5",
            "0x1",
            "1_0",
            " 1",
            "1s",
            "١",
            "99999999999999999999999",
        ] {
            let error = seconds(Some(text)).unwrap_err();
            assert_eq!(error.status().as_u16(), 400, "{text:?}");
            assert_eq!(error.fields()[0].field, "seconds", "{text:?}");
        }
    }
}
