"""Where answers lead: what views say, and what the routes say by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import JSON, URLENCODED, post
from differences.paths import ROUTES
from differences.redirects import log_out
from grammars.targets import TARGETS, targets
from grammars.words import query
from wire import Request

PAGE = ((b"Accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),)
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
WORD = query(english="a", chinese="b")


@pytest.mark.parametrize("headers", [(), JSON, PAGE], ids=["text", "json", "page"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", [b"/add", b"/add?a=1", b"/add/", b"/data?" + WORD], ids=ascii)
def test_a_view_leads_elsewhere_alike(check, method, target, headers):
    """307 keeps the method, 302 does not; a redirect has no query but its own."""
    if (method, target[:4]) != ("POST", b"/add"):
        check(Request(method, target, headers))


@pytest.mark.parametrize("headers", [(), JSON, PAGE], ids=["text", "json", "page"])
@pytest.mark.parametrize("request_", [
    post("/session", URLENCODED, b"a=1", accept=()), post("/session", URLENCODED, b"", accept=()), Request("DELETE", b"/session"),
], ids=["set", "set nothing", "clear"])  # fmt: skip
def test_a_form_of_a_browser_leads_to_its_page_alike(check, request_, headers):
    for name, value in headers:
        request_ = request_.with_header(name, value)
    check(request_)


# The one rule that ends with a slash, and paths near it. An upstream is asked for the rest.
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("rest", [b"", b"?", b"?a=1", b"?a=%20&b=%E5%94%A4", b"?a=b/c", b"?a=?", b"?//evil.example", b"?a='\""])
def test_a_missing_slash_is_added_alike(check, method, rest):
    body = b"a=1" if method in ("POST", "PUT", "PATCH") else None
    check(Request(method, b"/proxy/reverse" + rest, PAGE, body))


@pytest.mark.parametrize("path", sorted(ROUTES - {"/sleep"}))
@pytest.mark.parametrize("wrong", ["{}/", "/{}", "{}//", "//{}", "{}/.", "/.{}"])
def test_a_slash_too_many_leads_nowhere_alike(check, path, wrong):
    for method in ("GET", "POST"):
        check(Request(method, wrong.format(path).encode(), JSON))


@pytest.mark.parametrize("target", TARGETS, ids=ascii)
def test_the_end_of_a_login_leads_to_the_same_page(check, target):
    exchange = check(log_out(target))
    location = exchange.ours.header("Location")
    assert location.startswith("/") and not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("body", [b"", b"next", b"next=", b"next=/a&next=/b", b"Next=/a", b"next=/a;b", b"next=%2Fa", b"next=/%ff"])
def test_the_form_says_alike_where_to_go(check, body):
    check(post("/auth/logout", URLENCODED, body, accept=PAGE))


@given(target=targets)
def test_any_target_is_gone_to_alike(check, target):
    check(log_out(target))


@given(
    method=st.sampled_from(METHODS),
    slashes=st.lists(st.sampled_from(["/", "/", "/", "//", "///"]), min_size=3, max_size=3),
    names=st.sampled_from([("args", "list"), ("cookies", "add"), ("session", "show"), ("form", "stream"), ("proxy", "reverse")]),
    tail=st.sampled_from(["", "", "/", "//", "?a=1", "/?a=1"]),
)
def test_any_slashes_are_taken_alike(check, method, slashes, names, tail):
    path = f"{slashes[0]}{names[0]}{slashes[1]}{names[1]}{tail}"
    if path.startswith("/proxy/reverse/"):
        return  # The upstream's.
    check(Request(method, path.encode(), JSON))
