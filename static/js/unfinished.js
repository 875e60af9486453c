// Deletions whose end this tab has not seen, kept for the page that comes next in it.

const KEY = "unfinished deletions";

/** The deletions as `{ word, etag }`. */
export function all() {
    try {
        return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
    } catch {
        // A browser may keep nothing, by its user's wish. Then a word may show until it is gone.
        return [];
    }
}

/** Keeps one, in the state in which it is now. */
export function add({ word, etag }) {
    keep([...others(word), { word, etag }]);
}

/** Drops one. */
export function remove({ word }) {
    keep(others(word));
}

function others(word) {
    return all().filter((other) => other.word.id !== word.id);
}

function keep(deletions) {
    try {
        sessionStorage.setItem(KEY, JSON.stringify(deletions));
    } catch {
        // As above.
    }
}
