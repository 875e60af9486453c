// Editing a word in its row.

import * as api from "./api.js";
import * as list from "./list.js";
import * as remove from "./remove.js";
import { busy, clear, control, enhance, explain, fill, isComposing, say, valuesOf } from "./fields.js";
import { actionOf, fillRow, glow, isSamePair, knownOf, nameOf, onAction } from "./rows.js";
import { showFailure } from "./toasts.js";
import { announce, text } from "./texts.js";

const template = document.querySelector("#editor").content.firstElementChild;
const theirsTemplate = document.querySelector("#theirs").content.firstElementChild;

export function start() {
    onAction("edit", open);
}

async function open(row, button) {
    if (knownOf(row).etag === null) {
        if (button.getAttribute("aria-busy")) return;
        button.setAttribute("aria-busy", "true");
        try {
            const { body: word, etag } = await api.read(row.dataset.id);
            if (!row.isConnected) return;
            fillRow(row, word, etag);
            list.count(row);
        } catch (failure) {
            if (!(failure instanceof api.Failure)) throw failure;
            showFailure(failure.reason, () => list.focusOn(row, "edit"));
            return;
        } finally {
            button.removeAttribute("aria-busy");
        }
    }
    if (!row.classList.contains("is-editing")) new Editor(row);
}

/** The form in a row. Its cells come back when it is closed. */
class Editor {
    constructor(row) {
        this.row = row;
        this.cells = [...row.childNodes];
        const { word, etag } = knownOf(row);
        this.etag = etag;
        const cell = template.cloneNode(true);
        this.form = cell.querySelector("form");
        this.button = actionOf(cell, "save");
        for (const name of ["id", "for", "aria-describedby"]) {
            for (const element of cell.querySelectorAll(`[${name}]`)) {
                const own = element.getAttribute(name).replace("editor", `edit-${word.id}`);
                element.setAttribute(name, own);
            }
        }
        this.form.setAttribute("aria-label", text("edit-word", { word: nameOf(word) }));
        // Who clicks beside its fields is still in it, and Esc closes it.
        this.form.tabIndex = -1;
        row.classList.add("is-editing");
        row.replaceChildren(cell);
        fill(this.form, word);
        enhance(this.form);
        this.listen();
        control(this.form, "english").focus();
    }

    listen() {
        this.form.addEventListener("submit", (event) => {
            event.preventDefault();
            if (!this.saving) this.save();
        });
        this.form.addEventListener("keydown", (event) => {
            if (event.key === "Escape" && !isComposing(event)) this.cancel();
        });
        actionOf(this.form, "cancel").addEventListener("click", () => this.cancel());
        actionOf(this.form, "take").addEventListener("click", () => this.take());
    }

    async save() {
        this.saving = true;
        const idle = busy(this.button, text("saving"));
        try {
            const typed = valuesOf(this.form);
            await remove.finish((word) => isSamePair(word, typed));
            const { body: word, etag } = await api.replace(this.row.dataset.id, typed, this.etag);
            this.close(word, etag);
            announce(text("saved", { word: word.english }));
        } catch (failure) {
            if (!(failure instanceof api.Failure)) throw failure;
            idle();
            if (failure.status === 412) await this.compare();
            else this.explain(failure);
        } finally {
            this.saving = false;
        }
    }

    explain(failure) {
        this.isGone = failure.status === 404;
        explain(this.form, failure);
    }

    /** Shows what somebody else saved meanwhile, and asks which of the two is to stay. */
    async compare() {
        try {
            this.theirs = await api.read(this.row.dataset.id);
        } catch (failure) {
            if (!(failure instanceof api.Failure)) throw failure;
            this.explain(failure);
            return;
        }
        clear(this.form);
        say(this.form, text("changed"));
        // Saving again means to replace what is shown now.
        this.etag = this.theirs.etag;
        this.button.textContent = text("keep-mine");
        actionOf(this.form, "take").hidden = false;
        this.form.querySelector(".theirs")?.remove();
        const shown = this.showTheirs();
        this.form.querySelector(".fields").before(shown);
        shown.focus();
    }

    showTheirs() {
        const shown = theirsTemplate.cloneNode(true);
        const typed = valuesOf(this.form);
        for (const field of shown.querySelectorAll("[data-field]")) {
            const name = field.dataset.field;
            const theirs = this.theirs.body[name];
            field.querySelector("dd").textContent = theirs || text("empty-value");
            field.classList.toggle("differs", theirs !== typed[name].trim());
        }
        return shown;
    }

    take() {
        this.close(this.theirs.body, this.theirs.etag);
        announce(text("saved", { word: this.theirs.body.english }));
    }

    cancel() {
        // What is known to be there now is shown, and nothing older.
        if (this.isGone) this.drop();
        else if (this.theirs) this.close(this.theirs.body, this.theirs.etag);
        else this.close();
        announce(text("cancelled"));
    }

    /** Takes the row away: its word is deleted. */
    drop() {
        const neighbour = list.neighbour(this.row);
        list.takeOut(this.row);
        list.forget(knownOf(this.row).word.id);
        list.focusOn(neighbour, "edit");
    }

    /** Puts the row back, with what the word is now. */
    close(word, etag) {
        this.row.replaceChildren(...this.cells);
        this.row.classList.remove("is-editing");
        if (word) {
            fillRow(this.row, word, etag);
            list.count(this.row);
            glow(this.row);
        }
        actionOf(this.row, "edit").focus();
    }
}
