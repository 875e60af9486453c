//! What file is it: its bytes as text, and what stands above its table.

pub(super) mod charset;
pub(super) mod head;
pub(super) mod quizlet;
mod share;
