"""Words from a file: on its way, imported, refused, and what is wrong in which line."""

import re

import pytest
from playwright.sync_api import expect

from book import FIELDS, message
from view import BOTH_WAYS, CHINESE, ENGLISH, NO_SCRIPTS, views

GOOD = "english,chinese,sentence_eng,sentence_chi\nwake,唤醒,I wake up.,我醒了。\nrise,起床,,\n"

# Line 3 has no Chinese, line 4 is line 2 again, and line 5 has a column less.
BAD = "english,chinese\nwake,唤醒\nrise,\nWAKE,唤醒\nsleep\nwater,水\n"

MIB = 1024 * 1024


def choose(book, content: bytes | str, name: str = "words.csv"):
    """Chooses a file of this content."""
    content = content.encode() if isinstance(content, str) else content
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    book.import_form.locator('input[type="file"]').set_input_files(file)


def skip(book):
    """Chooses to leave out lines with mistakes."""
    book.import_form.locator('input[value="skip"]').check()


def send(book):
    book.send(book.import_form)


def said(book, view):
    """Where it is said why a file was not sent or not taken."""
    return message(book.import_form) if view.scripts else book.result


@pytest.mark.smoke
@views(*BOTH_WAYS)
def test_words_are_imported(book, page, view):
    book.open()
    choose(book, GOOD)
    send(book)
    texts = {"en": "2 words were imported.", "zh-CN": "导入了 2 个词。"}
    expect(book.result).to_have_text(texts[view.lang])
    if view.scripts:
        expect(book.result).to_be_focused()
        expect(page.locator("#import-file")).to_have_value("")
    else:
        # To load the page again is not to send the file again.
        expect(page).to_have_url(re.compile(r"/\?imported=2&there=0#import-result$"))
        page.reload()
    expect(book.headwords).to_have_text(["rise", "wake"])
    expect(book.rows.last.locator('[data-field="sentence_chi"]')).to_have_text("我醒了。")
    expect(book.status).to_have_text({"en": "2 words", "zh-CN": "共 2 个词"}[view.lang])


@views(*BOTH_WAYS)
def test_a_file_with_mistakes_is_not_imported(book, console, keeper, view):
    console.expect("status of 422")
    book.open()
    choose(book, BAD)
    send(book)
    texts = {"en": "Please correct 3 mistakes first:", "zh-CN": "请先改正这 3 处错误："}
    expect(book.result).to_contain_text(texts[view.lang])
    wrong = {
        "en": [
            ["3", "chinese", "It is empty."],
            ["4", "english", "The same pair is in line 2."],
            ["5", "whole line", "Columns: 1, instead of 2 as in the first line."],
        ],
        "zh-CN": [
            ["3", "chinese", "是空的。"],
            ["4", "english", "与第 2 行重复。"],
            ["5", "整行", "这一行有 1 列，而第一行有 2 列。"],
        ],
    }
    for row, cells in zip(book.result.locator("tbody tr").all(), wrong[view.lang], strict=True):
        expect(row.locator("td")).to_have_text(cells)
    if view.scripts:
        expect(book.result).to_be_focused()
        # The file is still chosen, for whoever decides otherwise.
        skip(book)
        send(book)
        expect(book.headwords).to_have_text(["water", "wake"])
    else:
        assert keeper.words() == []


@views(*BOTH_WAYS)
def test_lines_with_mistakes_are_left_out(book, keeper, page, view):
    keeper.add("water", "水")
    book.open()
    choose(book, BAD)
    skip(book)
    send(book)
    texts = {
        "en": [
            "1 word was imported.",
            "2 lines were left out, because the words are already in the book.",
            "2 lines with mistakes were left out:",
        ],
        "zh-CN": ["导入了 1 个词。", "有 2 行的词已经记过了，没有重复导入。", "跳过了 2 行，因为有错误："],
    }
    expect(book.result.locator(".result-summary")).to_have_text(texts[view.lang])
    # What is there already, in the book or in the file, is no mistake.
    expect(book.result.locator("tbody tr .number")).to_have_text(["3", "5"])
    assert keeper.words() == ["wake", "water"]
    # With the mode that was chosen, the next file can follow.
    expect(book.import_form.locator('input[value="skip"]')).to_be_checked()


@views(ENGLISH, NO_SCRIPTS)
def test_a_word_that_is_there_can_be_looked_at(book, console, keeper, page):
    console.expect("status of 422")
    word = keeper.add("rise", "起床")
    book.open()
    choose(book, GOOD)
    send(book)
    book.result.get_by_role("link", name="Show it").click()
    page.wait_for_url(f"**/words/{word['id']}")


@views(*BOTH_WAYS)
def test_a_file_that_is_none_is_refused_for_what_it_is(book, console, keeper, view):
    console.allow("status of 4")
    where = book.import_form.locator("..") if view.scripts else book.result
    for content, en, zh in [
        ("", "The file is empty.", "文件是空的。"),
        ("eins,zwei\na,b\n", "must name the columns", "要写列名"),
        ("english\nwake\n", "does not name the column chinese", "缺少列名 chinese"),
        (GOOD.encode("utf-16")[:-1], "is in UTF-16", "是 UTF-16 编码"),
        (b"PK\x03\x04" + bytes(100), "Numbers exports it as CSV", "Numbers 请导出为 CSV"),
        ('{"words": [', "not valid JSON", "不是有效的 JSON"),
    ]:
        book.open()
        choose(book, content)
        send(book)
        expect(where).to_contain_text({"en": en, "zh-CN": zh}[view.lang])
    assert keeper.words() == []


