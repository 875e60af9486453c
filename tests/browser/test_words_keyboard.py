"""The word book by keyboard alone: where Tab leads, and where the focus is after each step."""

from playwright.sync_api import expect

from book import field
from keeper import ACCOUNT
from view import DESK, PHONE, View, views

# What a person would call the element that has the focus.
FOCUSED = """() => {
    const element = document.activeElement;
    const row = element.closest("tr.word, #edit, #add, .editor");
    const place = row?.id.replace(/-\\d+$/, "") || "";
    const name = element.name || element.dataset.action || element.id || element.textContent.trim();
    return [place, name || element.getAttribute("href")].filter(Boolean).join(" ");
}"""


def tabs(page, count: int) -> list[str]:
    """What has the focus after each of so many Tabs."""
    found = []
    for _ in range(count):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    return found


# Whether what has the focus has an outline, and has been scrolled into the window.
IS_VISIBLE = """() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const isInside = box.width > 0 && box.top >= 0 && box.bottom <= innerHeight;
    const hasOutline = getComputedStyle(element).outlineStyle !== "none";
    return element.matches(":focus-visible") && hasOutline && isInside;
}"""


NAME = ACCOUNT["name"]

HEAD = ["Pictures", "Import and export", NAME, "Log out", "中文"]

# There the links are below, and to log out is on the page of the account.
HEAD_OF_A_PHONE = [NAME, "中文", "Pictures", "Import and export"]

BODY = [
    "add english",
    "add chinese",
    "add sentence_eng",
    "add sentence_chi",
    "add Add word",
    "q",
    "Search",
    "word edit",
    "word delete",
    "file",
    "mode",
    "Import",
]

FOOT = ["The tutorial", "Proxies", "Routes"]


@views(View(PHONE), View(DESK, scripts=False))
def test_tab_goes_through_the_page_in_the_order_of_reading(book, keeper, page, scripts, view):
    keeper.add("wake", "唤醒")
    book.open()
    head = HEAD_OF_A_PHONE if view.width == PHONE else HEAD
    for want in ["Skip to the content", "Handspun", *head, *BODY]:
        assert tabs(page, 1) == [want]
        # Waiting takes a script.
        with scripts.on():
            page.wait_for_function(IS_VISIBLE)
    names = [" ".join(name.split()) for name in tabs(page, 3)]
    assert [name.split()[0] for name in names] == ["CSV", "Anki", "JSON"]
    assert tabs(page, 3) == FOOT


@views(View(PHONE), View(DESK))
def test_the_skip_link_leads_behind_the_head(book, page):
    book.open()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert tabs(page, 1) == ["add english"]


def test_a_word_is_added_changed_and_deleted_without_a_mouse(book, keeper, page):
    page.clock.install()
    book.open()
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    field(book.add_form, "english").focus()
    page.keyboard.type("wake")
    page.keyboard.press("Tab")
    page.keyboard.type("唤醒")
    page.keyboard.press("Enter")
    expect(book.headwords).to_have_text(["wake"])
    expect(field(book.add_form, "english")).to_be_focused()

    # Down to the row: four fields less one, the button, the search and its button.
    assert tabs(page, 7)[-1] == "word edit"
    page.keyboard.press("Enter")
    expect(field(book.editor, "english")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" up")
    page.keyboard.press("Enter")
    expect(book.headwords).to_have_text(["wake up"])
    expect(book.action("wake up", "edit")).to_be_focused()

    assert tabs(page, 1) == ["word delete"]
    page.keyboard.press("Enter")
    expect(book.undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(book.action("wake up", "delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(book.undo).to_be_focused()
    page.clock.run_for(5000)
    expect(book.rows).to_have_count(0)
    # There is no row to go to.
    expect(book.search).to_be_focused()
    keeper.wait_for([])


def test_a_form_in_a_row_is_left_by_keyboard(book, keeper, page):
    keeper.add("wake", "唤醒")
    book.open()
    for keys in ("Escape", "Tab Tab Tab Tab Tab Enter"):
        book.action("wake", "edit").press("Enter")
        expect(field(book.editor, "english")).to_be_focused()
        for key in keys.split():
            page.keyboard.press(key)
        expect(book.editor).to_have_count(0)
        expect(book.action("wake", "edit")).to_be_focused()


def test_a_file_is_refused_by_keyboard(book, page):
    book.open()
    book.import_form.locator("button").press("Enter")
    expect(book.import_form.locator(".message")).to_have_text("Choose a file first.")
    expect(page.locator("#import-file")).to_be_focused()


def test_a_failure_is_dismissed_by_keyboard(book, console, keeper, page):
    console.expect("ERR_INTERNET_DISCONNECTED")
    keeper.add("wake", "唤醒")
    page.clock.install()
    book.open()
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    book.action("wake", "delete").press("Enter")
    page.context.set_offline(True)
    page.clock.run_for(5000)
    dismiss = book.toast.locator('[data-action="dismiss"]')
    dismiss.press("Enter")
    expect(book.toast).to_have_count(0)
    # Not lost with the notice.
    expect(book.action("wake", "delete")).to_be_focused()
