// The import, with what is on its way shown.

import { acceptDrops } from "./drops.js";
import { busy, say } from "./fields.js";
import * as list from "./list.js";
import * as remove from "./remove.js";
import { announce, text } from "./texts.js";

const form = document.querySelector("#import");
const drop = form?.querySelector(".drop");
const input = form?.querySelector('input[type="file"]');
const button = form?.querySelector("button");
const progress = form?.querySelector(".progress");
const bar = progress?.querySelector("progress");

let sending = false;

export function start() {
    // There is none where importing needs a login.
    if (!form) return;
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!sending) begin();
    });
    acceptDrops(drop, (files) => {
        input.files = files;
    });
}

async function begin() {
    sending = true;
    if (await check()) {
        // A word that is about to go is not in the way of the same one in the file.
        await remove.finish();
        send();
    } else {
        sending = false;
    }
}

/** Whether a file can be sent; if not, says why. */
async function check() {
    const [file] = input.files;
    showResult(null);
    if (!file) return refuse(text("choose-file"));
    if (file.size === 0) return refuse(text("file-empty"));
    // A server that refuses a large body hangs up on it, and nobody would see why.
    const maxBytes = Number(form.dataset.maxBytes);
    if (file.size > maxBytes) return refuse(text("file-too-large", { mib: maxBytes / 1024 / 1024 }));
    // Nor can a browser send a file that was changed since it was chosen.
    if (!(await isReadable(file))) {
        input.value = "";
        return refuse(text("choose-again"));
    }
    return true;
}

function isReadable(file) {
    const begin = file.slice(0, 1).arrayBuffer();
    return begin.then(() => true, () => false);
}

function send() {
    say(form, "");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    // The answer is the page that a browser without scripts gets; a part of it is shown here.
    request.setRequestHeader("Accept", "text/html");
    request.responseType = "document";
    request.overrideMimeType("text/html; charset=utf-8");
    request.upload.addEventListener("progress", ({ loaded, total }) => uploaded(loaded / total));
    request.upload.addEventListener("load", () => {
        bar.removeAttribute("value");
        label(text("processing"));
        announce(text("processing"));
    });
    const idle = busy(button, button.textContent);
    uploaded(0);
    progress.hidden = false;
    request.addEventListener("loadend", () => {
        sending = false;
        idle();
        progress.hidden = true;
        ended(request);
    });
    request.send(new FormData(form));
}

function uploaded(part) {
    const percent = Math.round(part * 100);
    bar.value = percent;
    label(text("uploading", { n: percent }));
}

function label(message) {
    progress.querySelector("label").textContent = message;
}

function ended(request) {
    const result = request.response?.querySelector("#import-result");
    if (result) {
        showResult(document.importNode(result, true));
        if (result.dataset.refused === "false") {
            input.value = "";
            list.reload();
        }
    } else if (request.status === 401) {
        refuse(text("log-in-again"));
    } else if (request.status === 403) {
        refuse(text("not-allowed"));
    } else {
        refuse(request.status === 0 ? text("import-offline") : text("server-failed"));
    }
}

/** Puts the result below the form, or takes the last one away. */
function showResult(result) {
    const place = document.querySelector("#import-result");
    if (!result) {
        place.hidden = true;
        place.replaceChildren();
        return;
    }
    place.replaceWith(result);
    result.focus();
    announce(result.querySelector(".result-summary").textContent);
}

function refuse(reason) {
    say(form, reason);
    input.focus();
    return false;
}
