#![doc = include_str!("../README.md")]

mod app;
mod error_page;
mod frame;
mod language;
mod migrations;
#[cfg(feature = "routes")]
pub mod routes;
mod scripts;
#[cfg(feature = "testing")]
pub mod testing;
mod texts;
mod url;
#[cfg(feature = "login")]
mod visit;

pub use app::app;
pub use frame::{Frame, Link, Message, Site, Visitor, switched};
pub use language::{Language, OFFERED};
pub use scripts::ForScripts;
pub use texts::{Counted, Texts, fill, grouped};
pub use url::{log_in, url};
#[cfg(feature = "login")]
pub use visit::Visit;
