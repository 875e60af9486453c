// Deleting a word, with some seconds to think again.

import * as api from "./api.js";
import * as list from "./list.js";
import { actionOf, fillRow, knownOf, nameOf } from "./rows.js";
import { announce, text } from "./texts.js";
import { offerUndo, showFailure } from "./toasts.js";

/** How long a deletion can be undone; the style sheet shows the same time. */
const SECONDS = 5;

/** The deletions that have not gone out yet. */
const waiting = new Set();

export function start() {
    document.querySelector("#words").addEventListener("click", (event) => {
        const button = event.target.closest('[data-action="delete"]');
        if (button) waiting.add(new Deletion(button.closest("tr")));
    });
    // Whoever leaves the page has thought enough.
    addEventListener("pagehide", () => {
        for (const deletion of [...waiting]) deletion.send();
    });
}

class Deletion {
    constructor(row) {
        this.row = row;
        this.id = Number(row.dataset.id);
        this.word = nameOf(knownOf(row).word);
        this.neighbour = list.neighbour(row);
        this.learnTag();
        list.hidden.add(this.id);
        this.putBack = list.takeOut(row);
        this.closeToast = offerUndo({
            message: text("deleted", { word: this.word }),
            label: text("undo-word", { word: this.word }),
            seconds: SECONDS,
            onUndo: () => this.undo(),
            onEscape: () => this.moveOn(),
        });
        this.timer = setTimeout(() => this.send(), SECONDS * 1000);
    }

    /** What the server has to have for the word to go: what is shown. */
    async learnTag() {
        const { word, etag } = knownOf(this.row);
        this.etag = etag;
        if (etag !== null) return;
        const now = await api.read(this.id).catch(() => null);
        if (now) this.etag = now.body.updated_at === word.updated_at ? now.etag : '"another"';
    }

    undo() {
        this.end();
        this.restore();
        if (this.row.isConnected) actionOf(this.row, "delete").focus();
        else this.moveOn();
        announce(text("restored", { word: this.word }));
    }

    async send() {
        if (this.end()) this.moveOn();
        try {
            await api.remove(this.id, this.etag);
            list.hidden.delete(this.id);
        } catch (failure) {
            if (!(failure instanceof api.Failure)) throw failure;
            await this.failed(failure);
        }
    }

    async failed(failure) {
        if (failure.status === 404) {
            // Somebody else was faster.
            list.hidden.delete(this.id);
            return;
        }
        let reason = failure.reason;
        if (failure.status === 412) {
            reason = text("changed-before-delete");
            const now = await api.read(this.id).catch(() => null);
            if (now) fillRow(this.row, now.body, now.etag);
        }
        this.restore();
        showFailure(text("not-deleted", { word: this.word, reason }));
    }

    /** Stops the clock, and says whether the notice had the focus. */
    end() {
        clearTimeout(this.timer);
        waiting.delete(this);
        return this.closeToast();
    }

    restore() {
        list.hidden.delete(this.id);
        this.putBack();
    }

    /** Puts the focus where the row was. */
    moveOn() {
        const row = this.neighbour?.isConnected ? this.neighbour : document.querySelector("#words .word");
        (row?.querySelector('[data-action="delete"]') ?? document.querySelector("#q")).focus();
    }
}
