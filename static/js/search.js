// The search: as you type, and on Enter.

import * as address from "./address.js";
import { clear as clearForm, control, fill } from "./fields.js";
import * as list from "./list.js";

/** How long typing has to pause. It saves requests; answers that come late are dropped anyway. */
const PAUSE_MS = 120;

const form = document.querySelector("#search");
const input = document.querySelector("#q");
const clear = document.querySelector("#clear");
const emptySearch = document.querySelector("#empty-search");

let timer = 0;

export function start() {
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        search();
    });
    input.addEventListener("input", (event) => {
        // Letters of pinyin are not yet what is searched for.
        if (!event.isComposing) soon();
    });
    input.addEventListener("compositionend", soon);
    // Enter was pressed, or the field was left: what is typed next is another search.
    input.addEventListener("change", address.settle);
    clear.addEventListener("click", showAll);
    emptySearch.querySelector('[data-action="all"]').addEventListener("click", showAll);
    emptySearch.querySelector('[data-action="use"]').addEventListener("click", addThis);
    addEventListener("popstate", goBack);
    // A browser that loads a page again may fill in what was typed in it last.
    set(address.read().q);
}

function soon() {
    clear.hidden = input.value === "";
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
}

function search() {
    clearTimeout(timer);
    clear.hidden = input.value === "";
    list.show(input.value.trim());
}

function showAll(event) {
    event.preventDefault();
    address.settle();
    set("");
    input.focus();
    search();
}

/** Shows what the address asks for after Back or Forward. */
function goBack() {
    clearTimeout(timer);
    address.settle();
    set(address.read().q);
    list.showAddress();
}

function set(q) {
    input.value = q;
    clear.hidden = q === "";
}

/** Takes what was not found into the form for a new word. */
function addThis() {
    const add = document.querySelector("#add");
    const typed = input.value.trim();
    const isChinese = /\p{Script=Han}/u.test(typed);
    clearForm(add);
    fill(add, isChinese ? { chinese: typed } : { english: typed });
    control(add, isChinese ? "english" : "chinese").focus();
}
