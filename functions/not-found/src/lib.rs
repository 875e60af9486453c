//! Everything that no other component answers: 404, whatever the method.

use kit::App;

kit::service!(app);

fn app() -> App {
    site::app()
}
