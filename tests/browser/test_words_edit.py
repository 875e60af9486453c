"""Changing a word: in its row, or without scripts on a page of its own."""

import pytest
from playwright.sync_api import expect

from book import field, fill, message, said
from view import BOTH_WAYS, CHINESE, DESK, NO_SCRIPTS, PHONE, View, views

CHANGED = {"en": "Somebody else has changed this word", "zh-CN": "有人改过这个词"}
EXISTS = {"en": "This pair is already in the book.", "zh-CN": "这对词已经记过了。"}


@pytest.fixture
def wake(keeper) -> dict:
    """A word, below a newer one."""
    word = keeper.add("wake", "唤醒", "I wake up.", "我醒了。")
    keeper.add("rise", "起床")
    return word


@pytest.fixture
def form(page, view):
    """The form in which a word is changed."""
    return page.locator("#words .editor form" if view.scripts else "#edit")


def button(form, action: str):
    return form.locator(f'[data-action="{action}"]')


@pytest.mark.smoke
@views(*BOTH_WAYS)
def test_a_word_is_changed(book, form, wake, keeper, view):
    book.open()
    book.edit("wake")
    expect(field(form, "english")).to_be_focused()
    expect(field(form, "sentence_chi")).to_have_value("我醒了。")
    fill(form, english="awake", sentence_eng="")
    button(form, "save").click()
    expect(book.headwords).to_have_text(["rise", "awake"])
    expect(book.row("awake").locator('[data-field="chinese"]')).to_have_text("唤醒")
    expect(book.row("awake").locator('[data-field="sentence_eng"]')).to_have_text("")
    if view.scripts:
        expect(book.action("awake", "edit")).to_be_focused()
        saved = {"en": "Saved “awake”.", "zh-CN": "已保存“awake”。"}
        expect(book.announcer).to_have_text(saved[view.lang])
    else:
        assert book.page.url.endswith(f"/#word-{wake['id']}")
    # And once more: it is known what is there now.
    book.edit("awake")
    fill(form, english="wake again")
    button(form, "save").click()
    expect(book.headwords).to_have_text(["rise", "wake again"])
    assert keeper.words() == ["rise", "wake again"]


@pytest.mark.usefixtures("wake")
@views(View(PHONE), View(DESK))
def test_esc_closes_what_a_double_click_opened(book, form, page):
    """The form is under the pointer before the second click."""
    for searched in (False, True):
        book.open()
        if searched:
            # The rows that come by a search have no tag yet.
            book.find("e")
            expect(book.status).to_contain_text("“e”")
        for word in ("wake", "rise"):
            book.action(word, "edit").dblclick()
            expect(field(form, "english")).to_be_focused()
            page.keyboard.press("Escape")
            expect(book.headwords).to_have_text(["rise", "wake"])
            expect(book.action(word, "edit")).to_be_focused()


@pytest.mark.usefixtures("wake")
def test_esc_closes_the_form_after_a_click_beside_its_fields(book, form, page):
    book.open()
    book.edit("wake")
    expect(field(form, "english")).to_be_focused()
    form.click(position={"x": 6, "y": 6})
    page.keyboard.press("Escape")
    expect(book.announcer).to_have_text("Nothing was changed.")
    expect(book.headwords).to_have_text(["rise", "wake"])
    expect(book.action("wake", "edit")).to_be_focused()


@pytest.mark.usefixtures("wake")
@views(CHINESE)
def test_esc_leaves_all_as_it_was(book, form, page):
    book.open()
    before = book.row("wake").inner_html()
    book.edit("wake")
    fill(form, english="something else")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    assert book.row("wake").inner_html() == before
    expect(book.action("wake", "edit")).to_be_focused()
    expect(book.announcer).to_have_text("没有改动。")
    # The form that comes next does not remember it.
    book.edit("wake")
    expect(field(form, "english")).to_have_value("wake")
    button(form, "cancel").click()
    expect(form).to_have_count(0)


@pytest.mark.usefixtures("wake")
@views(NO_SCRIPTS)
def test_the_page_of_a_word_can_be_left(book, form, page):
    book.open()
    book.edit("wake")
    fill(form, english="something else")
    form.get_by_role("link", name="Cancel").click()
    expect(book.headwords).to_have_text(["rise", "wake"])


