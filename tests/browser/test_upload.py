"""Pictures are uploaded: what becomes of each, what is wrong with it, and how it is sent again."""

import re

import pytest
from playwright.sync_api import expect

from keeper import ACCOUNT
from pictures import DATA, GIF, JPG, PNG, choose, done, expect_all_shown, names, submit, upload
from view import DESK, ENGLISH, NO_SCRIPTS, PHONE, View, views

OTHER = {"name": "forger", "password": "two strands of thread"}


@pytest.fixture
def variables():
    return {"secret_key": "of-the-tests", "max_content_length": "20000"}


@pytest.mark.smoke
@views(ENGLISH, NO_SCRIPTS)
def test_a_picture_is_uploaded_and_seen(page, view):
    page.goto("/uploads")
    page.locator("#image").set_input_files(PNG)
    page.locator("#info").fill("two <strands>")
    page.get_by_role("button", name="Upload").click()
    expect(names(page)).to_have_text(["strand.png"])
    expect(page.locator(".picture-info")).to_have_text("two <strands>")
    expect(page.get_by_alt_text("two <strands>")).to_be_visible()
    expect_all_shown(page)
    expect(done(page)).to_have_text("strand.png")
    if view.scripts:
        expect(page.locator("#announcer")).to_have_text("strand.png was uploaded.")


@views(View(PHONE, "zh-CN"), View(DESK, scheme="dark", scripts=False))
def test_what_was_uploaded_is_said_wherever_it_is_in_the_list(page, inspect, view):
    for n in range(20):
        upload(page, GIF, name=f"{n:02}.gif")
    page.goto("/uploads")
    choose(page, "a strand.png")
    submit(page)
    expect(done(page)).to_have_text("a_strand.png")
    expect(done(page)).to_be_in_viewport()
    expect(done(page)).to_have_attribute("href", "/uploads/a_strand.png")
    said = page.locator(".queued-status")
    expect(said).to_contain_text({"en": "Uploaded", "zh-CN": "已上传"}[view.lang])
    if view.scripts:
        expect(said).to_contain_text("a strand.png")
    expect(page.locator(".queued img")).to_have_js_property("naturalWidth", 64)
    expect(names(page)).to_have_count(20)
    expect(names(page).filter(has_text="strand")).to_have_count(0)
    inspect("uploads-done")


def test_what_becomes_of_a_file_is_seen_in_a_low_window(page):
    page.set_viewport_size({"width": 844, "height": 390})
    page.goto("/uploads")
    choose(page, "strand.png")
    page.locator("#upload").evaluate("form => form.requestSubmit()")
    expect(done(page)).to_be_in_viewport()


@views(ENGLISH, NO_SCRIPTS)
def test_a_name_that_cannot_be_kept_is_another_and_that_is_said(page, view):
    page.goto("/uploads")
    choose(page, "唤醒.png")
    submit(page)
    expect(done(page)).to_have_text(re.compile(r"^[0-9a-f]{16}\.png$"))
    name = done(page).inner_text()
    expect(names(page)).to_have_text([name])
    if view.scripts:
        expect(page.locator(".queued-status")).to_have_text("Uploaded, renamed from 唤醒.png")
        expect(page.locator("#announcer")).to_have_text(f"唤醒.png was uploaded as {name}.")
    done(page).click()
    expect(page).to_have_url(re.compile(f"/uploads/{name}$"))


def test_each_of_several_is_said_until_the_next_ones(page):
    page.goto("/uploads")
    page.locator("#image").set_input_files([PNG, JPG])
    submit(page)
    expect(done(page)).to_have_text(["strand.png", "strand.jpg"])
    choose(page, "other.gif", GIF)
    submit(page)
    expect(done(page)).to_have_text(["other.gif"])


@views(ENGLISH, NO_SCRIPTS)
def test_a_picture_that_is_replaced_is_the_new_one_at_once(page):
    upload(page, PNG)
    page.goto("/uploads")
    shown = page.locator(".frame img")
    expect(shown).to_have_js_property("naturalWidth", 64)
    choose(page, "strand.png", GIF)
    submit(page)
    expect(done(page)).to_have_text("strand.png")
    expect(shown).to_have_js_property("naturalWidth", 1)


def test_several_are_uploaded_at_once_and_what_is_wrong_with_one_keeps_none_of_the_others(
    page, console, inspect, tmp_path
):
    console.expect("status of 415")
    fake = tmp_path / "fake.png"
    fake.write_text("no picture")
    large = tmp_path / "large.png"
    large.write_bytes(PNG.read_bytes() + bytes(20_000))
    page.goto("/uploads")
    page.locator("#image").set_input_files([PNG, fake, large, JPG])
    page.get_by_role("button", name="Upload").click()
    expect(names(page)).to_have_text(["strand.jpg", "strand.png"])
    expect(page.locator(".queued-name")).to_have_text(["strand.png", "fake.png", "large.png", "strand.jpg"])
    wrong = page.locator(".queued.is-wrong .queued-status")
    expect(wrong).to_have_count(2)
    expect(wrong.first).to_contain_text("must be a PNG, JPEG or GIF")
    expect(wrong.last).to_have_text("The picture is too large.")
    # Once more would be no use.
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    inspect("uploads-queue")


