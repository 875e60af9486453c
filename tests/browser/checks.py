"""What holds for every page: each check returns what is wrong, line by line."""

from axe_playwright_python.base import AXE_SCRIPT

_STICKING_OUT = """() => {
    const root = document.documentElement;
    const room = root.clientWidth;
    if (root.scrollWidth <= room) return [];
    const clipped = (element) => {
        for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
            if (getComputedStyle(box).overflowX !== "visible") return true;
        return false;
    };
    const wide = [...document.body.querySelectorAll("*")]
        .filter((element) => element.getBoundingClientRect().right > room && !clipped(element))
        .map((element) => element.cloneNode().outerHTML);
    return [`the page is ${root.scrollWidth} px wide, the window ${room} px`, ...new Set(wide)];
}"""


def sticking_out(page) -> list[str]:
    """Why the page scrolls sideways: how wide it is, and which elements reach out of the window."""
    # After a click the text may be there before the style sheets are.
    page.wait_for_load_state()
    return page.evaluate(_STICKING_OUT)


def violations(page) -> list[str]:
    """What axe-core finds: the rule, the element, and how to mend it. Scripts have to be on."""
    # It stays in a document, and what it did not find would be most of its answer.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)")
    return [
        f"{rule['id']}: {node['html']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
