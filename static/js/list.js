// The words that are shown: all, or those that match; the first ones, and more on demand.

import * as address from "./address.js";
import * as api from "./api.js";
import { actionOf, adopt, glow, guardDoubleClicks, knownOf, makeRow, withButtons } from "./rows.js";
import { counted, grouped, text } from "./texts.js";

const section = document.querySelector(".book-words");
const table = document.querySelector("#words");
const body = table.tBodies[0];
const status = document.querySelector("#status");
const older = document.querySelector("#older");
const more = document.querySelector(".more");
const emptyBook = document.querySelector("#empty-book");
const emptySearch = document.querySelector("#empty-search");

/** Up to so many matches are counted. */
const MAX_COUNTED = Number(status.dataset.max);

/** What is shown: `after` is where it begins, `through` the last word that was added on demand. */
let place = { ...address.read(), q: status.dataset.q };
/** How many words there are, or match; null where nobody knows. */
let total = status.dataset.total === "" ? null : Number(status.dataset.total);
/** Where the next page begins; null where there is none. */
let next = more.dataset.next || null;
/** Counts the lists that were shown, so that what comes late is not added to another one. */
let shown = 0;
let running = null;

/** The rows that are in the total. One that was added or changed may be shown without matching. */
const inTotal = new WeakSet();

/** What is shown no longer although an answer may still have it: by id, the word and whether the server
    has it in its total. */
const hidden = new Map();

/** Makes what came with the page work. */
export function start() {
    guardDoubleClicks();
    for (const row of rows()) {
        adopt(row);
        inTotal.add(row);
    }
    withButtons(more);
    more.querySelector("button").addEventListener("click", showMore);
    setEmpty();
}

/** Shows the newest words that match, and keeps them in the address. */
export function show(q) {
    return load({ q, limit: place.limit, after: "", through: "" }, address.write);
}

/** Shows the same again as it is now, from the newest on. */
export function reload() {
    return show(place.q);
}

/** Shows what the address asks for, where that is something else. */
export async function showAddress() {
    const wanted = address.read();
    const isSame = Object.keys(wanted).every((name) => wanted[name] === place[name]);
    if (!isSame || running) await load(wanted, address.follow);
}

/** Shows a new word first, whether it matches or not: whoever added it wants to see it. */
export function add(word, etag) {
    const row = makeRow(word, etag);
    body.prepend(row);
    count(row);
    setEmpty();
    glow(row);
}

/** Counts a row anew whose word was changed. */
export function count(row) {
    const was = inTotal.has(row);
    const is = matches(knownOf(row).word);
    if (is) inTotal.add(row);
    else inTotal.delete(row);
    changeTotal(Number(is) - Number(was));
}

/** Takes a row out of the list, for as long as it is not put back. */
export function takeOut(row) {
    const { word } = knownOf(row);
    const isInTotal = inTotal.has(row);
    hidden.set(word.id, { word, isInTotal, shown });
    row.remove();
    changeTotal(-Number(isInTotal));
    setEmpty();
}

/** Hides a word that another page has taken out of its list; the answer is its row, where there is one. */
export function hide(word) {
    const row = rows().find((other) => idOf(other) === word.id);
    if (row) takeOut(row);
    else hidden.set(word.id, { word, isInTotal: false, shown });
    return row;
}

/** Puts a row back, if what is shown now has a place for it. */
export function putBack(row) {
    const id = idOf(row);
    const { isInTotal, shown: before } = hidden.get(id);
    hidden.delete(id);
    changeTotal(Number(isInTotal));
    if (isInTotal) inTotal.add(row);
    const last = rows().at(-1);
    if (before !== shown && !(isInTotal && isWithin(id, last && idOf(last)))) return;
    body.insertBefore(row, rows().find((other) => idOf(other) < id) ?? null);
    setEmpty();
    glow(row);
}

/** Shows a word again when next it comes. */
export function unhide(id) {
    hidden.delete(id);
}

/** Remembers of a word that the server has it no longer. An answer that is on its way still may. */
export function forget(id) {
    hidden.set(id, { word: null, isInTotal: false, shown });
}

/** The row below another one, or else the one above. */
export function neighbour(row) {
    return row.nextElementSibling ?? row.previousElementSibling;
}

