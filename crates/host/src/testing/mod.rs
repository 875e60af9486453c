//! Tests of an application in the process of the test, as with Flask's `app.test_client()`.

mod app;
mod build;
mod client;
mod form;
mod redirect;
mod request;
mod response;
mod store;

pub use self::{
    app::{TestApp, TestAppBuilder},
    client::TestClient,
    form::MultipartForm,
    request::RequestBuilder,
    response::TestResponse,
    store::TestStore,
};