@views(*BOTH_WAYS)
def test_two_who_change_a_word_do_not_overwrite_each_other(book, form, console, keeper, wake, view):
    console.expect("status of 412")
    book.open()
    book.edit("wake")
    fill(form, english="mine")
    keeper.change(wake, english="theirs")
    button(form, "save").click()
    expect(message(form)).to_contain_text(CHANGED[view.lang])
    expect(form.locator('.theirs [data-field="english"] dd')).to_have_text("theirs")
    expect(form.locator('.theirs [data-field="chinese"] dd')).to_have_text("唤醒")
    # Only what differs is marked, and what was typed is there.
    expect(form.locator(".theirs .differs")).to_have_count(1)
    expect(field(form, "english")).to_have_value("mine")
    assert keeper.words() == ["rise", "theirs"]
    # Others do not wait.
    keeper.change(wake, english="theirs again")
    button(form, "save").click()
    expect(form.locator('.theirs [data-field="english"] dd')).to_have_text("theirs again")
    expect(form.locator(".theirs")).to_have_count(1)
    button(form, "save").click()
    expect(book.headwords).to_have_text(["rise", "mine"])
    # What was saved is what is known: it can be changed again.
    book.edit("mine")
    fill(form, english="mine again")
    button(form, "save").click()
    expect(book.headwords).to_have_text(["rise", "mine again"])


@pytest.mark.parametrize("how", ["take", "esc", "cancel"])
def test_theirs_can_be_taken(book, form, console, keeper, page, wake, how):
    console.expect("status of 412")
    book.open()
    book.edit("wake")
    fill(form, english="mine")
    keeper.change(wake, english="theirs")
    button(form, "save").click()
    expect(form.locator(".theirs")).to_be_focused()
    if how == "esc":
        page.keyboard.press("Escape")
    else:
        button(form, how).click()
    expect(book.headwords).to_have_text(["rise", "theirs"])
    expect(book.action("theirs", "edit")).to_be_focused()
    # Its tag is the new one: neither a change nor a deletion is refused.
    book.edit("theirs")
    fill(form, english="ours")
    button(form, "save").click()
    expect(book.headwords).to_have_text(["rise", "ours"])
    assert keeper.words() == ["rise", "ours"]


@views(NO_SCRIPTS)
def test_theirs_can_be_taken_on_the_page_of_a_word(book, form, console, keeper, page, wake):
    console.expect("status of 412")
    book.open()
    book.edit("wake")
    fill(form, english="mine")
    keeper.change(wake, english="theirs")
    button(form, "save").click()
    form.get_by_role("link", name="Use the current version").click()
    expect(field(form, "english")).to_have_value("theirs")
    fill(form, english="ours")
    button(form, "save").click()
    expect(book.headwords).to_have_text(["rise", "ours"])


@views(*BOTH_WAYS)
def test_a_word_cannot_become_one_that_is_there(book, form, console, keeper, page, wake, view):
    console.expect("status of 409")
    other = keeper.words()[0]
    book.open()
    book.edit("wake")
    fill(form, english=other.upper(), chinese="起床")
    button(form, "save").click()
    expect(message(form)).to_contain_text(EXISTS[view.lang])
    expect(field(form, "english")).to_be_focused()
    expect(field(form, "english")).to_have_value("RISE")
    assert keeper.words() == ["rise", "wake"]
    message(form).get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text("rise")


@pytest.mark.usefixtures("wake")
@views(*BOTH_WAYS)
def test_every_flaw_is_said_at_its_field(book, form, console, view):
    console.expect("status of 422")
    book.open()
    book.edit("wake")
    fill(form, chinese=" ", sentence_eng="w" * 2001)
    button(form, "save").click()
    empty = {"en": "Enter the Chinese word.", "zh-CN": "请填写中文。"}
    long = {"en": "at most 2,000 characters", "zh-CN": "最多 2,000 个字符"}
    expect(said(form, "chinese")).to_have_text(empty[view.lang])
    expect(said(form, "sentence_eng")).to_contain_text(long[view.lang])
    expect(field(form, "chinese")).to_be_focused()
    expect(form.locator("[aria-invalid]")).to_have_count(2)
    fill(form, chinese="醒来", sentence_eng="")
    button(form, "save").click()
    expect(book.headwords).to_have_text(["rise", "wake"])
    expect(book.row("wake").locator('[data-field="chinese"]')).to_have_text("醒来")


