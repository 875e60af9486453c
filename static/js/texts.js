// What the page says, in the reader's language. All texts come with the page, from the server.

const { texts, flaws = {} } = JSON.parse(document.querySelector("#texts").textContent);

const announcer = document.querySelector("#announcer");

/** A text, with values in its places: `{word}` becomes `values.word`. */
export function text(name, values = {}) {
    return filled(texts[name], values);
}

/** A text that says how many. */
export function counted(name, n, values = {}) {
    return filled(texts[name][n === 1 ? "one" : "many"], { n: grouped(n), ...values });
}

/** A number as the page writes it. */
export function grouped(n) {
    return n.toLocaleString("en");
}

/** What the server says is wrong with a field; its own words where there are no better ones. */
export function flawOf({ field, code, detail }) {
    return flaws[field]?.[code] ?? detail;
}

/** Says something to those who cannot see what happened. */
export function announce(message) {
    // The same text twice would be no change, and nothing would be said.
    announcer.textContent = announcer.textContent === message ? `${message}\u00a0` : message;
}

function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, (_, place) => values[place] ?? "");
}
