"""Deleting a word: the request goes out after five seconds, or when the page is left."""

import pytest
from playwright.sync_api import expect

from book import fill, message
from view import CHINESE, CHINESE_NO_SCRIPTS, DESK, NO_SCRIPTS, PHONE, View, views

SECONDS = 5


@pytest.fixture
def three(keeper) -> list[dict]:
    """Three words, the newest last."""
    return [keeper.add(*pair) for pair in [("one", "一"), ("two", "二"), ("three", "三")]]


@pytest.fixture
def sent(page) -> list[str]:
    """The paths of the deletions that went out."""
    sent = []

    def note(request):
        if request.method == "DELETE":
            sent.append(request.url.rpartition("/")[2])

    page.on("request", note)
    return sent


@pytest.fixture
def clock(page):
    """The page's clock, which stands still."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") + 3_600_000)
    return page.clock


@pytest.mark.smoke
def test_a_deletion_goes_out_after_five_seconds(book, clock, keeper, page, three, sent):
    book.open()
    book.delete("two")
    expect(book.headwords).to_have_text(["three", "one"])
    expect(book.status).to_have_text("2 words")
    expect(book.toast).to_contain_text("Deleted “two”")
    expect(book.undo).to_be_focused()
    clock.run_for((SECONDS - 1) * 1000)
    expect(book.toast.locator(".toast-seconds")).to_have_text("1")
    assert sent == [] and keeper.words() == ["three", "two", "one"]
    with page.expect_response(f"**/words/{three[1]['id']}") as response:
        clock.run_for(1000)
    assert response.value.status == 204
    expect(book.toast).to_have_count(0)
    # The focus is where the row was.
    expect(book.action("one", "delete")).to_be_focused()
    assert keeper.words() == ["three", "one"]
    page.reload()
    expect(book.headwords).to_have_text(["three", "one"])


@views(CHINESE)
def test_a_deletion_is_undone(book, clock, keeper, page, three, sent):
    book.open()
    book.delete("two")
    expect(book.rows).to_have_count(2)
    expect(book.status).to_have_text("共 2 个词")
    expect(book.toast).to_contain_text("已删除“two”")
    book.undo.click()
    expect(book.headwords).to_have_text(["three", "two", "one"])
    expect(book.status).to_have_text("共 3 个词")
    expect(book.action("two", "delete")).to_be_focused()
    expect(book.announcer).to_have_text("“two”已恢复。")
    clock.run_for(2 * SECONDS * 1000)
    page.reload()
    expect(book.rows).to_have_count(3)
    assert sent == []


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("searched", [False, True])
@pytest.mark.parametrize("again", [False, True])
def test_whoever_leaves_the_page_has_thought_enough(
    book, console, keeper, page, three, searched, again
):
    # Both the page that is left and the one that comes next see to it.
    console.allow("status of 404")
    book.open()
    if searched:
        # The rows that come by a search have no tag yet.
        book.find("t")
        expect(book.headwords).to_have_text(["three", "two"])
    book.delete("two")
    expect(book.undo).to_be_focused()
    if again:
        page.reload()
        expect(book.row("three")).to_be_visible()
        expect(book.row("two")).to_have_count(0)
        total = "1 match for “t”" if searched else "2 words"
        expect(book.status).to_have_text(total)
    else:
        page.goto("about:blank")
    keeper.wait_for(["three", "one"])


def test_a_deletion_that_was_left_may_still_fail(book, clock, console, keeper, page, three):
    console.expect("status of 412")
    book.open()
    book.delete("two")
    keeper.change(three[1], english="two and a half")
    page.reload()
    expect(book.headwords).to_have_text(["three", "two and a half", "one"])
    expect(book.toast).to_contain_text("Somebody else has just changed it.")
    expect(book.status).to_have_text("3 words")
    # It is not tried again.
    page.reload()
    expect(book.rows).to_have_count(3)
    expect(book.toast).to_have_count(0)


def test_a_word_that_the_search_does_not_find_is_not_counted(book, clock, keeper, three):
    book.open("?q=t")
    expect(book.status).to_have_text("2 matches for “t”")
    fill(book.add_form, english="new", chinese="新")
    book.send()
    expect(book.headwords).to_have_text(["new", "three", "two"])
    book.delete("new")
    expect(book.status).to_have_text("2 matches for “t”")
    book.undo.click()
    expect(book.headwords).to_have_text(["new", "three", "two"])
    expect(book.status).to_have_text("2 matches for “t”")
    book.delete("two")
    expect(book.status).to_have_text("1 match for “t”")


@views(View(PHONE), View(DESK))
def test_a_double_click_deletes_one_word(book, clock, keeper, page, three):
    """The next row is under the pointer before the second click."""
    book.open()
    book.action("three", "delete").dblclick()
    expect(book.toast).to_have_count(1)
    expect(book.headwords).to_have_text(["two", "one"])
    expect(book.undo).to_be_focused()
    with page.expect_response(f"**/words/{three[2]['id']}"):
        clock.run_for(SECONDS * 1000)
    assert keeper.words() == ["two", "one"]


def test_a_double_click_on_undo_deletes_nothing(book, clock, page, three):
    """A bin may be under the notice."""
    book.open()
    book.delete("two")
    expect(book.undo).to_be_focused()
    bin = book.action("three", "delete").bounding_box()
    undo = book.undo.bounding_box()
    shift = [bin["x"] - undo["x"], bin["y"] - undo["y"]]
    move = "(toasts, [x, y]) => { toasts.style.transform = `translate(${x}px, ${y}px)`; }"
    page.locator("#toasts").evaluate(move, shift)
    book.undo.dblclick(position={"x": bin["width"] / 2, "y": bin["height"] / 2})
    expect(book.headwords).to_have_text(["three", "two", "one"])
    expect(book.toast).to_have_count(0)
    expect(book.action("two", "delete")).to_be_focused()


def test_a_click_without_a_pointer_deletes_each_time(book, clock, three):
    """Screen readers and voice control click without a count."""
    book.open()
    for word in ("three", "two"):
        book.action(word, "delete").dispatch_event("click", {"detail": 0})
    expect(book.headwords).to_have_text(["one"])
    expect(book.toast).to_have_count(2)


@views(CHINESE)
def test_a_word_that_was_changed_meanwhile_comes_back(book, clock, console, keeper, page, three):
    console.expect("status of 412")
    book.open()
    book.delete("two")
    keeper.change(three[1], english="two and a half")
    clock.run_for(SECONDS * 1000)
    expect(book.headwords).to_have_text(["three", "two and a half", "one"])
    expect(book.toast).to_contain_text("“two”没能删除。刚刚有人改过它")
    book.toast.locator('[data-action="dismiss"]').click()
    expect(book.toast).to_have_count(0)
    # Now it is known what goes.
    book.delete("two and a half")
    expect(book.rows).to_have_count(2)
    with page.expect_response(f"**/words/{three[1]['id']}") as response:
        clock.run_for(SECONDS * 1000)
    assert response.value.status == 204
    assert keeper.words() == ["three", "one"]


def test_a_word_that_was_changed_before_it_was_searched_for_comes_back(
    book, clock, console, keeper, three
):
    console.expect("status of 412")
    book.open()
    book.find("two")
    expect(book.headwords).to_have_text(["two"])
    keeper.change(three[1], chinese="两")
    book.delete("two")
    clock.run_for(SECONDS * 1000)
    expect(book.toast).to_contain_text("Somebody else has just changed it.")
    expect(book.row("two").locator('[data-field="chinese"]')).to_have_text("两")


def test_a_word_that_somebody_else_deleted_is_gone(book, clock, console, keeper, page, three):
    console.expect("status of 404")
    book.open()
    book.delete("two")
    keeper.delete(three[1])
    with page.expect_response(f"**/words/{three[1]['id']}"):
        clock.run_for(SECONDS * 1000)
    expect(book.toast).to_have_count(0)
    expect(book.headwords).to_have_text(["three", "one"])


def test_a_word_comes_back_when_the_server_is_away(book, clock, console, page, three):
    console.expect("ERR_INTERNET_DISCONNECTED")
    book.open()
    book.delete("two")
    page.context.set_offline(True)
    clock.run_for(SECONDS * 1000)
    expect(book.toast).to_contain_text("“two” was not deleted. The server cannot be reached.")
    expect(book.headwords).to_have_text(["three", "two", "one"])
    expect(book.status).to_have_text("3 words")


def test_a_word_that_is_about_to_go_stays_hidden(book, clock, keeper, page, three):
    """In a search, in one's way back from it, and in what is loaded below."""
    book.open("?limit=1")
    expect(book.headwords).to_have_text(["three"])
    book.delete("three")
    book.more.click()
    expect(book.headwords).to_have_text(["two"])
    book.find("t")
    page.wait_for_url("**/?q=t*")
    expect(book.status).to_have_text("1 match for “t”")
    expect(book.rows).to_have_count(0)
    book.more.click()
    expect(book.headwords).to_have_text(["two"])
    page.go_back()
    expect(book.status).to_have_text("2 words")
    expect(book.headwords).to_have_text(["two"])


