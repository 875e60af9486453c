"""Older words: a page of their own without scripts, more rows with them."""

import pytest
from playwright.sync_api import expect

from book import fill
from view import CHINESE, CHINESE_NO_SCRIPTS, ENGLISH, NO_SCRIPTS, views

MORE = {"en": "20 more words are shown.", "zh-CN": "又显示了 20 个词。"}


@pytest.fixture(autouse=True)
def many(keeper):
    """Three pages, the last of them half full."""
    keeper.add_many(50)


def numbered(newest: int, oldest: int) -> list[str]:
    return [f"word {n}" for n in range(newest, oldest - 1, -1)]


@views(CHINESE_NO_SCRIPTS)
def test_older_words_are_a_page(book, page):
    book.open()
    for newest, oldest in [(50, 31), (30, 11), (10, 1)]:
        expect(book.headwords).to_have_text(numbered(newest, oldest))
        if oldest > 1:
            book.more.click()
    expect(book.more).to_be_hidden()
    page.get_by_role("link", name="回到最新").click()
    expect(book.headwords).to_have_text(numbered(50, 31))


@views(ENGLISH, CHINESE)
def test_older_words_come_below(book, page, view):
    book.open()
    book.more.click()
    expect(book.headwords).to_have_text(numbered(50, 11))
    expect(book.status).to_contain_text(MORE[view.lang])
    # Who goes on by keyboard is at the first of them.
    expect(book.row("word 30")).to_be_focused()
    book.more.click()
    expect(book.headwords).to_have_text(numbered(50, 1))
    expect(book.more).to_be_hidden()
    expect(book.row("word 10")).to_be_focused()


def test_the_place_is_kept(book, page, view):
    book.open()
    book.more.click()
    expect(book.rows).to_have_count(40)
    page.reload()
    expect(book.headwords).to_have_text(numbered(50, 11))
    page.goto("/routes")
    page.go_back()
    expect(book.headwords).to_have_text(numbered(50, 11))
    page.locator("#language a").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(book.headwords).to_have_text(numbered(50, 11))
    # It goes on from there.
    book.more.click()
    expect(book.headwords).to_have_text(numbered(50, 1))


def test_the_place_is_kept_through_a_search(book, page):
    book.open()
    book.more.click()
    expect(book.rows).to_have_count(40)
    book.search.fill("word 4")
    expect(book.headwords).to_have_text([*numbered(49, 40), "word 4"])
    page.go_back()
    expect(book.headwords).to_have_text(numbered(50, 11))


def test_the_place_is_kept_on_a_later_page(book, page, keeper):
    book.open("?after=31")
    book.more.click()
    expect(book.headwords).to_have_text(numbered(30, 1))
    page.reload()
    expect(book.headwords).to_have_text(numbered(30, 1))


def test_a_word_that_is_added_meanwhile_is_not_shown_twice(book, keeper):
    book.open()
    fill(book.add_form, english="new", chinese="新")
    book.send()
    expect(book.rows).to_have_count(21)
    keeper.add("newer", "更新")
    book.more.click()
    expect(book.headwords).to_have_text(["new", *numbered(50, 11)])


def test_more_is_loaded_once_however_often_it_is_asked_for(book, page):
    book.open()
    book.more.dblclick()
    expect(book.rows).to_have_count(40)
    expect(book.headwords).to_have_text(numbered(50, 11))


def test_more_can_be_asked_for_again_when_the_server_was_away(book, console, page):
    console.expect("ERR_INTERNET_DISCONNECTED")
    book.open()
    page.context.set_offline(True)
    book.more.click()
    expect(book.status).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    book.more.click()
    expect(book.rows).to_have_count(40)


@views(ENGLISH, NO_SCRIPTS)
def test_a_search_has_pages_too(book, page, view):
    book.open("?q=word&limit=15")
    expect(book.headwords).to_have_text(numbered(50, 36))
    book.more.click()
    first = 50 if view.scripts else 35
    expect(book.headwords).to_have_text(numbered(first, 21))
    page.reload()
    expect(book.headwords).to_have_text(numbered(first, 21))
