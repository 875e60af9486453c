"""The search: as you type and with Enter, its place in the address, and the way back."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from book import field
from view import BOTH_WAYS, CHINESE, ENGLISH, NO_SCRIPTS, views


@pytest.fixture
def three(keeper):
    """Three words, of which two have `wa` in them."""
    for english, chinese in [("water", "水"), ("wake", "唤醒"), ("rise", "起床")]:
        keeper.add(english, chinese)


@contextmanager
def held(page, pattern: str):
    """Holds the requests for a URL back until the block ends."""
    routes = []
    page.route(pattern, lambda route: routes.append(route))
    yield routes
    page.unroute(pattern)
    for route in routes:
        route.continue_()


@pytest.mark.smoke
@pytest.mark.usefixtures("three")
@views(ENGLISH, CHINESE)
def test_words_are_found_as_you_type(book, page, view):
    book.open()
    page.evaluate("window.isSamePage = true")
    book.search.press_sequentially("WA")
    expect(book.headwords).to_have_text(["wake", "water"])
    texts = {"en": "2 matches for “WA”", "zh-CN": "找到 2 个含“WA”的词"}
    expect(book.status).to_have_text(texts[view.lang])
    page.wait_for_url("**/?q=WA")
    assert page.evaluate("window.isSamePage")
    expect(book.search).to_be_focused()
    book.search.fill("床")
    expect(book.headwords).to_have_text(["rise"])


@pytest.mark.smoke
@pytest.mark.usefixtures("three")
@views(*BOTH_WAYS)
def test_words_are_found_with_enter(book, page, view):
    book.open()
    book.find("水")
    expect(book.headwords).to_have_text(["water"])
    page.wait_for_url("**/?q=%E6%B0%B4")
    expect(book.search).to_have_value("水")
    texts = {"en": "1 match for “水”", "zh-CN": "找到 1 个含“水”的词"}
    expect(book.status).to_have_text(texts[view.lang])
    # What was searched for is kept when the page is loaded again, and in the other language.
    page.reload()
    expect(book.headwords).to_have_text(["water"])
    page.locator("#language a").click()
    other = {"en": "zh-CN", "zh-CN": "en"}[view.lang]
    expect(page.locator("html")).to_have_attribute("lang", other)
    expect(book.headwords).to_have_text(["water"])
    expect(book.search).to_have_value("水")


@pytest.mark.usefixtures("three")
@views(*BOTH_WAYS)
def test_nothing_found_leads_on(book, page, view):
    book.open()
    book.find("唤起")
    nothing = page.locator("#empty-search")
    texts = {"en": "Nothing matches “唤起”", "zh-CN": "没有找到“唤起”"}
    expect(nothing.get_by_role("heading")).to_have_text(texts[view.lang])
    expect(page.locator("#words")).to_be_hidden()
    if view.scripts:
        nothing.locator('[data-action="use"]').click()
        expect(field(book.add_form, "chinese")).to_have_value("唤起")
        expect(field(book.add_form, "english")).to_be_focused()
    nothing.locator('[data-action="all"]').click()
    expect(book.rows).to_have_count(3)
    expect(book.search).to_have_value("")
    page.wait_for_url("**/")


@pytest.mark.usefixtures("three")
@views(ENGLISH, NO_SCRIPTS)
def test_the_cross_shows_all_words(book, page, view):
    book.open()
    expect(page.locator("#clear")).to_be_hidden()
    book.find("wake")
    expect(book.rows).to_have_count(1)
    page.locator("#clear").click()
    expect(book.rows).to_have_count(3)
    expect(book.search).to_have_value("")
    expect(page.locator("#clear")).to_be_hidden()
    if view.scripts:
        expect(book.search).to_be_focused()


@pytest.mark.usefixtures("three")
@views(ENGLISH, NO_SCRIPTS)
def test_back_and_forward_go_through_the_searches(book, page):
    book.open()
    for q, found in [("wa", ["wake", "water"]), ("rise", ["rise"])]:
        book.find(q)
        expect(book.headwords).to_have_text(found)
    page.go_back()
    expect(book.headwords).to_have_text(["wake", "water"])
    expect(book.search).to_have_value("wa")
    page.go_back()
    expect(book.rows).to_have_count(3)
    expect(book.search).to_have_value("")
    page.go_forward()
    expect(book.headwords).to_have_text(["wake", "water"])
    expect(book.search).to_have_value("wa")


@pytest.mark.usefixtures("three")
def test_what_is_typed_in_one_go_is_one_step_back(book, page):
    book.open()
    for q, found in [("w", 2), ("wa", 2), ("wat", 1)]:
        book.search.press_sequentially(q[-1])
        expect(book.rows).to_have_count(found)
        page.wait_for_url(f"**/?q={q}")
    page.go_back()
    expect(book.rows).to_have_count(3)
    expect(book.search).to_have_value("")


@pytest.mark.usefixtures("three")
def test_an_answer_that_comes_late_is_dropped(book, page):
    book.open()
    with held(page, "**/words?q=wake*") as routes:
        with page.expect_request("**/words?q=wake*"):
            book.search.fill("wake")
        book.search.fill("rise")
        expect(book.headwords).to_have_text(["rise"])
        # The browser has given it up; there is nothing to continue.
        routes.clear()
    expect(book.status).to_have_text("1 match for “rise”")
    page.wait_for_url("**/?q=rise")


@pytest.mark.usefixtures("three")
def test_pinyin_is_not_searched_for_before_it_is_chosen(book, context, page):
    book.open()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    book.search.focus()
    session = context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "shui", "selectionStart": 4, "selectionEnd": 4})
    expect(book.search).to_have_value("shui")
    session.send("Input.insertText", {"text": "水"})
    expect(book.headwords).to_have_text(["water"])
    assert not any("shui" in url for url in asked)


@pytest.mark.usefixtures("three")
@views(CHINESE)
def test_the_words_stay_when_the_server_is_away(book, console, page):
    console.expect("ERR_INTERNET_DISCONNECTED")
    book.open()
    page.context.set_offline(True)
    book.search.fill("wake")
    expect(book.status).to_contain_text("连不上服务器。")
    expect(book.rows).to_have_count(3)
    page.context.set_offline(False)
    book.search.press("Enter")
    expect(book.headwords).to_have_text(["wake"])


def test_many_matches_are_not_counted(book, keeper):
    keeper.add_many(1001)
    book.open("?q=word")
    expect(book.status).to_have_text("More than 1,000 matches for “word”")
    book.search.fill("word 1001")
    expect(book.status).to_have_text("1 match for “word 1001”")
    book.search.fill("word")
    expect(book.status).to_have_text("More than 1,000 matches for “word”")
