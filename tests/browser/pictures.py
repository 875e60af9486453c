"""The page of the pictures: what is on it, and pictures for it."""

from pathlib import Path

from playwright.sync_api import expect

DATA = Path(__file__).resolve().parents[1] / "data"
PNG, JPG, GIF = DATA / "strand.png", DATA / "strand.jpg", DATA / "dot.gif"


def upload(page, path: Path, info: str = "", name: str | None = None):
    """What another client does."""
    image = file(name or path.name, path)
    response = page.request.post("/upload", multipart={"info": info, "image": image})
    assert response.ok


def file(name: str, path: Path) -> dict:
    """A file by another name."""
    return {"name": name, "mimeType": "image/png", "buffer": path.read_bytes()}


def choose(page, name: str, path: Path = PNG):
    page.locator("#image").set_input_files([file(name, path)])


def submit(page):
    page.locator("#upload button").click()


def done(page):
    """The links to what was uploaded just now."""
    return page.locator(".queued.is-done .queued-name a")


def pictures(page):
    return page.locator(".gallery > li")


def names(page):
    return page.locator(".picture-name")


def expect_all_shown(page):
    """Every picture is one to the browser."""
    for image in page.locator(".frame img").all():
        image.scroll_into_view_if_needed()
        expect(image).not_to_have_js_property("naturalWidth", 0)
