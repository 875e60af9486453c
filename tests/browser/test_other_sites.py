"""What another site's page can make a browser do here: its links, images and forms change nothing.

At 127.0.0.1 a browser behaves as over https, and says in Sec-Fetch-Site whose page it is. At any other
name over plain HTTP it does not; there are Origin, but not with a GET, and Referer, if the page lets it.
"""

import http.server
import threading
from urllib.parse import urlencode, urlsplit

import pytest

from engines import OTHER_HOST, PLAIN_HOST

WORD = {"english": "wake", "chinese": "唤醒", "sentence_eng": "", "sentence_chi": ""}

FIELDS = "".join(f'<input name="{name}" value="{value}">' for name, value in WORD.items())

# How a page gets at an address, for the most part without the person's help.
WAYS = {
    "link": '<a id="go" href="{site}/data?{query}">Look</a>',
    "image": '<img src="{site}/data?{query}" alt="">',
    "form by GET": '<form action="{site}/data">{fields}<button id="go">Look</button></form>',
    "form by POST": '<form action="{site}/words" method="post">{fields}<button id="go">Look</button></form>',
}

# What keeps a browser from saying on which page a link was.
HIDDEN = '<meta name="referrer" content="no-referrer">'


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Another site, of one page."""

    html = ""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.html.encode())

    def log_message(self, format, *args):
        """Says nothing."""


@pytest.fixture(scope="module")
def elsewhere():
    """Where that other site is."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{OTHER_HOST}:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def visit(console, elsewhere, page, server):
    """Opens the other site's page and lets it have its way.

    Returns the request's headers, and whether it was refused: an image that is a page of 403 the browser
    keeps to itself.
    """
    console.allow("status of 403")
    # Of a page in place of an image.
    console.allow("ERR_BLOCKED_BY_ORB")

    def visit(host: str, way: str, head: str = ""):
        site = f"http://{host}:{server.port}"
        markup = WAYS[way].format(site=site, query=urlencode(WORD), fields=FIELDS)
        Elsewhere.html = f'<!DOCTYPE html><link rel="icon" href="data:,">{head}{markup}'
        with page.expect_request(lambda request: urlsplit(request.url).path in ("/data", "/words")) as sent:
            page.goto(elsewhere)
            if page.locator("#go").count():
                page.locator("#go").click()
        answer = sent.value.response()
        return sent.value.all_headers(), answer is None or answer.status == 403

    return visit


def test_a_page_of_another_site_adds_no_word_over_plain_http(elsewhere, visit, stranger):
    for way in WAYS:
        headers, refused = visit(PLAIN_HOST, way)
        assert "sec-fetch-site" not in headers, way
        assert headers["referer"] == elsewhere, way
        assert ("origin" in headers) == (way == "form by POST"), way
        assert refused, way
    assert stranger.words() == []


def test_a_page_that_hides_itself_adds_no_word_where_the_browser_says_whose_it_is(visit, stranger):
    for way in WAYS:
        headers, refused = visit("127.0.0.1", way, HIDDEN)
        # Neither Referer nor Origin betrays it, so it was Sec-Fetch-Site.
        assert not headers.get("referer") and headers.get("origin", "null") == "null", way
        assert refused, way
    assert stranger.words() == []


def test_over_plain_http_a_hidden_page_is_taken_for_a_typed_address(visit, stranger):
    """The one gap, which https closes: a GET that says nothing is what a person's own is, too."""
    for way in WAYS:
        headers, refused = visit(PLAIN_HOST, way, HIDDEN)
        assert "sec-fetch-site" not in headers and "referer" not in headers, way
        # A form says Origin: null where it may not say more.
        assert refused == (way == "form by POST"), way
    assert stranger.words() == ["wake"]
