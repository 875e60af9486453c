// The words that are shown: all, or those that match; the first ones, and more on demand.

import * as api from "./api.js";
import { adopt, glow, makeRow, withButtons } from "./rows.js";
import { counted, grouped, text } from "./texts.js";

const section = document.querySelector(".book-words");
const table = document.querySelector("#words");
const body = table.tBodies[0];
const status = document.querySelector("#status");
const older = document.querySelector("#older");
const more = document.querySelector(".more");
const emptyBook = document.querySelector("#empty-book");
const emptySearch = document.querySelector("#empty-search");
const languageSwitch = document.querySelector("#language a");

/** Up to so many matches are counted. */
const MAX_COUNTED = Number(status.dataset.max);

const limit = new URLSearchParams(location.search).get("limit");

let q = status.dataset.q;
/** How many words there are, or match; null where nobody knows. */
let total = status.dataset.total === "" ? null : Number(status.dataset.total);
/** Where the next page begins; null where there is none. */
let next = more.dataset.next || null;
/** Counts the lists that were shown, so that what comes late is not added to another one. */
let shown = 0;
let running = null;

/** Ids of words that are no longer shown, although the server may still have them. */
export const hidden = new Set();

/** Makes what came with the page work. */
export function start() {
    for (const row of rows()) adopt(row);
    withButtons(more);
    more.querySelector("button").addEventListener("click", showMore);
    setEmpty();
}

/** What is searched for. */
export function query() {
    return q;
}

/** Shows the newest words that match, and keeps them in the address. */
export async function show(wanted) {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    section.setAttribute("aria-busy", "true");
    try {
        const found = await api.list({ q: wanted, limit, signal: mine.signal });
        if (running !== mine) return;
        q = wanted;
        setAddress();
        replaceRows(found);
        setStatus();
    } catch (failure) {
        if (running !== mine) return;
        if (!(failure instanceof api.Failure)) throw failure;
        status.textContent = failure.reason;
    } finally {
        if (running === mine) {
            running = null;
            section.removeAttribute("aria-busy");
        }
    }
}

/** Shows the same again as it is now. */
export function reload() {
    return show(q);
}

/** Shows a new word first, whether it matches or not: whoever added it wants to see it. */
export function add(word, etag) {
    const row = makeRow(word, etag);
    body.prepend(row);
    if (matches(word)) changeTotal(1);
    setEmpty();
    glow(row);
}

/** Takes a row out of the list; the answer puts it back. */
export function takeOut(row) {
    const list = shown;
    row.remove();
    changeTotal(-1);
    setEmpty();
    return () => {
        if (list !== shown) {
            reload();
            return;
        }
        body.insertBefore(row, rows().find((other) => idOf(other) < idOf(row)) ?? null);
        changeTotal(1);
        setEmpty();
        glow(row);
    };
}

/** The row below another one, or else the one above. */
export function neighbour(row) {
    return row.nextElementSibling ?? row.previousElementSibling;
}

async function showMore({ currentTarget: button }) {
    if (button.getAttribute("aria-busy")) return;
    const list = shown;
    button.setAttribute("aria-busy", "true");
    button.textContent = text("more-loading");
    try {
        const found = await api.list({ q, after: next, limit });
        if (list !== shown) return;
        const added = rowsFor(found);
        body.append(...added);
        next = found.next;
        setEmpty();
        status.textContent = `${statusText()} ${counted("more-shown", added.length)}`;
        focus(added[0]);
    } catch (failure) {
        if (!(failure instanceof api.Failure)) throw failure;
        status.textContent = failure.reason;
    } finally {
        button.removeAttribute("aria-busy");
        button.textContent = text("more");
    }
}

/** A row is no place for the focus, unless it comes from a button that may be gone. */
function focus(row) {
    if (!row) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
}

function replaceRows(found) {
    shown += 1;
    const added = rowsFor(found);
    // What is being edited stays, whether it matches or not.
    const edited = rows().filter((row) => isEdited(row) && !added.includes(row));
    body.replaceChildren(...edited, ...added);
    const gone = q === "" ? hidden.size : found.words.length - added.length;
    total = found.total === null ? null : found.total - gone;
    next = found.next;
    if (older) older.hidden = true;
    setEmpty();
}

function rowsFor(found) {
    const edited = new Map(rows().filter(isEdited).map((row) => [idOf(row), row]));
    const words = found.words.filter((word) => !hidden.has(word.id));
    return words.map((word) => edited.get(word.id) ?? makeRow(word));
}

function rows() {
    return [...body.rows];
}

function isEdited(row) {
    return row.classList.contains("is-editing");
}

function idOf(row) {
    return Number(row.dataset.id);
}

/** Nearly what the server finds; only a count hangs on it. */
function matches(word) {
    const needle = q.toLowerCase();
    const texts = [word.english, word.chinese, word.sentence_eng, word.sentence_chi];
    return texts.some((field) => field.toLowerCase().includes(needle));
}

function changeTotal(by) {
    if (total === null) return;
    total += by;
    setStatus();
}

function setStatus() {
    status.textContent = statusText();
}

function statusText() {
    if (total === null) return text("matches-over", { n: grouped(MAX_COUNTED), q });
    return q === "" ? counted("count", total) : counted("matches", total, { q });
}

function setEmpty() {
    const none = body.rows.length === 0;
    table.hidden = none;
    more.hidden = next === null;
    emptyBook.hidden = !none || q !== "" || total !== 0;
    emptySearch.hidden = !none || q === "";
    emptySearch.querySelector("h3").textContent = text("no-match-heading", { q });
    const use = emptySearch.querySelector("button");
    use.textContent = text("add-this", { q });
    use.hidden = false;
}

function setAddress() {
    const here = new URL("/", location.href);
    if (q) here.searchParams.set("q", q);
    if (limit) here.searchParams.set("limit", limit);
    history.replaceState(null, "", here);
    const other = new URL(languageSwitch.href);
    other.searchParams.delete("after");
    other.searchParams.set("q", q);
    languageSwitch.href = other.href;
}
