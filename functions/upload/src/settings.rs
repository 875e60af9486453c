//! The application's variables.

use std::time::Duration;

use kit::{Error, Result, variable};

/// The most bytes that the body of POST /upload may have (the variable `max_content_length`, Flask's
/// `MAX_CONTENT_LENGTH`).
pub(crate) async fn max_content_length() -> Result<u64> {
    number(
        "max_content_length",
        "bytes",
        &variable("max_content_length").await?,
    )
}

/// How long what nobody uses is left alone (the variable `upload_grace`).
pub(crate) async fn upload_grace() -> Result<Duration> {
    let seconds = number("upload_grace", "seconds", &variable("upload_grace").await?)?;
    Ok(Duration::from_secs(seconds))
}

/// # Errors
/// 500 where it is not a number, with what to set.
fn number(name: &str, unit: &str, text: &str) -> Result<u64> {
    // Rust's integers would also read `+1`.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| {
        Error::Misconfigured(format!(
            "the variable {name} must be a number of {unit}, such as 3600"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_and_anything_else_is_said_to_be_wrong() {
        for (text, want) in [
            ("0", Some(0)),
            ("16777216", Some(16_777_216)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("16 MiB", None),
            (" 1", None),
            ("1e6", None),
            ("١", None),
        ] {
            match number("upload_grace", "seconds", text) {
                Ok(got) => assert_eq!(Some(got), want, "{text}"),
                Err(error) => {
                    assert!(want.is_none() && matches!(error, Error::Misconfigured(_)));
                    assert!(error.to_string().contains("upload_grace"), "{error}");
                }
            }
        }
    }
}
