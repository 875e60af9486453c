// Sentences as high as their text, for browsers whose style sheets cannot do it.

const isNative = CSS.supports("field-sizing", "content");

/** Keeps the sentences of a form as high as their text. */
export function grows(form) {
    form.addEventListener("input", (event) => grow(event.target));
    for (const area of form.querySelectorAll("textarea")) grow(area);
}

/** Makes one as high as its text is now. */
export function grow(area) {
    if (isNative || !area.matches("textarea")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}
