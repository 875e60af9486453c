//! A component's entrance: from the runtime's request to an app's answer, and back.
//!
//! `spin_sdk::http_service` does the same for any handler. It hands everything over that a request may have:
//! all headers, scheme, authority, options, trailers. This takes what is asked for, and leaves the rest outside.

mod body;
mod outgoing;

use http::{
    header::HOST,
    uri::{self, PathAndQuery},
};
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Request, Response};

pub(crate) use self::body::body;
use crate::app::App;

/// What the macro needs where it is used.
#[doc(hidden)]
pub mod exported {
    pub use spin_sdk::wasip3::{
        exports::http::handler::Guest,
        http::{
            service::export,
            types::{ErrorCode, Request, Response},
        },
    };

    pub use super::handle;
}

/// Makes an app the component's entrance, as `spin_sdk::http_service` makes a function.
///
/// It takes a function without arguments that returns an [`App`](crate::App), which is called for each request.
///
/// # Example
/// ```no_run
/// use kit::{App, Request, Response, Result, text};
///
/// kit::service!(app);
///
/// fn app() -> App {
///     App::new().get("/hello", hello)
/// }
///
/// async fn hello(_: Request) -> Result<Response> {
///     Ok(text("Hello, world!"))
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! service {
    ($app:ident) => {
        mod __kit_service {
            use $crate::__exported::{ErrorCode, Guest, Request, Response, export, handle};

            struct Component;
            export!(Component);

            impl Guest for Component {
                async fn handle(request: Request) -> ::std::result::Result<Response, ErrorCode> {
                    handle(super::$app(), request).await
                }
            }
        }
    };
}

/// Answers a request of the runtime.
///
/// # Errors
/// A method or a path that `http` does not take, or a header of the answer that the runtime does not.
#[doc(hidden)]
pub async fn handle(app: App, request: Request) -> Result<Response, ErrorCode> {
    let request = crate::Request::from_wasi(request)?;
    outgoing::response(app.answer(request).await)
}

/// A request's URI. Its authority is left outside where there is a `Host`, which says the same.
///
/// # Errors
/// It is none.
pub(crate) fn uri(request: &Request, headers: &Fields) -> Result<uri::Parts, ErrorCode> {
    let invalid = |_| ErrorCode::HttpRequestUriInvalid;
    let path = request.get_path_with_query();
    let path = path.map(PathAndQuery::from_maybe_shared).transpose();
    let authority = match headers.has(HOST.as_str()) {
        true => None,
        false => request.get_authority(),
    };
    let authority = authority.map(uri::Authority::from_maybe_shared).transpose();
    let scheme = request.get_scheme().map(uri::Scheme::try_from).transpose();
    let mut parts = uri::Parts::default();
    parts.path_and_query = path.map_err(invalid)?;
    parts.authority = authority.map_err(invalid)?;
    parts.scheme = scheme.map_err(invalid)?;
    Ok(parts)
}