/** Puts the focus on a button of this row or, where it is gone, of the first one. */
export function focusOn(row, action) {
    const there = row?.isConnected ? row : body.rows[0];
    const button = there && actionOf(there, action);
    (button ?? document.querySelector("#q")).focus();
}

/** Shows other words; `keep` gets where they are. */
async function load(wanted, keep) {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    section.setAttribute("aria-busy", "true");
    try {
        const found = await api.list({ ...wanted, signal: mine.signal });
        if (running !== mine) return;
        place = wanted;
        keep(place);
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

async function showMore({ currentTarget: button }) {
    if (button.getAttribute("aria-busy")) return;
    const list = shown;
    button.setAttribute("aria-busy", "true");
    button.textContent = text("more-loading");
    try {
        const found = await api.list({ q: place.q, after: next, limit: place.limit });
        if (list !== shown) return;
        const added = rowsForMore(found);
        body.append(...added);
        next = found.next;
        setEmpty();
        status.textContent = `${statusText()} ${counted("more-shown", added.length)}`;
        focus(added[0] ?? body.lastElementChild);
        keepReach(found);
    } catch (failure) {
        if (!(failure instanceof api.Failure)) throw failure;
        status.textContent = failure.reason;
    } finally {
        button.removeAttribute("aria-busy");
        button.textContent = text("more");
    }
}

/** Keeps in the address how far down the list goes now. */
function keepReach(found) {
    const last = found.words.at(-1);
    if (!last) return;
    place = { ...place, through: String(last.id) };
    address.extend(place);
}

/** A row is no place for the focus, unless it comes from a button that may be gone. */
function focus(row) {
    if (!row) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
}

function replaceRows(found) {
    shown += 1;
    next = found.next;
    if (older) older.hidden = !place.after;
    const edited = new Map(rows().filter(isEdited).map((row) => [idOf(row), row]));
    const listed = visible(found).map((word) => edited.get(word.id) ?? makeRow(word));
    // What is being edited stays, whether it matches or not.
    const kept = [...edited.values()].filter((row) => !listed.includes(row));
    body.replaceChildren(...kept, ...listed);
    for (const row of listed) inTotal.add(row);
    for (const row of kept) {
        if (matches(knownOf(row).word)) inTotal.add(row);
        else inTotal.delete(row);
    }
    total = found.total;
    for (const [id, entry] of hidden) {
        const isElsewhere = !isWithin(id, found.words.at(-1)?.id);
        entry.isInTotal = isAmong(id, found) || (isElsewhere && matches(entry.word));
        if (total !== null) total -= Number(entry.isInTotal);
    }
    setEmpty();
}

/** The rows for words that are not shown yet. */
function rowsForMore(found) {
    const there = new Map(rows().map((row) => [idOf(row), row]));
    const added = [];
    for (const word of visible(found)) {
        const row = there.get(word.id) ?? makeRow(word);
        inTotal.add(row);
        if (!there.has(word.id)) added.push(row);
    }
    return added;
}

function visible(found) {
    return found.words.filter((word) => !hidden.has(word.id));
}

function isAmong(id, found) {
    return found.words.some((word) => word.id === id);
}

/** Whether a word with this id would be in a list that ends with `last`, if it matched. */
function isWithin(id, last = 0) {
    return (!place.after || id < Number(place.after)) && (next === null || id >= last);
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
    if (word === null) return false;
    const needle = place.q.toLowerCase();
    const texts = [word.english, word.chinese, word.sentence_eng, word.sentence_chi];
    return texts.some((field) => field.toLowerCase().includes(needle));
}

function changeTotal(by) {
    if (total === null || by === 0) return;
    total += by;
    setStatus();
}

function setStatus() {
    status.textContent = statusText();
}

function statusText() {
    const { q } = place;
    if (total === null) return text("matches-over", { n: grouped(MAX_COUNTED), q });
    return q === "" ? counted("count", total) : counted("matches", total, { q });
}

function setEmpty() {
    const { q } = place;
    const none = body.rows.length === 0;
    table.hidden = none;
    more.hidden = next === null;
    emptyBook.hidden = !none || q !== "" || total !== 0;
    emptySearch.hidden = !none || q === "";
    emptySearch.querySelector("h3").textContent = text("no-match-heading", { q });
    const use = emptySearch.querySelector("button");
    use.textContent = text("add-this", { q });
    use.hidden = document.querySelector("#add") === null;
}
