"""Adding a word with the form beside the list."""

import pytest
from playwright.sync_api import expect

from book import FIELDS, field, fill, message, said
from view import BOTH_WAYS, CHINESE, ENGLISH, NO_SCRIPTS, views

WAKE = {
    "english": "wake up",
    "chinese": "唤醒",
    "sentence_eng": "I wake up at six.",
    "sentence_chi": "我六点醒来。",
}


@pytest.mark.smoke
@views(*BOTH_WAYS)
def test_a_word_is_added_and_shown_first(book, keeper, view):
    keeper.add("rise", "起床")
    book.open()
    fill(book.add_form, **WAKE)
    book.send()
    expect(book.headwords).to_have_text(["wake up", "rise"])
    row = book.rows.first
    for name, text in WAKE.items():
        expect(row.locator(f'[data-field="{name}"]')).to_have_text(text)
        expect(field(book.add_form, name)).to_have_value("")
    if view.scripts:
        # The next word can be typed at once.
        expect(field(book.add_form, "english")).to_be_focused()
        expect(book.add_form.locator(".done")).to_contain_text("wake up")
    else:
        assert book.page.url.endswith(f"/#{row.get_attribute('id')}")


def test_the_first_word_takes_the_place_of_the_blank_page(book, page):
    book.open()
    expect(page.locator("#empty-book")).to_be_visible()
    fill(book.add_form, english="wake", chinese="唤醒")
    book.send()
    expect(book.status).to_have_text("1 word")
    expect(page.locator("#empty-book")).to_be_hidden()


@pytest.mark.smoke
@views(*BOTH_WAYS)
def test_every_flaw_is_said_at_its_field(book, console, view):
    console.expect("status of 422")
    book.open()
    long = "w" * 201
    fill(book.add_form, english=long, sentence_chi="我醒了。")
    book.send()
    wanted = {
        "english": {"en": "at most 200 characters", "zh-CN": "最多 200 个字符"},
        "chinese": {"en": "Enter the Chinese word.", "zh-CN": "请填写中文。"},
    }
    for name, texts in wanted.items():
        expect(said(book.add_form, name)).to_contain_text(texts[view.lang])
        expect(field(book.add_form, name)).to_have_attribute("aria-invalid", "true")
    for name in ("sentence_eng", "sentence_chi"):
        expect(said(book.add_form, name)).to_have_text("")
    expect(message(book.add_form)).to_be_visible()
    expect(field(book.add_form, "english")).to_be_focused()
    expect(field(book.add_form, "english")).to_have_value(long)
    expect(field(book.add_form, "sentence_chi")).to_have_value("我醒了。")
    # What is mended is saved, and nothing is wrong any more.
    fill(book.add_form, english="wake", chinese="唤醒")
    book.send()
    expect(book.headwords).to_have_text(["wake"])
    expect(book.add_form.locator("[aria-invalid]")).to_have_count(0)
    expect(message(book.add_form)).to_be_hidden()


@pytest.mark.parametrize("by_scripts", [True, False])
def test_what_is_put_right_is_no_longer_wrong(book, console, page, by_scripts):
    console.expect("status of 422")
    book.open()
    fill(book.add_form, english="w" * 201)
    if by_scripts:
        book.send()
    else:
        # The same from the server, as before the scripts are there. They are when the page is loaded.
        with page.expect_navigation():
            book.add_form.evaluate("form => form.submit()")
    english, chinese = field(book.add_form, "english"), field(book.add_form, "chinese")
    expect(english).to_be_focused()
    expect(english).to_have_attribute("aria-invalid", "true")
    english.fill("short")
    expect(said(book.add_form, "english")).to_have_text("")
    expect(english).not_to_have_attribute("aria-invalid", "true")
    expect(english).to_be_focused()
    # The other one is still to be put right.
    expect(said(book.add_form, "chinese")).to_have_text("Enter the Chinese word.")
    expect(chinese).to_have_attribute("aria-invalid", "true")
    expect(message(book.add_form)).to_be_visible()
    chinese.fill("短")
    expect(book.add_form.locator("[aria-invalid]")).to_have_count(0)
    expect(message(book.add_form)).to_be_hidden()
    expect(chinese).to_be_focused()


