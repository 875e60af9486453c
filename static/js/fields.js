// The form of a word: its four fields, and what is said at them.

import { grow, grows } from "./grow.js";
import { flawOf, text } from "./texts.js";

const NAMES = ["english", "chinese", "sentence_eng", "sentence_chi"];

/** What is typed in a form. */
export function valuesOf(form) {
    return Object.fromEntries(NAMES.map((name) => [name, control(form, name).value]));
}

/** Puts a word's texts into a form, or nothing. */
export function fill(form, word = {}) {
    for (const name of NAMES) {
        control(form, name).value = word[name] ?? "";
        grow(control(form, name));
    }
}

export function control(form, name) {
    return form.querySelector(`[name="${name}"]`);
}

/** Says what is wrong at the fields, and puts the focus into the first of them. */
export function mark(form, errors) {
    clear(form);
    for (const error of errors) {
        const field = form.querySelector(`[data-field="${error.field}"]`);
        if (!field) continue;
        const said = field.querySelector(".field-error");
        said.textContent = `${said.textContent} ${flawOf(error)}`.trim();
        field.querySelector("input, textarea").setAttribute("aria-invalid", "true");
    }
    form.querySelector("[aria-invalid]")?.focus();
}

/** Takes back all that is said to be wrong. */
export function clear(form) {
    say(form, "");
    for (const said of form.querySelectorAll(".field-error")) said.textContent = "";
    for (const wrong of form.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
}

/** Takes back what is said at a field, and with the last of them that there is something to look at. */
function mend(form, field) {
    if (!field?.querySelector("[aria-invalid]")) return;
    field.querySelector(".field-error").textContent = "";
    field.querySelector("[aria-invalid]").removeAttribute("aria-invalid");
    const isMessage = form.querySelector(".message").textContent.trim() === text("fix-fields");
    if (isMessage && !form.querySelector("[aria-invalid]")) say(form, "");
}

/** Says something above the fields, and where to go from there. */
export function say(form, message, link = null) {
    const place = form.querySelector(".message");
    place.hidden = !message;
    place.replaceChildren(message);
    if (link) {
        const anchor = document.createElement("a");
        anchor.href = link;
        anchor.textContent = text("show-existing");
        place.append(" ", anchor);
    }
}

/** Says why a word was not saved. Of a word that changed meanwhile the caller says more. */
export function explain(form, failure) {
    clear(form);
    if (failure.status === 409) {
        say(form, text("exists"), failure.location);
        control(form, "english").focus();
    } else if (failure.errors.length > 0) {
        mark(form, failure.errors);
        say(form, text("fix-fields"));
    } else {
        say(form, failure.reason);
    }
}

/** Shows whether a form is on its way; while it is, it is not sent again. */
export function busy(button, label) {
    button.setAttribute("aria-busy", "true");
    const before = button.textContent;
    button.textContent = label;
    return () => {
        button.removeAttribute("aria-busy");
        button.textContent = before;
    };
}

/** Makes Enter send a form from its sentences too, and these as high as their text. A double click or Enter held
    down sends once, even if the answer is there before the second. What is said at a field is about what was sent,
    and goes when that is changed. */
export function enhance(form) {
    form.addEventListener("keydown", (event) => {
        const newLine = event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
        if (event.key !== "Enter" || newLine || isComposing(event)) return;
        if (!event.repeat && !event.target.matches("textarea")) return;
        event.preventDefault();
        if (!event.repeat) form.requestSubmit();
    });
    form.addEventListener("click", (event) => {
        if (event.detail > 1 && event.target.closest("button")) event.preventDefault();
    });
    form.addEventListener("input", ({ target }) => mend(form, target.closest("[data-field]")));
    grows(form);
}

/** Whether a key belongs to an input method, as with pinyin. Safari sends Enter behind the end of it. */
export function isComposing(event) {
    return event.isComposing || event.keyCode === 229;
}
