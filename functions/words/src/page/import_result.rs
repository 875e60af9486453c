//! What became of a file that was just imported, as an address says it: the word book is asked for by a redirection, and
//! says it above its words.

use kit::MultiDict;
use site::url;

use super::{texts::Texts, visit::HOME};
use crate::import::{Reading, Report};

/// The parameters that say how many words of a file were imported, and how many were there already.
const IMPORTED: &str = "imported";
const THERE: &str = "there";

/// The parameter that says how the file was read, and what stands between two readings in it.
const READ: &str = "read";
const BETWEEN_READINGS: &str = ",";

/// The most readings that an address may say. A file has one of each kind.
const MAX_READINGS: usize = 8;

/// The word book that says how many words were imported; see [`counts`].
pub(super) fn home_after_import(report: &Report) -> String {
    let [imported, there] = [report.imported, report.skipped].map(|count| count.to_string());
    let readings: Vec<String> = report.readings.iter().map(Reading::token).collect();
    let read = readings.join(BETWEEN_READINGS);
    let home = url(
        HOME,
        &[(IMPORTED, &imported), (THERE, &there), (READ, &read)],
    );
    format!("{home}#import-result")
}

/// What the address says of an import that is just done, in words.
pub(super) fn counts_of_import(texts: &Texts, args: &MultiDict) -> Vec<String> {
    let count = |name| args.get(name).and_then(|text| text.parse().ok());
    match (count(IMPORTED), count(THERE)) {
        (Some(imported), Some(there)) => {
            let mut said = counts(texts, imported, there);
            let read = args.get(READ).unwrap_or_default().split(BETWEEN_READINGS);
            let readings = read.take(MAX_READINGS).filter_map(Reading::from_token);
            said.extend(readings.map(|reading| texts.reading(&reading)));
            said
        }
        _ => Vec::new(),
    }
}

/// How many words were imported, and how many were there already.
pub(super) fn counts(texts: &Texts, imported: usize, there: usize) -> Vec<String> {
    let mut counts = vec![texts.imported.text(number(imported))];
    if there > 0 {
        counts.push(texts.there.text(number(there)));
    }
    counts
}

/// A number of words or lines.
pub(super) fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
