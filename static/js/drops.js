// Files that are dropped.

/** Lets `take` have the files that are dropped at an element. */
export function acceptDrops(drop, take) {
    // A file beside the mark would replace the page, and what is typed in it.
    for (const type of ["dragover", "drop"]) {
        addEventListener(type, (event) => {
            if (event.dataTransfer.types.includes("Files")) event.preventDefault();
        });
    }
    const over = (on) => (event) => {
        event.preventDefault();
        drop.classList.toggle("is-over", on);
    };
    drop.addEventListener("dragenter", over(true));
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
        over(false)(event);
        if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files);
    });
}
