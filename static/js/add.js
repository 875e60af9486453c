// The form for a new word.

import * as api from "./api.js";
import { busy, clear, control, enhance, explain, fill, valuesOf } from "./fields.js";
import * as list from "./list.js";
import * as remove from "./remove.js";
import { isSamePair } from "./rows.js";
import { text } from "./texts.js";

const form = document.querySelector("#add");
const button = form?.querySelector("button");
const done = form?.querySelector(".done");

let sending = false;

export function start() {
    // There is none where adding needs a login.
    if (!form) return;
    enhance(form);
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!sending) send();
    });
}

async function send() {
    sending = true;
    done.textContent = "";
    const idle = busy(button, text("adding"));
    try {
        const typed = valuesOf(form);
        // Who writes a word down that is about to go wants the new one.
        await remove.finish((word) => isSamePair(word, typed));
        const { body: word, etag } = await api.create(typed);
        clear(form);
        fill(form);
        control(form, "english").focus();
        done.textContent = text("added", { word: word.english });
        list.add(word, etag);
    } catch (failure) {
        if (!(failure instanceof api.Failure)) throw failure;
        explain(form, failure);
    } finally {
        idle();
        sending = false;
    }
}
