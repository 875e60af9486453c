// The rows of the table: a word each.

import { text } from "./texts.js";

const template = document.querySelector("#row").content.querySelector("tr");

/** Whose words may be changed: those of this account, which is there since a moment, or all. The server refuses the others. */
const { account, since, changes } = document.querySelector("#words").dataset;

/** The word and the tag of each row; a tag is known where a word came alone, or with the page. */
const known = new WeakMap();

/** A row of its own for a word. */
export function makeRow(word, etag = null) {
    const row = template.cloneNode(true);
    row.id = `word-${word.id}`;
    row.dataset.id = word.id;
    if (mayChange(word)) withButtons(row);
    else row.querySelector(".actions-inner").remove();
    fillRow(row, word, etag);
    return row;
}

/** Takes over a row that came with the page. */
export function adopt(row) {
    const word = { id: Number(row.dataset.id) };
    for (const element of row.querySelectorAll("[data-field]")) {
        word[element.dataset.field] = element.textContent;
    }
    known.set(row, { word, etag: row.dataset.etag });
    withButtons(row);
}

/** Shows another state of a word in its row. */
export function fillRow(row, word, etag = null) {
    known.set(row, { word, etag });
    for (const element of row.querySelectorAll("[data-field]")) {
        element.textContent = word[element.dataset.field];
    }
    const values = { word: nameOf(word) };
    label(row, "edit", text("edit-word", values));
    label(row, "delete", text("delete-word", values));
}

/** What a word is called. What came in by /data may lack one of the two. */
export function nameOf(word) {
    return word.english || word.chinese;
}

/** Whether two words are the same to the book, which may know more letters that are alike. */
export function isSamePair(one, other) {
    return ["english", "chinese"].every((name) => keyOf(one[name]) === keyOf(other[name]));
}

/** What is known of a row: `{ word, etag }`. */
export function knownOf(row) {
    return known.get(row);
}

export function actionOf(row, action) {
    return row.querySelector(`[data-action="${action}"]`);
}

/** Calls `run` with the row and the button whenever the button for this action is pressed in a row. */
export function onAction(action, run) {
    document.querySelector("#words").addEventListener("click", (event) => {
        const button = event.target.closest(`[data-action="${action}"]`);
        if (button) run(button.closest("tr"), button);
    });
}

/** Drops the second click of a double click where the first one took away what was clicked: the next row, or a
    form, is under the pointer by then, and nobody means it. A click without a pointer has no count. */
export function guardDoubleClicks() {
    let pressed = null;
    const guard = (event) => {
        if (event.detail > 1 && !pressed?.isConnected) {
            // Of a mousedown that is the focus.
            event.preventDefault();
            event.stopImmediatePropagation();
        } else if (event.type === "mousedown") {
            pressed = event.target;
        }
    };
    for (const type of ["mousedown", "click"]) document.addEventListener(type, guard, { capture: true });
}

/** Shows that a row is new, or changed. */
export function glow(row) {
    row.classList.remove("is-new");
    // Reading a measure makes the browser see that the class was gone.
    row.getBoundingClientRect();
    row.classList.add("is-new");
}

/** Makes buttons of links: without scripts they lead to other pages, with them they do not. */
export function withButtons(root) {
    for (const link of root.querySelectorAll("a[data-action]")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = link.className;
        button.title = link.title;
        button.dataset.action = link.dataset.action;
        button.append(...link.childNodes);
        link.replaceWith(button);
    }
}

function mayChange({ owner, created_at: created }) {
    // What is older than the account was an earlier one's of the same name.
    return changes === "all" || (owner !== null && owner === account && created >= since);
}

function label(row, action, name) {
    const button = actionOf(row, action);
    if (button) button.querySelector(".visually-hidden").textContent = name;
}

function keyOf(name) {
    return name.trim().toLowerCase();
}
