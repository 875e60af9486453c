// The REST interface of the words.

import { text } from "./texts.js";

/** Why a request did not do what it was for. */
export class Failure extends Error {
    /** `status` is 0 where there was no answer. */
    constructor(status, problem = {}, location = null) {
        super(problem.detail ?? `status ${status}`);
        this.status = status;
        this.errors = Array.isArray(problem.errors) ? problem.errors : [];
        this.location = location;
    }

    /** What a reader is told. */
    get reason() {
        if (this.status === 0) return text("offline");
        if (this.status === 401) return text("log-in-again");
        if (this.status === 403) return text("not-allowed");
        if (this.status === 404) return text("gone");
        if (this.status === 429 || this.status >= 500) return text("server-failed");
        return text("refused", { detail: this.message });
    }
}

/** A page of words: `{ words, total, next }`. With `through`, it goes on until it has the word of this id. */
export async function list({ q, after, limit, through, signal }) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ q, after, limit, through })) {
        if (value) query.set(name, value);
    }
    return (await request("GET", `/words?${query}`, { signal })).body;
}

/** One word, as `{ body, etag }`, like what the next two answer. */
export function read(id) {
    return request("GET", `/words/${id}`);
}

export function create(word) {
    return request("POST", "/words", { word });
}

/** Changes a word, if it still is what `etag` names. */
export function replace(id, word, etag) {
    return request("PUT", `/words/${id}`, { word, etag });
}

/** Deletes a word, likewise, even if the page is left meanwhile. */
export function remove(id, etag) {
    return request("DELETE", `/words/${id}`, { etag, keepalive: true });
}

async function request(method, path, { word, etag, signal, keepalive } = {}) {
    const headers = { Accept: "application/json" };
    if (word) headers["Content-Type"] = "application/json";
    if (etag) headers["If-Match"] = etag;
    const body = word && JSON.stringify(word);
    let response;
    try {
        response = await fetch(path, { method, headers, body, signal, keepalive, cache: "no-store" });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Failure(0);
    }
    const json = await content(response, signal);
    if (!response.ok) {
        throw new Failure(response.status, json ?? {}, response.headers.get("Location"));
    }
    if (json === null && response.status !== 204) throw new Failure(502);
    return { body: json, etag: response.headers.get("ETag") };
}

/** The body, where it is JSON and arrives. */
async function content(response, signal) {
    try {
        return await response.json();
    } catch (error) {
        if (signal?.aborted) throw error;
        return null;
    }
}
