"""Whose words are whose: the page offers what will work, and nothing else."""

import pytest
from playwright.sync_api import expect

from book import field, fill, message
from view import DESK, LOOKS, PHONE, View, views

PASSWORD = "how high the moon"


def register(page, name: str):
    """From any page: by the header, to the form to log in, and on from there."""
    page.locator("#visitor a").first.click()
    page.locator('main a[href^="/auth/register"]').click()
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()


def log_out(page, view):
    """By the header or, where that has no room, by the page of the account."""
    if view.width == PHONE:
        page.locator("#visitor a").click()
        page.locator('main form[action="/auth/logout"] button').click()
    else:
        page.locator("#visitor button").click()


def edit(book, page, scripts: bool, **texts: str):
    book.edit("wake")
    form = book.editor if scripts else page.locator("#edit")
    fill(form, **texts)
    book.send(form)


@views(View(PHONE, "zh-CN"), View(DESK, scripts=False))
def test_the_whole_way(book, page, view):
    book.open()
    register(page, "Ella")
    # Back where it began, and known.
    expect(page.locator("#visitor bdi")).to_have_text("Ella")
    fill(book.add_form, english="wake", chinese="唤醒")
    book.send()
    expect(book.action("wake", "edit")).to_be_visible()
    edit(book, page, view.scripts, sentence_eng="Wake up!")
    expect(book.row("wake")).to_contain_text("Wake up!")
    log_out(page, view)
    expect(page.locator("#visitor bdi")).to_have_count(0)
    # Found, and closed.
    book.open("?q=wake")
    expect(book.row("wake")).to_contain_text("Wake up!")
    expect(book.action("wake", "edit")).to_have_count(0)
    expect(book.action("wake", "delete")).to_have_count(0)
    [word] = page.request.get("/words", headers={"Accept": "application/json"}).json()["words"]
    assert word["owner"] == "Ella"
    page.goto(f"/words/{word['id']}")
    expect(page.locator("main form")).to_have_count(0)
    expect(page.locator('main dd[lang="en"]').first).to_have_text("wake")
    # The way back in leads here, and opens it.
    page.locator('main a[href^="/auth/login"]').click()
    page.locator("#name").fill("ella")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(field(page.locator("#edit"), "english")).to_have_value("wake")


def test_only_ones_own_words_have_buttons_however_they_come(book, keeper, page, stranger):
    for n in range(12):
        stranger.add(f"theirs {n}", "词")
        keeper.add(f"mine {n}", "词")
    book.open("?limit=10")
    expect(book.rows).to_have_count(10)
    # Ten came with the page, the others are asked for.
    book.more.click()
    expect(book.rows).to_have_count(20)
    book.more.click()
    expect(book.rows).to_have_count(24)
    for n in range(12):
        for name in ("edit", "delete"):
            expect(book.action(f"mine {n}", name)).to_be_visible()
            expect(book.action(f"theirs {n}", name)).to_have_count(0)
    book.find("theirs 3")
    expect(book.rows).to_have_count(1)
    expect(book.action("theirs 3", "edit")).to_have_count(0)


def test_what_nobody_adds_is_nobodys(book, page):
    book.open()
    expect(book.add_form).to_contain_text("You are not logged in")
    fill(book.add_form, english="wake", chinese="唤醒")
    book.send()
    expect(book.row("wake")).to_be_visible()
    expect(book.action("wake", "edit")).to_have_count(0)
    page.reload()
    expect(book.action("wake", "edit")).to_have_count(0)


def test_a_login_that_ended_meanwhile_is_said_and_nothing_typed_is_lost(book, console, keeper, page):
    console.expect("status of 401")
    keeper.add("wake", "唤醒")
    book.open()
    book.edit("wake")
    fill(book.editor, english="awake")
    page.context.clear_cookies()
    book.send(book.editor)
    expect(message(book.editor)).to_contain_text("You are no longer logged in.")
    expect(field(book.editor, "english")).to_have_value("awake")


class TestWithRequireLogin:
    @pytest.fixture
    def variables(self):
        return {"secret_key": "of-the-tests", "require_login": "true"}

    @views(*LOOKS)
    def test_the_forms_are_replaced_by_the_way_to_log_in(self, book, inspect, page):
        book.open()
        expect(book.add_form).to_have_count(0)
        expect(book.import_form).to_have_count(0)
        expect(page.locator('main a[href="/auth/login?next=%2F"]')).to_have_count(2)
        inspect("closed")

    def test_words_are_still_found(self, book, page):
        book.open()
        register(page, "Ella")
        fill(book.add_form, english="wake", chinese="唤醒")
        book.send()
        expect(book.row("wake")).to_be_visible()
        page.locator("#visitor button").click()
        # What is typed before the next page is there is lost with the old one.
        expect(page.locator("#visitor button")).to_have_count(0)
        book.find("wak")
        expect(page.get_by_text("1 match for")).to_be_visible()
        book.find("nothing like it")
        expect(page.locator("#empty-search")).to_be_visible()
        expect(page.locator('[data-action="use"]')).to_be_hidden()


@views(*LOOKS)
def test_a_word_that_is_somebody_elses(inspect, keeper, page, stranger):
    word = stranger.add("theirs", "词")
    page.goto(f"/words/{word['id']}")
    expect(page.locator("main form")).to_have_count(0)
    inspect("word-closed")
