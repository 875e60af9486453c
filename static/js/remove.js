// Deleting a word, with some seconds to think again.

import * as api from "./api.js";
import * as list from "./list.js";
import { actionOf, fillRow, knownOf, nameOf, onAction } from "./rows.js";
import { announce, text } from "./texts.js";
import { offerUndo, showFailure } from "./toasts.js";
import * as unfinished from "./unfinished.js";

/** How long a deletion can be undone; the style sheet shows the same time. */
const SECONDS = 5;

/** The deletions whose end is not known yet. */
const open = new Set();

export function start() {
    onAction("delete", (row) => new Deletion(row).begin());
    // Whoever leaves the page has thought enough.
    addEventListener("pagehide", () => {
        for (const deletion of open) deletion.leave();
    });
    addEventListener("pageshow", ({ persisted }) => {
        if (persisted) resume();
    });
    resume();
}

/** Ends the waiting of the deletions of such words; the answer comes when they are done. */
export function finish(isMeant = () => true) {
    const meant = [...open].filter(({ word }) => isMeant(word));
    return Promise.all(meant.map((deletion) => deletion.send()));
}

/** Does what a page that was left could not see the end of: its words may have come back with this one. */
function resume() {
    for (const { word, etag } of unfinished.all()) {
        new Deletion(list.hide(word), word, etag).send();
    }
}

class Deletion {
    constructor(row, word = knownOf(row).word, etag = row && knownOf(row).etag) {
        this.row = row;
        this.word = word;
        this.etag = etag;
    }

    /** Takes the row away, and waits. */
    begin() {
        this.neighbour = list.neighbour(this.row);
        list.takeOut(this.row);
        open.add(this);
        unfinished.add(this);
        this.learning = this.learnTag();
        const name = nameOf(this.word);
        this.closeToast = offerUndo({
            message: text("deleted", { word: name }),
            label: text("undo-word", { word: name }),
            seconds: SECONDS,
            onUndo: () => this.undo(),
            onEscape: () => this.moveOn(),
        });
        this.timer = setTimeout(() => this.send(), SECONDS * 1000);
    }

    /** What the server has to have for the word to go: what is shown. */
    async learnTag() {
        if (this.etag !== null) return;
        const now = await api.read(this.word.id).catch(() => null);
        if (!now) return;
        this.etag = now.body.updated_at === this.word.updated_at ? now.etag : '"another"';
        unfinished.add(this);
    }

    undo() {
        this.stopWaiting();
        this.end();
        list.putBack(this.row);
        if (this.row.isConnected) actionOf(this.row, "delete").focus();
        else this.moveOn();
        announce(text("restored", { word: nameOf(this.word) }));
    }

    /** Sends it, once; the answer comes when the server's has. */
    send() {
        if (this.stopWaiting()) this.moveOn();
        this.sent ??= this.request();
        return this.sent;
    }

    async request() {
        open.add(this);
        await this.learning;
        try {
            await api.remove(this.word.id, this.etag);
        } catch (failure) {
            if (!(failure instanceof api.Failure)) throw failure;
            if (this.isLeft) return;
            // Somebody else was faster where there is nothing to delete.
            if (failure.status !== 404) return this.failed(failure);
        }
        this.end();
        list.forget(this.word.id);
    }

    /** Sees to it that it goes out while the page goes. Who is here next makes sure that it is done. */
    leave() {
        this.stopWaiting();
        this.isLeft = true;
        open.delete(this);
        if (!this.sent) api.remove(this.word.id, this.etag).catch(() => {});
    }

    async failed(failure) {
        this.end();
        let reason = failure.reason;
        if (failure.status === 412) {
            reason = text("changed-before-delete");
            const now = await api.read(this.word.id).catch(() => null);
            if (now && this.row) fillRow(this.row, now.body, now.etag);
        }
        if (this.row) list.putBack(this.row);
        else list.unhide(this.word.id);
        const message = text("not-deleted", { word: nameOf(this.word), reason });
        showFailure(message, () => list.focusOn(this.row, "delete"));
    }

    end() {
        open.delete(this);
        unfinished.remove(this);
    }

    /** Takes the notice away, and says whether it had the focus. */
    stopWaiting() {
        clearTimeout(this.timer);
        return this.closeToast?.() ?? false;
    }

    moveOn() {
        list.focusOn(this.neighbour, "delete");
    }
}
