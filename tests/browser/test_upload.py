"""The page of the pictures, as somebody uses it: with and without scripts, in both languages."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from view import LANGS, SCHEMES, WIDTHS, views

DATA = Path(__file__).resolve().parents[1] / "data"
PNG, JPG, GIF = DATA / "strand.png", DATA / "strand.jpg", DATA / "dot.gif"

ACCOUNT = {"name": "painter", "password": "two strands of thread"}


@pytest.fixture
def variables():
    return {"secret_key": "of-the-tests", "max_content_length": "20000"}


def upload(page, path: Path, info: str = ""):
    """What another client does."""
    image = {"name": path.name, "mimeType": "image/png", "buffer": path.read_bytes()}
    response = page.request.post("/upload", multipart={"info": info, "image": image})
    assert response.ok


def pictures(page):
    return page.locator(".gallery > li")


def names(page):
    return page.locator(".picture-name")


def expect_all_shown(page):
    """Every picture is one to the browser."""
    for image in page.locator(".frame img").all():
        image.scroll_into_view_if_needed()
        expect(image).not_to_have_js_property("naturalWidth", 0)


@views(widths=WIDTHS, langs=LANGS, schemes=SCHEMES, scripts=[True, False])
def test_the_page_is_fit_for_every_window(page, inspect, view):
    page.request.post("/auth/register", data=ACCOUNT)
    upload(page, PNG, "唤醒" * 40)
    upload(page, JPG)
    image = {"name": "n" * 250 + ".gif", "mimeType": "image/gif", "buffer": GIF.read_bytes()}
    page.request.post("/upload", multipart={"info": "unbroken" * 40, "image": image})
    page.goto("/uploads")
    expect(pictures(page)).to_have_count(3)
    expect(page.get_by_role("heading", level=1)).to_contain_text({"en": "Pictures", "zh-CN": "图片"}[view.lang])
    expect_all_shown(page)
    page.locator(".delete summary").first.click()
    inspect("uploads")


@views(widths=WIDTHS, langs=LANGS, scripts=[True, False])
def test_an_empty_page_says_so(page, inspect):
    page.goto("/uploads")
    expect(page.locator(".empty")).to_be_visible()
    inspect("uploads-empty")


@views(scripts=[True, False])
def test_a_picture_is_uploaded_and_seen(page, view):
    page.goto("/uploads")
    page.locator("#image").set_input_files(PNG)
    page.locator("#info").fill("two <strands>")
    page.get_by_role("button", name="Upload").click()
    expect(names(page)).to_have_text(["strand.png"])
    expect(page.locator(".picture-info")).to_have_text("two <strands>")
    expect(page.get_by_alt_text("two <strands>")).to_be_visible()
    expect_all_shown(page)
    if view.scripts:
        expect(page.locator("#announcer")).to_have_text("strand.png is uploaded.")
        expect(page.locator("#queue")).to_be_hidden()


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
    expect(page.locator(".queued")).to_have_count(2)
    expect(page.locator(".queued-name")).to_have_text(["fake.png", "large.png"])
    expect(page.locator(".queued-status").first).to_contain_text("no PNG, JPEG or GIF")
    expect(page.locator(".queued-status").last).to_have_text("The picture is too large.")
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
    expect(status).to_have_count(1)
    held.pop().continue_()
    expect(status).to_have_count(0)
    expect(names(page)).to_have_text(["strand.jpg", "strand.png"])


@views(scripts=[True, False])
def test_nothing_chosen_is_said(page, console, view):
    if not view.scripts:
        console.expect("status of 400")
    page.goto("/uploads")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_have_text("Choose a picture first.")


def test_without_scripts_what_is_wrong_is_said_on_the_page(page, console, scripts, tmp_path):
    console.expect("status of 415")
    fake = tmp_path / "fake.png"
    fake.write_text("no picture")
    page.goto("/uploads")
    # The form by itself, as without its script.
    page.locator("#image").set_input_files(fake)
    page.evaluate("document.querySelector('#upload').submit()")
    expect(page.get_by_role("alert")).to_contain_text("no PNG, JPEG or GIF")


@views(scripts=[True, False])
def test_ones_own_picture_is_deleted_and_others_are_not(page, view):
    upload(page, JPG)
    page.request.post("/auth/register", data=ACCOUNT)
    upload(page, PNG)
    page.goto("/uploads")
    expect(pictures(page)).to_have_count(2)
    expect(page.locator(".delete")).to_have_count(1)
    page.locator(".delete summary").click()
    page.get_by_role("button", name="Yes, delete it for good").click()
    expect(names(page)).to_have_text(["strand.jpg"])
    assert page.request.get("/uploads/strand.png").status == 404
    if view.scripts:
        expect(page.locator("#announcer")).to_have_text("strand.png is deleted.")
        expect(page.locator("#pictures")).to_be_focused()


def test_more_pictures_are_on_the_next_page(page):
    for n in range(3):
        image = {"name": f"{n}.gif", "mimeType": "image/gif", "buffer": GIF.read_bytes()}
        assert page.request.post("/upload", multipart={"image": image}).ok
    page.goto("/uploads?limit=2")
    expect(names(page)).to_have_text(["0.gif", "1.gif"])
    page.get_by_role("link", name="More pictures").click()
    expect(names(page)).to_have_text(["2.gif"])
    page.get_by_role("link", name="中文").click()
    expect(names(page)).to_have_text(["2.gif"])
    page.get_by_role("link", name="回到开头").click()
    expect(names(page)).to_have_count(3)


@pytest.mark.parametrize("path", [PNG, JPG, GIF], ids=lambda path: path.suffix)
def test_a_picture_opens_by_itself(page, path):
    upload(page, path)
    page.goto(f"/uploads/{path.name}")
    expect(page.locator("img")).to_be_visible()
    assert page.evaluate("document.images[0].naturalWidth") > 0
