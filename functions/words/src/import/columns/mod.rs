//! Which column has which field: by the line that names them, or by what is in them.

mod guess;
mod heading;
pub(super) mod layout;
mod names;
mod pinyin;
pub(super) mod sample;
