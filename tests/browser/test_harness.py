"""The tests' own means: a view is what it says, and a check that must fail does."""

from pathlib import Path

import pytest

from checks import sticking_out
from keeper import ACCOUNT, Keeper
from view import CHINESE, ENGLISH, LOOKS, NO_SCRIPTS, PHONE, View, views

GIF = Path(__file__).resolve().parents[1] / "data/dot.gif"

JSON = {"Accept": "application/json"}

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>off</title>
</head>
<body>
    <main>
        <h1>Trial</h1>
        <noscript><p>without</p></noscript>
        %s
        <script>document.title = "on"</script>
    </main>
</body>
</html>"""


@pytest.fixture
def trial(page):
    """Opens a page with this markup, served under this policy."""

    def trial(markup: str = "", policy: str = "script-src 'unsafe-inline'"):
        headers = {"Content-Security-Policy": policy}
        body = PAGE % markup
        page.route(
            "**/trial",
            lambda route: route.fulfill(body=body, headers=headers, content_type="text/html"),
        )
        page.goto("/trial")
        return page

    return trial


@views(*LOOKS)
def test_the_page_is_seen_as_the_view_says(trial, scripts, view):
    page = trial()
    assert page.title() == ("on" if view.scripts else "off")
    assert page.locator("noscript p").is_visible() == (not view.scripts)
    with scripts.on():
        assert page.evaluate("innerWidth") == view.width
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert dark == (view.scheme == "dark")


@views(ENGLISH, CHINESE)
def test_page_and_server_are_told_the_language(page, view):
    with page.expect_request("**/routes") as request:
        page.goto("/routes")
    assert request.value.all_headers()["accept-language"].startswith(view.lang)
    assert page.evaluate("navigator.language").startswith(view.lang)


@views(ENGLISH, NO_SCRIPTS)
def test_axe_finds_what_is_wrong_and_nothing_else(trial, violations, view):
    trial("<p>plain</p>")
    assert violations() == []
    page = trial('<input type="text">')
    found = violations()
    assert [line.partition(":")[0] for line in found] == ["label"]
    # Scripts were on for axe-core only.
    assert page.title() == trial().title()
    assert trial().title() == ("on" if view.scripts else "off")


@views(ENGLISH, View(PHONE))
def test_what_is_too_wide_is_found(trial, view):
    assert sticking_out(trial('<div style="overflow: auto"><hr style="width: 2000px"></div>')) == []
    found = sticking_out(trial('<hr style="width: 2000px">'))
    assert f"the window {view.width} px" in found[0]
    assert found[1:] == ['<hr style="width: 2000px">']


# What is on a page, under which policy, and what is in the error that it makes.
ERRORS = [
    ("<p style='color: red'>", "script-src 'unsafe-inline'; style-src 'self'", "inline style"),
    ("", "script-src 'self'", "inline script"),
    ("<script>throw Error('thrown')</script>", "", "uncaught: thrown"),
    ("<script>console.error('said')</script>", "", "said"),
    ("<img src='/nothing' alt=''>", "", "status of 404"),
    ("<img src='http://example.com/' alt=''>", "", "ERR_NAME_NOT_RESOLVED"),
]


def test_errors_reach_the_console(trial, console):
    for markup, policy, part in ERRORS:
        trial(markup, policy)
        problems = console.problems()
        assert len(problems) == 1 and part in problems[0], f"{part}: {problems}"
        console.expect(part)
        assert console.problems() == []


def test_an_expected_error_has_to_come(console):
    console.expect("nothing like it")
    assert console.problems() == ["expected, but not seen: nothing like it"]


def test_an_emptied_server_is_as_new(context, keeper, server):
    keeper.add("wake", "唤醒")
    image = {"name": "dot.gif", "mimeType": "image/gif", "buffer": GIF.read_bytes()}
    assert context.request.post("/upload", multipart={"image": image}).ok
    server.empty()
    assert keeper.read_all() == []
    assert context.request.get("/uploads/dot.gif").status == 404
    assert context.request.get("/auth/me").status == 401
    # The name is free, and the ids begin at 1.
    assert context.request.post("/auth/register", data=ACCOUNT).status == 201
    assert keeper.add("rise", "起床")["id"] == 1
    assert keeper.words() == ["rise"]
    assert context.request.get("/words?q=wake", headers=JSON).json()["words"] == []


def test_who_is_logged_in_once_is_so_again(context, server):
    for _ in range(2):
        server.empty()
        context.clear_cookies()
        Keeper(context, server)
        assert context.request.get("/auth/me", headers=JSON).json()["name"] == ACCOUNT["name"]
