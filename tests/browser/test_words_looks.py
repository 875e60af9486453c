"""The word book as it looks: each state fits its window, and axe-core finds nothing in it."""

import pytest
from playwright.sync_api import expect

from book import field, fill
from checks import sticking_out
from view import CHINESE, DESK, ENGLISH, LOOKS, PHONE, SCRIPTED_LOOKS, TABLET, View, views

WORDS = [
    ("handspun", "手纺的", "She wears a handspun scarf.", "她戴着一条手纺的围巾。"),
    ("wake up", "唤醒；醒来", "I wake up at six.\nToo early.", "我六点醒来。\n太早了。"),
    ("edge", "边缘", "", ""),
    ("the early bird catches the worm", "早起的鸟儿有虫吃", "", "早起的鸟儿有虫吃，晚起的没有。"),
]

BAD = "english,chinese\nwake,唤醒\nrise,\nwake,唤醒\n" + "w" * 300 + ",水\nhandspun,手纺的\n"


@pytest.fixture(autouse=True)
def still(page):
    """Notices stay: only what comes within a second comes. axe-core itself needs short times."""
    page.add_init_script("""
        const after = window.setTimeout;
        window.setTimeout = (run, ms, ...rest) => (ms < 1000 ? after(run, ms, ...rest) : 0);
    """)


@pytest.fixture
def five(keeper, stranger):
    """Five words, one of them somebody else's, without buttons."""
    stranger.add("theirs", "他们的")
    for word in WORDS:
        keeper.add(*word)


# What can be pressed in the head of a page, from the left: where it is, and how wide a name.
HEAD = """() => [...document.querySelectorAll(".site-header :is(a, button)")]
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0)
    .map(([element, { top, bottom }]) => ({
        text: element.textContent.trim(),
        middle: Math.round((top + bottom) / 2),
        height: bottom - top,
        name: element.querySelector("bdi")?.getBoundingClientRect().width ?? null,
    }))"""


WIDTHS = (320, 360, 390, 414, 480, 560, 639, 640, 767, 768, 959, 960)


@views(ENGLISH, CHINESE)
def test_the_head_has_two_rows_at_most(page):
    heads_have_two_rows_at_most(page, "/", "/uploads", "/auth/login")
    for name in ("Duke-Elling", "唤醒手腕唤醒手腕唤醒"):
        account = {"name": name, "password": "how high the moon"}
        assert page.request.post("/auth/register", data=account).status == 201
        heads_have_two_rows_at_most(page, "/", "/uploads", "/auth/login", "/auth/me")


def heads_have_two_rows_at_most(page, *paths: str):
    for path in paths:
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate(HEAD)
            seen = f"{path} at {width} px: {found}"
            assert len({each["middle"] for each in found}) <= (2 if width < 640 else 1), seen
            assert min(each["height"] for each in found) >= 44, seen
            # The switch of the language does not have a row for itself.
            switch = found[-1]
            assert sum(each["middle"] == switch["middle"] for each in found) > 1, seen
            # Of a name there is enough to know it again.
            assert all(each["name"] is None or each["name"] >= 40 for each in found), seen
            assert sticking_out(page) == [], seen


@views(*SCRIPTED_LOOKS)
def test_the_blank_book(book, console, inspect, page):
    console.expect("status of 422")
    book.open()
    expect(page.locator("#empty-book")).to_be_visible()
    inspect("words-empty")
    book.send()
    expect(book.add_form.locator("[aria-invalid]").first).to_be_focused()
    inspect("words-flaws")


@pytest.mark.usefixtures("five")
@views(*SCRIPTED_LOOKS)
def test_a_book_with_words(book, console, inspect, keeper, page):
    console.expect("status of 412")
    console.expect("status of 422")
    book.open()
    expect(book.rows).to_have_count(5)
    inspect("words")

    book.find("wake")
    expect(book.rows).to_have_count(1)
    inspect("words-search")
    book.find("nowhere")
    expect(page.locator("#empty-search")).to_be_visible()
    inspect("words-nothing-found")
    page.locator("#clear").click()
    expect(book.rows).to_have_count(5)

    book.edit("wake up")
    inspect("words-edit")
    fill(book.editor, english="wake", chinese="醒")
    [other] = [word for word in keeper.read_all() if word["english"] == "wake up"]
    keeper.change(other, english="waken")
    book.send(book.editor)
    expect(book.editor.locator(".theirs")).to_be_visible()
    inspect("words-conflict")
    page.keyboard.press("Escape")

    book.delete("edge")
    expect(book.undo).to_be_visible()
    inspect("words-undo")
    book.undo.click()

    file = {"name": "words.csv", "mimeType": "text/csv", "buffer": BAD.encode()}
    page.locator("#import-file").set_input_files(file)
    book.send(book.import_form)
    expect(book.result.locator("tbody tr").first).to_be_visible()
    inspect("words-import-refused")
    page.locator('[name="mode"][value="skip"]').check()
    book.send(book.import_form)
    expect(book.result.locator(".result-summary")).to_have_count(3)
    inspect("words-imported")


@pytest.mark.usefixtures("five")
@views(*(view for view in LOOKS if not view.scripts))
def test_the_pages_without_scripts(book, console, inspect, keeper, page):
    console.expect("status of 412")
    console.expect("status of 422")
    book.open()
    inspect("words")
    book.edit("wake up")
    inspect("word")
    form = page.locator("#edit")
    fill(form, chinese="醒")
    [other] = [word for word in keeper.read_all() if word["english"] == "wake up"]
    keeper.change(other, english="waken")
    book.send(form)
    expect(form.locator(".theirs")).to_be_visible()
    inspect("word-conflict")
    book.open()
    file = {"name": "words.csv", "mimeType": "text/csv", "buffer": BAD.encode()}
    page.locator("#import-file").set_input_files(file)
    book.send(book.import_form)
    expect(book.result.locator("tbody tr").first).to_be_visible()
    inspect("import-refused")


@views(View(PHONE), View(TABLET), View(DESK))
def test_text_that_cannot_be_broken_stays_inside(book, console, inspect, keeper, page):
    console.expect("status of 412")
    word, sentence = "w" * 200, "汉" * 500 + "m" * 1500
    kept = keeper.add(word, "字" * 200, sentence, sentence)
    book.open()
    inspect("long")
    book.find(word)
    expect(book.rows).to_have_count(1)
    expect(book.status).to_contain_text(word)
    inspect("long-search")
    book.find(word + "x")
    expect(page.locator("#empty-search")).to_be_visible()
    inspect("long-nothing-found")
    book.find("")
    book.edit(word)
    fill(book.editor, chinese="字")
    keeper.change(kept, sentence_eng="m" * 2000)
    book.send(book.editor)
    expect(book.editor.locator(".theirs")).to_be_visible()
    inspect("long-conflict")
    page.keyboard.press("Escape")
    book.delete(word)
    expect(book.undo).to_be_visible()
    # The notice leaves room for what it is about.
    assert book.toast.bounding_box()["height"] < page.viewport_size["height"] / 3
    inspect("long-undo")
    book.undo.click()
    page.goto(f"/words/{kept['id']}")
    expect(field(page.locator("#edit"), "english")).to_have_value(word)
    inspect("long-word")
