// Notices at the edge of the window.

import { text } from "./texts.js";

const place = document.querySelector("#toasts");
const template = document.querySelector("#toast").content.firstElementChild;

/** Offers to take something back for so many seconds. The answer closes the notice. */
export function offerUndo({ message, label, seconds, onUndo, onEscape }) {
    const toast = make(message, "undo");
    const button = toast.querySelector('[data-action="undo"]');
    button.querySelector(".visually-hidden").textContent = label;
    const left = button.querySelector(".toast-seconds");
    left.textContent = seconds;
    const timer = setInterval(() => {
        seconds -= 1;
        left.textContent = Math.max(seconds, 0);
    }, 1000);
    button.addEventListener("click", onUndo);
    toast.addEventListener("keydown", (event) => {
        if (event.key === "Escape") onEscape();
    });
    place.append(toast);
    button.focus({ preventScroll: true });
    return () => {
        clearInterval(timer);
        const hadFocus = toast.contains(document.activeElement);
        toast.remove();
        return hadFocus;
    };
}

/** Says why something did not work, until it is dismissed; then the focus goes to where `onDismiss`
    puts it. */
export function showFailure(message, onDismiss) {
    const toast = make(message, "dismiss");
    toast.classList.add("toast-failure");
    toast.querySelector('[data-action="dismiss"]').addEventListener("click", () => {
        toast.remove();
        onDismiss();
    });
    place.append(toast);
}

/** A notice with only this button. */
function make(message, action) {
    const toast = template.cloneNode(true);
    toast.querySelector(".toast-text").textContent = message;
    for (const button of toast.querySelectorAll("button")) {
        if (button.dataset.action !== action) button.remove();
    }
    if (action !== "undo") toast.querySelector(".toast-time").remove();
    return toast;
}
