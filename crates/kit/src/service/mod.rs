//! A component's entrance: from the runtime's request to an app's answer, and back.
//!
//! `spin_sdk::http_service` does the same for any handler. It hands everything over that a request may have:
//! all headers, scheme, authority, options, trailers. This takes what is asked for, and leaves the rest outside.

mod outgoing;

use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};

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
