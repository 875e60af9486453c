// The pictures: several at once, each with what is on its way shown.

import { acceptDrops } from "./drops.js";
import { say } from "./fields.js";
import { announce, text } from "./texts.js";

const form = document.querySelector("#upload");
const queue = document.querySelector("#queue");

/** Why a file is not kept, by the status of the answer; 0 is no answer. What is final is so however often the
    file is sent. */
const REASONS = {
    0: { said: text("offline") },
    400: { said: text("missing"), isFinal: true },
    401: { said: text("unauthorized"), needsLogin: true },
    403: { said: text("forbidden"), isFinal: true },
    408: { said: text("tooSlow") },
    413: { said: text("tooLarge"), isFinal: true },
    415: { said: text("noPicture"), isFinal: true },
    422: { said: text("infoTooLarge"), isFinal: true },
    503: { said: text("unavailable") },
    504: { said: text("tooSlow") },
    507: { said: text("full") },
};

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
            say(form, REASONS[400].said);
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
    // What became of those before was seen by now.
    if (!sending) queue.querySelectorAll(".is-done, .is-final").forEach((item) => item.remove());
    const info = form.elements.info.value;
    const uploads = Array.from(files, (file) => ({ file, info, item: itemOf(file) }));
    queue.hidden = false;
    queue.append(...uploads.map(({ item }) => item));
    uploads[0].item.scrollIntoView({ block: "nearest" });
    uploads.forEach(enqueue);
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
    return item;
}

function enqueue(upload) {
    status(upload.item, text("waiting"));
    waiting.push(upload);
    work();
}

/** Sends what waits, until nothing does. */
async function work() {
    if (sending) return;
    sending = true;
    while (waiting.length > 0) {
        addEventListener("beforeunload", ask);
        const upload = waiting.shift();
        const { picture, reason } = await resultOf(upload);
        if (waiting.length === 0) removeEventListener("beforeunload", ask);
        if (picture) {
            kept(upload, picture);
            await reload();
        } else {
            notKept(upload, reason);
        }
    }
    sending = false;
}

/** Has whoever leaves the page asked whether to: what is on its way would be lost. */
function ask(event) {
    event.preventDefault();
}

/** The picture as it is kept, or the reason why it is not. */
async function resultOf(upload) {
    const reason = await flawOf(upload.file);
    return reason ? { reason } : send(upload);
}

async function flawOf(file) {
    // A server that refuses a large body hangs up on it, and nobody would see why.
    if (file.size > Number(form.dataset.maxBytes)) return REASONS[413];
    // Nor can a browser send a file that was changed since it was chosen.
    const begin = file.slice(0, 1).arrayBuffer();
    return begin.then(() => null, () => ({ said: text("chooseAgain"), isFinal: true }));
}

function send({ file, info, item }) {
    const body = new FormData();
    body.append("info", info);
    body.append("image", file);
    const bar = item.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
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
            const { status, response } = request;
            resolve(status === 200 && response ? { picture: response } : { reason: reasonOf(status) });
        });
        request.send(body);
    });
}

/** The reason for an answer that is no success. */
function reasonOf(status) {
    return REASONS[status] ?? { said: text("failed") };
}

function kept({ file, item }, { name, url }) {
    item.classList.add("is-done");
    item.querySelector("progress").hidden = true;
    const link = document.createElement("a");
    link.href = url;
    link.textContent = name;
    item.querySelector(".queued-name").replaceChildren(link);
    const isRenamed = name !== file.name;
    status(item, isRenamed ? text("renamed", { file: file.name }) : text("kept"));
    announce(isRenamed ? text("uploadedAs", { file: file.name, name }) : text("uploaded", { name }));
}

function notKept(upload, reason) {
    const { file, item } = upload;
    const wrong = (isWrong) => {
        item.classList.toggle("is-wrong", isWrong);
        item.querySelector("progress").hidden = isWrong;
    };
    wrong(true);
    status(item, reason.said);
    announce(`${file.name}: ${reason.said}`);
    if (reason.isFinal) {
        item.classList.add("is-final");
        return;
    }
    const again = item.querySelector("button");
    const logIn = item.querySelector(".queued-log-in");
    again.hidden = false;
    logIn.hidden = !reason.needsLogin;
    const onAgain = () => {
        item.focus();
        again.hidden = true;
        logIn.hidden = true;
        wrong(false);
        enqueue(upload);
    };
    again.addEventListener("click", onAgain, { once: true });
}

function status(item, message) {
    item.querySelector(".queued-status").textContent = message;
}

/** Shows the pictures that there are now. */
async function reload() {
    let html;
    try {
        const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (!response.ok) return;
        html = await response.text();
    } catch {
        return;
    }
    const page = new DOMParser().parseFromString(html, "text/html");
    const pictures = page.querySelector("#pictures");
    if (!pictures) return;
    document.querySelector("#pictures").replaceWith(document.adoptNode(pictures));
    for (const { textContent } of queue.querySelectorAll(".is-done .queued-name")) {
        document.getElementById(`picture-${textContent}`)?.classList.add("is-new");
    }
}

function startDeletions() {
    document.querySelector("main").addEventListener("submit", async (event) => {
        const { name } = event.target.dataset;
        if (name === undefined) return;
        event.preventDefault();
        const button = event.target.querySelector("button");
        const flaw = event.target.querySelector(".field-error");
        flaw.replaceChildren();
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
            flaw.replaceChildren(...whyNotDeleted(name, answer?.status ?? 0));
        }
    });
}

function whyNotDeleted(name, status) {
    if (status === 401) {
        const logIn = document.querySelector("#log-in").content.cloneNode(true);
        return [text("logInToDelete"), " ", logIn];
    }
    if (status === 403) return [text("notDeleted", { name })];
    return [status === 0 ? text("offline") : text("failed")];
}