def test_an_undone_word_comes_back_where_it_belongs(book, clock, three):
    book.open()
    book.delete("two")
    book.find("o")
    expect(book.status).to_have_text("1 match for “o”")
    expect(book.headwords).to_have_text(["one"])
    book.undo.click()
    expect(book.announcer).to_have_text("“two” is back.")
    expect(book.headwords).to_have_text(["two", "one"])
    expect(book.status).to_have_text("2 matches for “o”")
    expect(book.action("two", "delete")).to_be_focused()


def test_an_undone_word_that_is_not_searched_for_leaves_the_list_alone(book, clock, three):
    book.open()
    book.delete("two")
    book.find("thr")
    expect(book.status).to_have_text("1 match for “thr”")
    book.undo.click()
    expect(book.toast).to_have_count(0)
    expect(book.headwords).to_have_text(["three"])
    expect(book.status).to_have_text("1 match for “thr”")
    expect(book.action("three", "delete")).to_be_focused()
    book.find("")
    expect(book.headwords).to_have_text(["three", "two", "one"])
    expect(book.status).to_have_text("3 words")


def test_several_words_are_deleted_each_in_its_time(book, clock, keeper, page, three):
    book.open()
    book.delete("one")
    clock.run_for(2000)
    book.delete("three")
    expect(book.toast).to_have_count(2)
    expect(book.headwords).to_have_text(["two"])
    with page.expect_response(f"**/words/{three[0]['id']}"):
        clock.run_for(3000)
    expect(book.toast).to_have_count(1)
    assert keeper.words() == ["three", "two"]
    book.undo.click()
    expect(book.headwords).to_have_text(["three", "two"])


