//! What can go wrong, by cause.

mod gateway;

use std::fmt;

use http::{Method, StatusCode};

pub use self::gateway::GatewayError;

/// Whatever made a body, or a view, fail.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// When to try again where there was no memory, in seconds.
const RETRY_AFTER_SECONDS: u32 = 1;

/// Where Spin looks for the key that sessions are signed with.
const WHERE_THE_KEY_IS_SET: &str = "For Spin it is a variable: SPIN_VARIABLE_SECRET_KEY in the environment or in .env, \
    or the argument --variable secret_key=...";

/// What a view returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is not answered as it was meant; each cause has one status.
///
/// The client gets a problem document (RFC 9457), or a page that says the same where it is a browser.
/// The client sees everything that an error holds, except the cause of [`Self::Internal`]. A 5xx goes to the log.
///
/// # Example
/// ```
/// use kit::{Error, Request, Response, Result, text};
///
/// async fn nap(request: Request) -> Result<Response> {
///     let seconds = request.args().require("seconds")?;
///     let seconds: u64 = seconds.parse().map_err(|_| Error::bad_parameter("seconds", "not-an-integer", "is not a whole number"))?;
///     Ok(text(format!("slept for {seconds}")))
/// }
/// ```
#[derive(thiserror::Error)]
pub enum Error {
    /// 400: the request cannot be read. Says what is wrong with it.
    #[error("{0}")]
    Malformed(String),
    /// 400: a field that must be there is not. Holds its name.
    #[error("the field {0} is missing")]
    MissingField(String),
    /// 400: a parameter of the query is wrong, or the method that a form means. Any other wrong field of a
    /// body is [`Self::Unprocessable`].
    #[error("the parameter {} {}", .0.field, .0.detail)]
    BadParameter(FieldError),
    /// 401: nobody is logged in, or a name or password is wrong.
    #[error("{detail}")]
    Unauthorized {
        /// Which of the two it is.
        code: &'static str,
        /// What to do.
        detail: String,
    },
    /// 403: the account that is logged in may not do this.
    #[error("{detail}")]
    Forbidden {
        /// Why it may not.
        code: &'static str,
        /// Who may.
        detail: String,
    },
    /// 403: a browser sends a change that another site asked for.
    #[error("this request would change something, and it comes from another site")]
    CrossSite,
    /// 404: nothing is there. Holds the path.
    #[error("there is nothing at {0}")]
    NotFound(String),
    /// 405: the path is right, the method is not.
    #[error("this path does not accept {method}, only {allow}")]
    MethodNotAllowed {
        /// The method that was tried.
        method: Method,
        /// Those that would work, as the header `Allow` lists them.
        allow: String,
    },
    /// 409: what the client wants to make exists already.
    #[error("{detail}")]
    Conflict {
        /// What kind of thing exists.
        code: &'static str,
        /// What exists.
        detail: String,
        /// Where it is: a path, or a URL.
        location: String,
    },
    /// 412: what is there is not what the client takes it for (`If-Match`).
    #[error("the current version does not meet If-Match or If-None-Match")]
    PreconditionFailed,
    /// 413: the body is larger than it may be.
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge {
        /// How many bytes are accepted.
        limit_bytes: u64,
    },
    /// 413: something in the body is larger, or there is more of it, than accepted.
    #[error("{detail}")]
    TooMuch {
        /// What is too large.
        code: &'static str,
        /// The same in words, and how much is accepted.
        detail: String,
    },
    /// 413: a query or a form has more fields than are accepted. Says which, and how many are.
    #[error("{0}")]
    TooManyFields(String),
    /// 415: the body is of the wrong kind.
    #[error("the body must be {want}, not {}", got.as_deref().unwrap_or("without a Content-Type"))]
    UnsupportedMediaType {
        /// The content type that was sent, if any.
        got: Option<String>,
        /// The content type that would be right.
        want: &'static str,
    },
    /// 416: the range that is asked for lies behind the end.
    #[error("the range begins after the end: there are only {length} bytes")]
    RangeNotSatisfiable {
        /// How many bytes there are.
        length: u64,
    },
    /// 422: the request can be read, but what it says cannot be done.
    #[error("{detail}")]
    Unprocessable {
        /// What is wrong; `invalid-fields` where the fields say it.
        code: &'static str,
        /// What cannot be done.
        detail: String,
        /// The fields it is due to; none where it is not due to one.
        errors: Vec<FieldError>,
    },
    /// 429: too often.
    #[error("{detail}")]
    TooManyRequests {
        /// What happened too often.
        detail: String,
        /// When to try again, in seconds from now.
        retry_after_seconds: u32,
    },
    /// 500: our fault. Holds the cause, for the log.
    #[error("the server failed to answer; the cause is in its log")]
    Internal(#[source] BoxError),
    /// 500: the application lacks a setting or a grant, or puts more in a place than it can hold. Tells the operator
    /// what to set or to grant, and where. The client sees it too, so it must hold no secret.
    #[error("{0}")]
    Misconfigured(String),
    /// 503: this function needs a database or a store that the application does not grant it here. Says what to
    /// grant, and where, as [`Self::Misconfigured`] does. Everything else works.
    #[error("{0}")]
    NotGranted(String),
    /// 503: not now, but later.
    #[error("{detail}")]
    Unavailable {
        /// What cannot be done now.
        detail: String,
        /// When to try again, in seconds from now.
        retry_after_seconds: u32,
    },
    /// 407, 411, 502, 503, 504 or 508: what stands between a client and another server cannot do its work.
    #[error(transparent)]
    Gateway(GatewayError),
    /// 507: there is no room left. Says what is full.
    #[error("{0}")]
    InsufficientStorage(String),
}

/// The code and the message. What `derive` makes is 12 KB in every component, whether it prints an error or not.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())?;
        if let Self::Internal(cause) = self {
            write!(f, ": {cause:?}")?;
        }
        Ok(())
    }
}