@views(*BOTH_WAYS)
def test_a_pair_that_is_there_is_shown(book, console, keeper, page, view):
    console.expect("status of 409")
    word = keeper.add("wake", "唤醒")
    book.open()
    fill(book.add_form, english="Wake ", chinese="唤醒", sentence_eng="Wake me.")
    book.send()
    texts = {"en": "This pair is already in the book.", "zh-CN": "这对词已经记过了。"}
    expect(message(book.add_form)).to_contain_text(texts[view.lang])
    expect(field(book.add_form, "english")).to_be_focused()
    expect(field(book.add_form, "sentence_eng")).to_have_value("Wake me.")
    message(book.add_form).get_by_role("link").click()
    page.wait_for_url(f"**/words/{word['id']}")
    expect(page.locator("h1")).to_contain_text("wake")


def test_enter_sends_a_sentence_and_shift_enter_breaks_it(book, page):
    book.open()
    fill(book.add_form, english="wake", chinese="唤醒")
    field(book.add_form, "sentence_eng").focus()
    page.keyboard.type("One.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Two.")
    page.keyboard.press("Enter")
    expect(book.headwords).to_have_text(["wake"])
    sentence = book.rows.first.locator('[data-field="sentence_eng"]')
    assert sentence.text_content() == "One.\nTwo."


def test_enter_that_ends_pinyin_does_not_send(book, context, page):
    book.open()
    fill(book.add_form, english="wake", chinese="唤醒")
    field(book.add_form, "sentence_chi").focus()
    session = context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "xing", "selectionStart": 4, "selectionEnd": 4})
    session.send(
        "Input.dispatchKeyEvent",
        {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    session.send("Input.insertText", {"text": "醒"})
    expect(field(book.add_form, "sentence_chi")).to_have_value("醒")
    expect(book.rows).to_have_count(0)
    page.keyboard.press("Enter")
    expect(book.rows).to_have_count(1)


def test_a_word_is_added_once_however_often_the_button_is_pressed(book, page):
    book.open()
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    fill(book.add_form, english="wake", chinese="唤醒")
    book.add_form.get_by_role("button").hover()
    for click in 1, 2:
        page.mouse.down(click_count=click)
        page.mouse.up(click_count=click)
        # The second one comes when the first is answered and the form is empty again.
        expect(book.headwords).to_have_text(["wake"])
    fill(book.add_form, english="rise", chinese="起身")
    for _ in range(2):
        page.keyboard.down("Enter")
        expect(book.headwords).to_have_text(["rise", "wake"])
    page.keyboard.up("Enter")
    # Whatever would still be sent is sent before this.
    fill(book.add_form, english="shine", chinese="发光")
    book.send()
    expect(book.headwords).to_have_text(["shine", "rise", "wake"])
    assert sent.count("POST") == 3


@views(CHINESE)
def test_what_was_typed_stays_when_the_server_is_away(book, console, page):
    console.expect("ERR_INTERNET_DISCONNECTED")
    book.open()
    fill(book.add_form, **WAKE)
    page.context.set_offline(True)
    book.send()
    expect(message(book.add_form)).to_contain_text("连不上服务器。")
    for name in FIELDS:
        expect(field(book.add_form, name)).to_have_value(WAKE[name])
    page.context.set_offline(False)
    book.send()
    expect(book.headwords).to_have_text(["wake up"])
    expect(message(book.add_form)).to_be_hidden()


@views(ENGLISH, NO_SCRIPTS)
def test_markup_in_a_word_is_text(book, page):
    hostile = "</template><img src=x onerror=document.title=1>"
    book.open()
    fill(book.add_form, english=hostile, chinese="唤醒", sentence_eng=hostile)
    book.send()
    expect(book.headwords).to_have_text([hostile])
    book.open(f"?q={hostile[:11]}")
    expect(book.headwords).to_have_text([hostile])
    assert page.title() != "1"


def test_a_word_that_does_not_match_is_shown_and_not_counted(book, keeper):
    keeper.add("wake", "唤醒")
    book.open("?q=wake")
    expect(book.status).to_have_text("1 match for “wake”")
    fill(book.add_form, english="rise", chinese="起床")
    book.send()
    expect(book.headwords).to_have_text(["rise", "wake"])
    expect(book.status).to_have_text("1 match for “wake”")
    fill(book.add_form, english="awake", chinese="醒着")
    book.send()
    expect(book.status).to_have_text("2 matches for “wake”")
