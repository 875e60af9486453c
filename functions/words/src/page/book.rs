//! The page at `/`: the form, the words, import and export.

use askama::Template;
use http::StatusCode;
use kit::{Request, Response, Result, db::PageRequest, response::see_other};
use site::{Message, fill, grouped, url};

use super::{
    form::{self, Fields},
    import_form::ImportForm,
    import_result::counts_of_import,
    texts::Texts,
    visit::{HOME, Site, Visit, exists, home_of, located, tag_of, with_status},
};
use crate::{
    draft::Field,
    input,
    rights::Rights,
    store::{Inserted, ListRequest, Listing, MAX_COUNTED},
    word::Word,
};

/// The scripts that `words.js` imports. The browser is told, so that it loads all of them at once.
pub(super) const MODULES: &[&str] = &[
    "add",
    "address",
    "api",
    "drops",
    "edit",
    "fields",
    "grow",
    "import",
    "list",
    "remove",
    "rows",
    "search",
    "texts",
    "toasts",
    "unfinished",
];

/// The word book: GET /.
pub(crate) async fn index(request: Request) -> Result<Response> {
    let args = request.args();
    let kept =
        ["q", "limit", "after", "through"].map(|name| (name, args.get(name).unwrap_or_default()));
    if let Some(switched) = site::switched(&request, HOME, &kept)? {
        return Ok(switched);
    }
    let visit = Visit::open(&request).await?;
    let site = visit.site(&request, HOME, &kept);
    let fields = form::blank(site.texts, "add");
    let page = book(&request, &visit, site, (fields, None), StatusCode::OK).await?;
    visit.rights.save_on(page)
}

/// Adds the word of a form.
pub(crate) async fn create(mut request: Request) -> Result<Response> {
    let sent = request.text_fields(&Field::NAMES).await?;
    let sent = sent.all()?;
    let visit = Visit::open(&request).await?;
    let owner = visit.rights.owner()?;
    let site = visit.site(&request, HOME, &[]);
    let texts = site.texts;
    let mut fields = form::sent(texts, "add", sent);
    let draft = match input::draft_of(sent) {
        Ok(draft) => draft,
        Err(flaws) => {
            form::mark(&mut fields, texts, &flaws);
            let message = Message::new(texts.scripts.fix_fields);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return book(&request, &visit, site, (fields, Some(message)), status).await;
        }
    };
    match visit.words.insert(&draft, owner).await? {
        Inserted::New(word) => Ok(see_other(&home_of(word.id))),
        Inserted::Exists(id) => {
            fields[0].has_focus = true;
            let path = Word::path_of(id);
            let message = exists(&site, path.clone());
            let form = (fields, Some(message));
            let page = book(&request, &visit, site, form, StatusCode::CONFLICT).await?;
            located(page, &path)
        }
    }
}

/// The word book with what is said at its form.
async fn book(
    request: &Request,
    visit: &Visit,
    site: Site,
    form: (Fields<'_>, Option<Message>),
    status: StatusCode,
) -> Result<Response> {
    let args = request.args();
    let mut wanted = ListRequest::from_args(args)?;
    wanted.q = wanted.q.trim();
    let listing = visit.words.list(wanted).await?;
    let counts = counts_of_import(site.texts, args);
    let page =
        Book::new(site, form, (wanted.page, wanted.q), &listing, &visit.rights)?.saying(counts);
    with_status(&page, status)
}

/// The page.
#[derive(Template)]
#[template(path = "book.html")]
pub(super) struct Book<'a> {
    site: Site,
    /// The form for a new word.
    fields: Fields<'a>,
    message: Option<Message>,
    words: WordsView<'a>,
    import: ImportForm,
    /// What became of a file that was just imported.
    import_result: Vec<String>,
    /// The formats of the export: the parameter, the name, and what it is good for.
    exports: [(&'static str, &'static str, &'static str); 3],
    /// Whether words may be added and imported.
    may_add: bool,
    /// Whether nobody is logged in who could be.
    is_nobody: bool,
    for_scripts: ForScripts,
}

/// The words that are shown.
struct WordsView<'a> {
    q: &'a str,
    /// How many there are: in words, and as a number where that is known.
    status: String,
    total: String,
    max_counted: i64,
    rows: Vec<RowView<'a>>,
    /// Whether there is a row, or else why not.
    empty: Empty,
    /// Where the next page is, and the cursor of it.
    next: Option<String>,
    cursor: &'a str,
    /// Where the first page is, where this is another one.
    newest: Option<String>,
    no_match_heading: String,
    /// Whose words the scripts may offer to change: those of the account, or all.
    account: &'a str,
    /// Since when there is this account: words that are older were an earlier one's of the same name.
    since: &'a str,
    may_change_all: bool,
}

/// Why no word is shown.
#[derive(PartialEq, Eq)]
enum Empty {
    /// There are some.
    No,
    Book,
    Search,
    /// There are none that are older.
    Page,
}

/// A word in the table.
pub(super) struct RowView<'a> {
    id: String,
    etag: String,
    english: &'a str,
    chinese: &'a str,
    sentence_eng: &'a str,
    sentence_chi: &'a str,
    edit: String,
    delete: String,
    may_change: bool,
}