def test_the_last_word_leaves_the_blank_page(book, clock, keeper, page):
    keeper.add("one", "一")
    book.open()
    book.delete("one")
    expect(page.locator("#empty-book")).to_be_visible()
    expect(book.status).to_have_text("0 words")
    book.undo.click()
    expect(page.locator("#empty-book")).to_be_hidden()
    expect(book.action("one", "delete")).to_be_focused()


def test_a_word_that_is_about_to_go_is_not_in_its_own_way(book, clock, keeper, three):
    book.open()
    book.delete("two")
    fill(book.add_form, english="Two", chinese="二", sentence_eng="Two of us.")
    book.send()
    expect(book.headwords).to_have_text(["Two", "three", "one"])
    expect(book.toast).to_have_count(0)
    expect(book.status).to_have_text("3 words")
    assert keeper.words() == ["Two", "three", "one"]


def test_esc_leaves_the_notice_and_lets_it_run(book, clock, keeper, page, three):
    book.open()
    book.delete("three")
    expect(book.undo).to_be_focused()
    page.keyboard.press("Escape")
    expect(book.action("two", "delete")).to_be_focused()
    expect(book.toast).to_have_count(1)
    with page.expect_response(f"**/words/{three[2]['id']}"):
        clock.run_for(SECONDS * 1000)
    # Whoever is elsewhere by then stays there.
    expect(book.action("two", "delete")).to_be_focused()


@pytest.mark.smoke
@views(CHINESE_NO_SCRIPTS)
def test_a_word_is_deleted_on_its_page(book, page, three):
    book.open()
    book.delete("two")
    page.wait_for_url(f"**/words/{three[1]['id']}#delete")
    page.get_by_role("button", name="删除").click()
    expect(book.headwords).to_have_text(["three", "one"])


@views(NO_SCRIPTS)
def test_a_word_that_was_changed_meanwhile_stays(book, console, keeper, page, three):
    console.expect("status of 412")
    book.open()
    book.delete("two")
    keeper.change(three[1], english="two and a half")
    page.locator('[data-action="delete"]').click()
    expect(message(page.locator("#edit"))).to_contain_text("Somebody else has just changed it.")
    expect(page.locator("h1")).to_contain_text("two and a half")
    page.locator('[data-action="delete"]').click()
    expect(book.headwords).to_have_text(["three", "one"])
