//! How much is read.

/// The fields that a query or an urlencoded form may have, in number; that many are accepted, and one more is
/// refused. A field of two bytes takes a hundred times as much once it is read and shown, and an instance has
/// many requests at the same time.
pub const MAX_FIELDS: usize = 10_000;

/// How deep arrays and objects may be nested; one level more is refused. Each level takes stack, of which a
/// WebAssembly component has 1 MiB.
pub const MAX_JSON_DEPTH: usize = 100;

/// How many digits an integer may have, as in Python (`sys.int_info.default_max_str_digits`); one
/// more is refused. Reading a number takes time that is quadratic in its digits.
pub const MAX_INTEGER_DIGITS: usize = 4300;