/// What the scripts need: texts, and rows and fields to be filled in.
struct ForScripts {
    modules: &'static [&'static str],
    data: site::ForScripts,
    row: RowView<'static>,
    fields: Fields<'static>,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        site: Site,
        (fields, message): (Fields<'a>, Option<Message>),
        (which, q): (PageRequest, &'a str),
        listing: &'a Listing,
        rights: &'a Rights,
    ) -> Result<Self> {
        let texts = site.texts;
        Ok(Self {
            fields,
            message,
            words: WordsView::new(texts, (which, q), listing, rights),
            import: ImportForm::new(texts, false),
            import_result: Vec::new(),
            exports: [
                ("csv", "CSV", texts.export_csv),
                ("anki", "Anki", texts.export_anki),
                ("json", "JSON", texts.export_json),
            ],
            for_scripts: ForScripts {
                modules: MODULES,
                data: site::ForScripts::new(&texts.for_scripts())?,
                row: RowView::blank(),
                fields: form::blank(texts, "editor"),
            },
            may_add: rights.visit().may_add(),
            is_nobody: rights.visit().is_guest(),
            site,
        })
    }

    /// The same with what became of a file, if one was just imported.
    pub(super) fn saying(self, import_result: Vec<String>) -> Self {
        Self {
            import_result,
            ..self
        }
    }
}

impl<'a> WordsView<'a> {
    fn new(
        texts: &Texts,
        (which, q): (PageRequest, &'a str),
        listing: &'a Listing,
        rights: &'a Rights,
    ) -> Self {
        let page = &listing.page;
        let empty = match (page.items.is_empty(), which.after, q) {
            (false, _, _) => Empty::No,
            (true, Some(_), _) => Empty::Page,
            (true, None, "") => Empty::Book,
            (true, None, _) => Empty::Search,
        };
        // Only what differs from the page without a query is in the links.
        let limit = if which.limit == kit::db::DEFAULT_PAGE_ROWS {
            String::new()
        } else {
            which.limit.to_string()
        };
        let page_at = |after: &str| url("/", &[("q", q), ("limit", &limit), ("after", after)]);
        let account = rights.visit().account();
        Self {
            q,
            status: status(texts, q, listing.total),
            total: listing
                .total
                .map(|total| total.to_string())
                .unwrap_or_default(),
            max_counted: MAX_COUNTED,
            rows: page
                .items
                .iter()
                .map(|word| RowView::new(texts, word, rights.may_change(word)))
                .collect(),
            empty,
            next: page.next.as_deref().map(page_at),
            cursor: page.next.as_deref().unwrap_or_default(),
            newest: which.after.map(|_| page_at("")),
            no_match_heading: fill(texts.scripts.no_match_heading, &[("q", q)]),
            account: account.map_or("", |account| &account.name),
            since: account.map_or("", |account| &account.created_at),
            may_change_all: rights.may_change_all(),
        }
    }
}

impl<'a> RowView<'a> {
    fn new(texts: &Texts, word: &'a Word, may_change: bool) -> Self {
        // What came in by /data may lack a word.
        let name = [&word.draft.english, &word.draft.chinese];
        let name = name
            .into_iter()
            .find(|name| !name.is_empty())
            .map_or("", String::as_str);
        let label = |text| fill(text, &[("word", name)]);
        Self {
            id: word.id.to_string(),
            etag: tag_of(word),
            english: &word.draft.english,
            chinese: &word.draft.chinese,
            sentence_eng: &word.draft.sentence_eng,
            sentence_chi: &word.draft.sentence_chi,
            edit: label(texts.scripts.edit_word),
            delete: label(texts.scripts.delete_word),
            may_change,
        }
    }

    /// A row to be filled in.
    fn blank() -> Self {
        Self {
            id: String::new(),
            etag: String::new(),
            english: "",
            chinese: "",
            sentence_eng: "",
            sentence_chi: "",
            edit: String::new(),
            delete: String::new(),
            may_change: true,
        }
    }
}

/// How many words there are, or match.
fn status(texts: &Texts, q: &str, total: Option<i64>) -> String {
    match (q, total) {
        ("", Some(n)) => texts.scripts.count.text(n),
        ("", None) => String::new(),
        (q, Some(n)) => texts.scripts.matches.with(n, &[("q", q)]),
        (q, None) => fill(
            texts.scripts.matches_over,
            &[("n", &grouped(MAX_COUNTED)), ("q", q)],
        ),
    }
}