@pytest.mark.usefixtures("wake")
def test_what_is_put_right_is_no_longer_wrong(book, form, console):
    console.expect("status of 422")
    book.open()
    book.edit("wake")
    fill(form, english="w" * 201, sentence_eng="w" * 2001)
    button(form, "save").click()
    expect(field(form, "english")).to_be_focused()
    field(form, "sentence_eng").press_sequentially("x")
    expect(said(form, "sentence_eng")).to_have_text("")
    expect(field(form, "sentence_eng")).not_to_have_attribute("aria-invalid", "true")
    expect(field(form, "sentence_eng")).to_be_focused()
    expect(field(form, "english")).to_have_attribute("aria-invalid", "true")
    expect(message(form)).to_be_visible()
    fill(form, english="awake")
    expect(form.locator("[aria-invalid]")).to_have_count(0)
    expect(message(form)).to_be_hidden()


@views(CHINESE)
def test_a_word_that_is_gone_goes_from_the_list(book, form, console, keeper, page, wake):
    console.expect("status of 404")
    book.open()
    book.edit("wake")
    fill(form, english="mine")
    keeper.delete(wake)
    page.keyboard.press("Enter")
    expect(message(form)).to_contain_text("已经不在单词本里")
    # What was typed can be copied, until the form is closed.
    expect(field(form, "english")).to_have_value("mine")
    page.keyboard.press("Escape")
    expect(book.headwords).to_have_text(["rise"])
    expect(book.action("rise", "edit")).to_be_focused()
    expect(book.status).to_have_text("共 1 个词")


def test_what_was_typed_stays_when_the_server_is_away(book, form, console, page, wake):
    console.expect("ERR_INTERNET_DISCONNECTED")
    book.open()
    book.edit("wake")
    fill(form, english="mine")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(message(form)).to_contain_text("The server cannot be reached.")
    expect(field(form, "english")).to_have_value("mine")
    page.context.set_offline(False)
    field(form, "english").press("Enter")
    expect(book.headwords).to_have_text(["rise", "mine"])


@pytest.mark.usefixtures("wake")
def test_a_word_that_was_searched_for_is_changed(book, form, keeper):
    """It came without a tag, which is asked for before it is changed."""
    book.open()
    book.search.fill("wake")
    expect(book.headwords).to_have_text(["wake"])
    book.edit("wake")
    fill(form, chinese="醒")
    field(form, "chinese").press("Enter")
    expect(book.row("wake").locator('[data-field="chinese"]')).to_have_text("醒")
    # It matches no longer, and is still there to look at.
    expect(book.status).to_have_text("1 match for “wake”")
    book.edit("wake")
    fill(form, english="sleep", sentence_eng="")
    field(form, "english").press("Enter")
    expect(book.headwords).to_have_text(["sleep"])
    expect(book.status).to_have_text("0 matches for “wake”")


def test_a_word_that_was_changed_since_is_shown_as_it_is(book, form, keeper, wake):
    book.open()
    book.search.fill("wake")
    expect(book.headwords).to_have_text(["wake"])
    keeper.change(wake, english="awake")
    book.edit("wake")
    expect(field(form, "english")).to_have_value("awake")


@pytest.mark.usefixtures("wake")
def test_what_is_being_edited_outlives_a_search(book, form):
    book.open()
    book.edit("wake")
    fill(form, english="half")
    book.search.fill("rise")
    expect(book.status).to_have_text("1 match for “rise”")
    expect(book.rows).to_have_count(2)
    expect(field(form, "english")).to_have_value("half")
    field(form, "english").press("Enter")
    expect(book.headwords).to_have_text(["half", "rise"])
    expect(book.status).to_have_text("1 match for “rise”")


@views(NO_SCRIPTS)
def test_an_old_word_is_shown_after_it_was_changed(book, form, keeper, page):
    word = keeper.add("old", "旧")
    keeper.add_many(30)
    page.goto(f"/words/{word['id']}")
    fill(form, english="very old")
    button(form, "save").click()
    expect(book.row("very old")).to_be_visible()
    assert page.url.endswith(f"#word-{word['id']}")