def test_pictures_can_be_dropped(page):
    page.goto("/uploads")
    dropped = page.evaluate_handle(
        """([name, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/gif" }));
            return data;
        }""",
        ["dropped.gif", list(GIF.read_bytes())],
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    expect(names(page)).to_have_text(["dropped.gif"])


def test_what_is_on_its_way_is_shown(page, context):
    """The server answers when the test lets it."""
    held = []
    context.route("**/upload", lambda route: held.append(route))
    page.goto("/uploads")
    page.locator("#image").set_input_files([PNG, JPG])
    with page.expect_request("**/upload"):
        page.get_by_role("button", name="Upload").click()
    status = page.locator(".queued-status")
    expect(status.first).not_to_have_text("waiting")
    expect(status.last).to_have_text("waiting")
    expect(page.locator(".queued progress")).to_have_count(2)
    expect(page.locator(".queued img").first).to_have_js_property("naturalWidth", 64)
    with page.expect_request("**/upload"):
        held.pop().continue_()
    expect(status.first).to_have_text("Uploaded")
    held.pop().continue_()
    expect(status.last).to_have_text("Uploaded")
    expect(names(page)).to_have_text(["strand.jpg", "strand.png"])


@views(ENGLISH, NO_SCRIPTS)
def test_nothing_chosen_is_said(page, console, view):
    if not view.scripts:
        console.expect("status of 400")
    page.goto("/uploads")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_have_text("Choose a picture first.")


@views(View(PHONE, "zh-CN", scripts=False), NO_SCRIPTS)
def test_without_scripts_what_is_wrong_is_said_and_what_was_typed_stays(page, console, inspect, view):
    console.expect("status of 415")
    page.goto("/uploads")
    choose(page, "fake.png", DATA / "no-picture.png")
    page.locator("#info").fill('two "<strands>"')
    submit(page)
    expect(page.get_by_role("alert")).to_contain_text("PNG")
    expect(page.locator("#info")).to_have_value('two "<strands>"')
    inspect("uploads-refused")


@views(NO_SCRIPTS)
@pytest.mark.usefixtures("keeper")
def test_without_scripts_what_was_typed_stays_where_the_picture_is_somebody_elses(page, console):
    console.expect("status of 403")
    upload(page, PNG)
    page.request.post("/auth/register", data=OTHER)
    page.goto("/uploads")
    choose(page, "strand.png")
    page.locator("#info").fill("two strands")
    submit(page)
    expect(page.get_by_role("alert")).to_contain_text("somebody else")
    expect(page.locator("#info")).to_have_value("two strands")


@views(View(PHONE, "zh-CN"), ENGLISH)
def test_what_did_not_arrive_is_sent_again(page, console, context, inspect, view):
    console.expect("ERR_FAILED")
    failing = True
    context.route("**/upload", lambda route: route.abort() if failing else route.continue_())
    page.goto("/uploads")
    page.locator("#info").fill("two strands")
    choose(page, "strand.png")
    submit(page)
    again = page.get_by_role("button", name={"en": "Try again", "zh-CN": "重试"}[view.lang])
    expect(again).to_be_visible()
    inspect("uploads-again")
    failing = False
    again.click()
    expect(done(page)).to_have_text("strand.png")
    expect(again).to_have_count(0)
    # Where the button was, the keyboard goes on.
    expect(page.locator(".queued")).to_be_focused()
    expect(page.locator(".picture-info")).to_have_text("two strands")


# Where it may go well another time.
REASONS = {
    500: "Something went wrong on the server.",
    503: "The picture could not be saved. Try again in a moment.",
    408: "The upload took too long.",
    504: "The upload took too long.",
    507: "The server has no space left for pictures.",
}


def test_what_may_go_well_another_time_is_tried_again(page, console, context):
    statuses = list(REASONS)
    for status in statuses:
        console.expect(f"status of {status}")

    def answer(route):
        if statuses:
            route.fulfill(status=statuses.pop(0))
        else:
            route.continue_()

    context.route("**/upload", answer)
    page.goto("/uploads")
    choose(page, "strand.png")
    submit(page)
    for reason in REASONS.values():
        expect(page.locator(".queued-status")).to_have_text(reason)
        page.get_by_role("button", name="Try again").click()
    expect(done(page)).to_have_text("strand.png")


@pytest.mark.usefixtures("keeper")
def test_an_upload_can_be_sent_again_after_a_login(page, console, context):
    console.expect("status of 401")
    upload(page, PNG)
    page.goto("/uploads")
    page.request.post("/auth/logout")
    choose(page, "strand.png")
    submit(page)
    expect(page.locator(".queued-status")).to_contain_text("Log in to upload this picture")
    # In another tab, as the file is lost with this one.
    with context.expect_page() as opened:
        page.locator(".queued").get_by_role("link", name="Log in").click()
    tab = opened.value
    tab.get_by_label("Name").fill(ACCOUNT["name"])
    tab.get_by_label("Password").fill(ACCOUNT["password"])
    tab.get_by_role("button", name="Log in").click()
    expect(tab).to_have_url(re.compile("/uploads$"))
    page.get_by_role("button", name="Try again").click()
    expect(done(page)).to_have_text("strand.png")


def test_a_page_with_an_upload_on_its_way_is_not_left_unasked(page, context):
    held, asked = [], []
    context.route("**/upload", lambda route: held.append(route))

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/uploads")
    page.locator("#image").set_input_files([PNG, JPG])
    with page.expect_request("**/upload"):
        submit(page)
    leave = page.get_by_role("link", name="Word book")
    with page.expect_event("dialog"):
        leave.click(no_wait_after=True)
    with page.expect_request("**/upload"):
        held.pop().continue_()
    expect(done(page)).to_have_text(["strand.png"])
    held.pop().continue_()
    expect(done(page)).to_have_text(["strand.png", "strand.jpg"])
    leave.click()
    expect(page).to_have_url(re.compile("/$"))
    assert asked == ["beforeunload"]