@views(*BOTH_WAYS)
def test_how_a_file_was_read_is_said_where_that_was_a_choice(book, keeper, view):
    book.open()
    choose(book, "english,chinese\nwake,唤醒\nrise,起床\n".encode("gbk"))
    send(book)
    texts = {
        "en": ["2 words were imported.", re.compile("was read as GBK, but it could also be Big5")],
        "zh-CN": ["导入了 2 个词。", re.compile("是按 GBK 编码读取的，也可能是 Big5")],
    }
    expect(book.result.locator(".result-summary")).to_have_text(texts[view.lang])
    assert keeper.words() == ["rise", "wake"]


@views(ENGLISH, NO_SCRIPTS)
def test_how_a_file_with_mistakes_was_read_is_said_too(book, console, keeper, view):
    console.expect("status of 422")
    book.open()
    choose(book, "Vokabel,Bedeutung\nwake,唤醒\nwake,唤醒\n")
    send(book)
    expect(book.result).to_contain_text("The first line was read as column names")
    expect(book.result.locator("tbody tr .number")).to_have_text(["3"])
    assert keeper.words() == []


@views(ENGLISH, NO_SCRIPTS)
def test_an_export_in_each_format_comes_back(book, keeper, page):
    word = keeper.add("=wake", "唤醒", "<b>'=1</b>")
    for form, name in [("csv", "words.csv"), ("json", "words.json"), ("anki", "words.txt")]:
        export = page.request.get(f"/words/export?format={form}").body()
        [kept] = keeper.read_all()
        keeper.delete(kept)
        book.open()
        choose(book, export, name)
        send(book)
        expect(book.result).to_have_text("1 word was imported.")
        [back] = keeper.read_all()
        assert [back[field] for field in FIELDS] == [word[field] for field in FIELDS], form


@views(*BOTH_WAYS)
def test_a_file_has_to_be_chosen(book, console, view):
    console.allow("status of 400")
    book.open()
    send(book)
    texts = {"en": "Choose a file first.", "zh-CN": "请先选择文件。"}
    expect(said(book, view)).to_contain_text(texts[view.lang])
    if view.scripts:
        expect(book.import_form.locator('input[type="file"]')).to_be_focused()


def test_a_file_that_is_too_large_is_not_sent(book, page, tmp_path):
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    file = tmp_path / "large.csv"
    with file.open("wb") as large:
        large.truncate(16 * MIB + 1)
    book.open()
    book.import_form.locator('input[type="file"]').set_input_files(file)
    send(book)
    expect(message(book.import_form)).to_have_text("The file is larger than 16 MiB.")
    assert "POST" not in sent


@views(CHINESE)
def test_what_is_on_its_way_is_shown(book, page):
    held = []
    page.route("**/words/import", lambda route: held.append(route))
    book.open()
    choose(book, GOOD)
    with page.expect_request("**/words/import"):
        send(book)
    progress = page.locator(".progress")
    expect(progress).to_contain_text("正在上传… 0%")
    expect(progress.locator("progress")).to_have_attribute("value", "0")
    expect(book.import_form.locator("button")).to_have_attribute("aria-busy", "true")
    # Whoever presses again does not send it twice.
    send(book)
    [route] = held
    route.continue_()
    expect(book.headwords).to_have_text(["rise", "wake"])
    expect(progress).to_be_hidden()
    expect(book.import_form.locator("button")).not_to_have_attribute("aria-busy", "true")


def test_how_much_has_arrived_is_shown(book, context, page):
    """On a slow line: it is counted, and what follows the last byte is told from it."""
    book.open()
    page.evaluate("""() => {
        window.seen = [];
        new MutationObserver(() => seen.push(document.querySelector(".progress label").textContent))
            .observe(document.querySelector(".progress label"), { childList: true });
    }""")
    context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": MIB},
    )
    lines = "".join(f"word {n},{'词' * 60}{n}\n" for n in range(4000))
    choose(book, "english,chinese\n" + lines)
    send(book)
    expect(book.result).to_contain_text("4,000 words were imported.")
    seen = page.evaluate("seen")
    percent = [int(text.split()[1]) for text in seen if text.startswith("Uploading")]
    assert percent == sorted(percent) and percent[0] == 0
    assert any(0 < part < 100 for part in percent), seen
    assert seen[-1] == "Uploaded. The server is reading the lines…"


@views(CHINESE)
def test_an_upload_that_breaks_off_can_be_done_again(book, console, page):
    console.expect("ERR_INTERNET_DISCONNECTED")
    book.open()
    choose(book, GOOD)
    page.context.set_offline(True)
    send(book)
    expect(message(book.import_form)).to_contain_text("上传中断了。")
    page.context.set_offline(False)
    send(book)
    expect(book.headwords).to_have_text(["rise", "wake"])
    expect(message(book.import_form)).to_be_hidden()


def test_a_file_that_is_dropped_is_chosen(book, page):
    book.open()
    transfer = page.evaluate_handle(
        """(content) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content], "words.csv", { type: "text/csv" }));
            return transfer;
        }""",
        GOOD,
    )
    drop = page.locator(".drop")
    drop.dispatch_event("dragover", {"dataTransfer": transfer})
    assert "is-over" in drop.get_attribute("class")
    drop.dispatch_event("drop", {"dataTransfer": transfer})
    assert "is-over" not in drop.get_attribute("class")
    send(book)
    expect(book.headwords).to_have_text(["rise", "wake"])


def test_a_word_that_is_about_to_go_is_not_in_the_way_of_a_file(book, keeper, page):
    keeper.add("wake", "唤醒")
    page.clock.install()
    book.open()
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    book.delete("wake")
    expect(book.undo).to_be_visible()
    choose(book, GOOD)
    send(book)
    expect(book.headwords).to_have_text(["rise", "wake"])
    expect(book.result).to_contain_text("2 words were imported.")
