//! What keeps a view from answering.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// A view's error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The client's, with what is told about it.
    Refused(StatusCode, &'static str),
    /// The server's: 500, and the cause on stderr.
    Internal(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Internal(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(status, why) => (status, why).into_response(),
            Self::Internal(error) => {
                eprintln!("{error:#}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
