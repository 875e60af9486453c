// The pictures: several at once, each with what is on its way shown.

import { acceptDrops } from "./drops.js";
import { say } from "./fields.js";
import { announce, text } from "./texts.js";

const form = document.querySelector("#upload");
const queue = document.querySelector("#queue");

/** The files that wait, one upload at a time: a slow line is no faster for two. */
const waiting = [];
let sending = false;

if (form) startUploads();
startDeletions();

function startUploads() {
    const input = form.querySelector('input[type="file"]');
    input.multiple = true;
    document.documentElement.classList.add("scripted");
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (input.files.length === 0) {
            say(form, text("status-400"));
            input.focus();
            return;
        }
        add(input.files);
        form.reset();
    });
    acceptDrops(form.querySelector(".drop"), add);
}

function add(files) {
    say(form, "");
    const info = form.elements.info.value;
    for (const file of files) {
        const item = itemOf(file);
        queue.append(item);
        waiting.push({ file, info, item });
    }
    queue.hidden = false;
    next();
}

function itemOf(file) {
    const item = document.querySelector("#queued").content.firstElementChild.cloneNode(true);
    item.querySelector(".queued-name").textContent = file.name;
    const bar = item.querySelector("progress");
    bar.setAttribute("aria-label", file.name);
    const image = item.querySelector("img");
    const preview = URL.createObjectURL(file);
    const forget = () => URL.revokeObjectURL(preview);
    image.addEventListener("load", forget);
    image.addEventListener("error", () => {
        forget();
        image.classList.add("is-unknown");
    });
    image.src = preview;
    status(item, text("waiting"));
    return item;
}

async function next() {
    if (sending) return;
    const upload = waiting.shift();
    if (!upload) return;
    sending = true;
    const { file, item } = upload;
    const flaw = await flawOf(file);
    const wrong = flaw ?? (await send(upload));
    if (wrong) {
        item.classList.add("is-wrong");
        item.querySelector("progress").hidden = true;
        status(item, wrong);
        announce(`${file.name}: ${wrong}`);
    } else {
        item.remove();
        queue.hidden = queue.children.length === 0;
        announce(text("uploaded", { name: file.name }));
        await reload();
    }
    sending = false;
    next();
}

/** Why a file cannot be sent, if it cannot. */
async function flawOf(file) {
    // A server that refuses a large body hangs up on it, and nobody would see why.
    if (file.size > Number(form.dataset.maxBytes)) return text("status-413");
    // Nor can a browser send a file that was changed since it was chosen.
    const begin = file.slice(0, 1).arrayBuffer();
    return begin.then(() => null, () => text("choose-again"));
}

/** Sends a file. Why it was not kept, if it was not. */
function send({ file, info, item }) {
    const body = new FormData();
    body.append("info", info);
    body.append("image", file);
    const bar = item.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    const uploaded = (part) => {
        const percent = Math.round(100 * part);
        bar.value = percent;
        status(item, text("uploading", { n: percent }));
    };
    uploaded(0);
    request.upload.addEventListener("progress", ({ loaded, total }) => uploaded(loaded / total));
    request.upload.addEventListener("load", () => {
        bar.removeAttribute("value");
        status(item, text("processing"));
    });
    return new Promise((resolve) => {
        request.addEventListener("loadend", () => {
            resolve(request.status === 200 ? null : reason(request.status));
        });
        request.send(body);
    });
}

/** What an answer means that is no success; 0 is none at all. */
function reason(status) {
    if (status === 0) return text("offline");
    const known = [400, 401, 403, 413, 415, 503, 507];
    return text(known.includes(status) ? `status-${status}` : "failed");
}

function status(item, message) {
    item.querySelector(".queued-status").textContent = message;
}

/** Shows the pictures that there are now. */
async function reload() {
    let response;
    try {
        response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    } catch {
        return;
    }
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const pictures = page.querySelector("#pictures");
    if (pictures) document.querySelector("#pictures").replaceWith(document.adoptNode(pictures));
}

function startDeletions() {
    document.querySelector("main").addEventListener("submit", async (event) => {
        const { name } = event.target.dataset;
        if (name === undefined) return;
        event.preventDefault();
        const button = event.target.querySelector("button");
        button.disabled = true;
        const answer = await fetch(event.target.action, {
            method: "DELETE",
            headers: { Accept: "application/json" },
        }).catch(() => null);
        // Somebody else may have been faster.
        if (answer?.ok || answer?.status === 404) {
            await reload();
            document.querySelector("#pictures").focus();
            announce(text("deleted", { name }));
        } else {
            button.disabled = false;
            button.focus();
            const why = answer?.status === 403 ? text("not-deleted", { name }) : reason(answer?.status ?? 0);
            say(form, why);
            announce(why);
        }
    });
}