/// The code of a problem whose fields say what is wrong, each with a code of its own.
const INVALID_FIELDS: &str = "invalid-fields";

impl From<formats::Error> for Error {
    fn from(error: formats::Error) -> Self {
        use formats::Error as Format;
        match error {
            Format::MissingField(name) => Self::MissingField(name),
            Format::TooManyFields => Self::TooManyFields(error.to_string()),
            Format::FormNotUtf8 { .. } | Format::Json(_) => Self::Malformed(error.to_string()),
            Format::NoSecretKey => Self::Misconfigured(format!("{error} {WHERE_THE_KEY_IS_SET}")),
            Format::SecretKeyFallbacks
            | Format::SessionTooDeep
            | Format::SessionTooLarge
            | Format::SessionCookieTooLarge { .. } => Self::Misconfigured(error.to_string()),
            Format::NoMemory => Self::Unavailable {
                detail: error.to_string(),
                retry_after_seconds: RETRY_AFTER_SECONDS,
            },
            error => Self::internal(error),
        }
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, as the client sent it or should have.
    pub field: String,
    /// What is wrong, in a word that stays the same for programs: `too-long`.
    pub code: &'static str,
    /// What is wrong, and what would be right.
    pub detail: String,
}

impl Error {
    /// 400 for one parameter of the query.
    pub fn bad_parameter(
        field: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::BadParameter(FieldError::new(field, code, detail))
    }

    /// 401.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Unauthorized { code, detail }
    }

    /// 403.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::Forbidden { code, detail }
    }

    /// 413 for something in the body.
    pub fn too_much(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::TooMuch { code, detail }
    }

    /// 422 for one field of a body.
    pub fn invalid(
        field: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        let error = FieldError::new(field, code, detail);
        let detail = format!("the field {} {}", error.field, error.detail);
        Self::invalid_fields(detail, vec![error])
    }

    /// 422 for several fields of a body.
    pub fn invalid_fields(detail: impl Into<String>, errors: Vec<FieldError>) -> Self {
        Self::Unprocessable {
            code: INVALID_FIELDS,
            detail: detail.into(),
            errors,
        }
    }

    /// 422 for the request as a whole.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Unprocessable {
            code,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// 500 for any cause.
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        Self::Internal(cause.into())
    }

    /// What the log is to say: the cause where it is not for the client.
    pub(crate) fn cause(&self) -> &(dyn std::error::Error + 'static) {
        match self {
            Self::Internal(cause) => cause.as_ref(),
            error => error,
        }
    }

    /// The status that the client gets.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) | Self::MissingField(_) | Self::BadParameter(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge { .. } | Self::TooMuch { .. } | Self::TooManyFields(_) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::UnsupportedMediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RangeNotSatisfiable { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Unprocessable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) | Self::Misconfigured(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotGranted(_) | Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Gateway(error) => error.status,
            Self::InsufficientStorage(_) => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    /// What went wrong, in a word that stays the same for programs: what [`Self::status`] says, and more where it
    /// may mean several things.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::MissingField(_) => "missing-field",
            Self::BadParameter(_) => "bad-parameter",
            Self::Unauthorized { code, .. }
            | Self::Forbidden { code, .. }
            | Self::Conflict { code, .. }
            | Self::TooMuch { code, .. }
            | Self::Unprocessable { code, .. } => code,
            Self::CrossSite => "cross-site",
            Self::NotFound(_) => "not-found",
            Self::MethodNotAllowed { .. } => "method-not-allowed",
            Self::PreconditionFailed => "precondition-failed",
            Self::TooLarge { .. } => "body-too-large",
            Self::TooManyFields(_) => "too-many-fields",
            Self::UnsupportedMediaType { .. } => "unsupported-media-type",
            Self::RangeNotSatisfiable { .. } => "range-not-satisfiable",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::Internal(_) => "internal",
            Self::Misconfigured(_) => "misconfigured",
            Self::NotGranted(_) => "not-granted",
            Self::Unavailable { .. } => "unavailable",
            Self::Gateway(error) => error.code,
            Self::InsufficientStorage(_) => "storage-full",
        }
    }

    /// The fields that are wrong.
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::MissingField(field) => vec![FieldError::missing(field)],
            Self::BadParameter(error) => vec![error.clone()],
            Self::Unprocessable { errors, .. } => errors.clone(),
            _ => Vec::new(),
        }
    }
}

impl FieldError {
    /// What is wrong with a field, for programs and in words.
    pub fn new(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            detail: detail.into(),
        }
    }

    /// For a field that is not there.
    pub fn missing(field: impl Into<String>) -> Self {
        Self::new(field, "missing", "is missing")
    }
}
