//! Everything that no other component answers: 404, whatever the method.

use kit::Response;

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    site::app().run(request).await
}
