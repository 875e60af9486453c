//! Everything that no other component answers: 404, whatever the method.

use kit::{App, Response};

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    App::new().run(request).await
}
