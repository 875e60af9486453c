// The address: what is shown, so that going back, loading again and a link lead to it.

const NAMES = ["q", "limit", "after", "through"];

const languageSwitch = document.querySelector("#language a");

/** Whether the next address is a step of its own for the Back button. */
let isStep = true;

/** What the address asks for: `{ q, limit, after, through }`, each empty where it says nothing. */
export function read() {
    const query = new URLSearchParams(location.search);
    return Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ""]));
}

/** Says in the address that other words are shown. */
export function write(place) {
    const here = addressOf(place);
    if (isStep && here.search !== location.search) {
        history.pushState(null, "", here);
        isStep = false;
    } else {
        history.replaceState(null, "", here);
    }
    follow(place);
}

/** Says in the address that more of the same words are shown. */
export function extend(place) {
    history.replaceState(null, "", addressOf(place));
    follow(place);
}

/** Makes the language switch lead to what is shown. */
export function follow(place) {
    languageSwitch.href = withPlace(new URL(languageSwitch.href), place).href;
}

/** Ends a step: a search that is begun now is another one. */
export function settle() {
    isStep = true;
}

function addressOf(place) {
    return withPlace(new URL("/", location.href), place);
}

function withPlace(url, place) {
    for (const name of NAMES) {
        if (place[name]) url.searchParams.set(name, place[name]);
        else url.searchParams.delete(name);
    }
    return url;
}
