//! The word book for a browser: the page at `/`, and those of a word and of an import.
//!
//! They work without scripts. Each is a template with its views and a view model beside it: `book`, `word`, `import`.
//! What several of them need is below these: `visit`, `form`, `import_form`, `import_result` and `texts`.

mod book;
mod form;
mod import;
mod import_form;
mod import_result;
#[cfg(test)]
mod tests;
mod texts;
mod visit;
mod word;

pub(crate) use self::{
    book::{create, index},
    import::import,
    word::{delete, replace, show},
};
