//! How Python prints and strips.

mod float;
mod repr;
mod strip;

pub use self::{
    float::float,
    repr::{is_printable, list_repr, repr},
    strip::strip,
};
pub use crate::date::python_datetime as datetime;

pub(crate) use self::repr::push_repr;
