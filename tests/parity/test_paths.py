"""Methods, paths, hosts, and which form an answer takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import JSON, URLENCODED, post
from differences.paths import ROUTES
from wire import Request

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW", "get", "Post"]

TARGETS = [
    b"/args", b"/args?", b"/args/", b"/args/list/", b"//args", b"//args/list", b"/args//list", b"/ARGS", b"/args.",
    b"/args;a=1", b"/args%20", b"/%61rgs", b"/args%2Flist", b"/args%2flist", b"/args%3Finfor=1", b"/args%00",
    b"/args/.", b"/args/./list", b"/args/../index", b"/index/../args", b"/./args", b"/nowhere", b"/index.html",
    b"/args#list", b"/args?infor=1#2", b"/args?infor=%23", b"/args/list?infor=/", b"/index?title", b"/form/",
    b"/form/streams", b"/registers", b"/%E5%94%A4", "/唤".encode(), b"/\xff", b"/args\\list", b"/args/list?infor=\\",
    b"/args?infor=\"", b"/args?infor=<", b"/args?infor=>", b"/args?infor=\x7f", b"/args?infor=\x01",
    b"/args?infor=\x80", b"http://parity.example/args?infor=1", b"HTTP://parity.example/args?infor=1",
    b"http://other.example/args?infor=1", b"args", b"?infor=1",
]  # fmt: skip

ACCEPTS = [
    b"", b"*/*", b"application/json", b"APPLICATION/JSON", b"application/*", b"application/json, */*",
    b"application/json;q=0.5, */*", b"text/html", b"text/plain", b"text/*", b"application/json, text/plain, */*",
    b"application/json, text/html;q=0.9", b"application/json;q=0.9, text/html",
    b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", b"application/json;q=0",
    b"application/json;q=0, */*", b"text/html;q=0, */*", b"application/problem+json",
    b"application/json;charset=utf-8", b"application/json; q=1", b"application/json ;q=0.1", b"json", b",,",
    b"image/png", b"text/plain;q=0.5, application/json;q=0.5", b"text/*;q=0.4, application/json;q=0.5",
    b"application/json;q=1.5", b"application/json;q=-1", b"application/json;q=a", b"application/json;q=",
    b"application/json;q=0.001", b"*/*;q=0.1, application/json", b"text/plain;q=0, */*",
    b"application/json;indent=2", b"*/json", b"application/json, application/json;q=0", b"application/json;Q=0",
    b"text/html;q=0.1, */*;q=0.2",
]  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/index", "/args", "/args/list", "/form", "/form/stream", "/register", "/data"])
def test_methods_are_allowed_alike(check, method, path):
    check(Request(method, path.encode()))
    check(Request(method, path.encode(), JSON))


@pytest.mark.parametrize("target", TARGETS, ids=ascii)
def test_targets_are_found_alike(check, target):
    check(Request("GET", target, JSON))


@pytest.mark.parametrize("accept", ACCEPTS)
def test_accept_is_read_alike(check, accept):
    for path in (b"/args?infor=1", b"/index?title=%3Cb%3E%26%22%27"):
        check(Request("GET", path, ((b"Accept", accept),)))


@pytest.mark.parametrize("name", [b"Sec-Fetch-Site", b"Origin"])
@pytest.mark.parametrize("value", [
    b"none", b"same-origin", b"same-site", b"cross-site", b"null", b"http://parity.example",
    b"https://evil.example",
])
def test_other_sites_are_told_alike(check, name, value):
    check(post("/form", URLENCODED, b"a=1", (name, value), accept=()))
    check(Request("GET", b"/args?infor=1", ((name, value),)))


@pytest.mark.parametrize("value", [
    b"http://parity.example/routes", b"https://parity.example", b"http://evil.example/", b"/routes", b"about:blank", b"",
])
def test_other_pages_are_told_alike(check, value):
    for request in (post("/form", URLENCODED, b"a=1", accept=()), Request("GET", b"/session")):
        check(request.with_header(b"Referer", value))


# Without its parameter it waits for ten seconds.
_routes = [path[1:].replace("sleep", "sleep?seconds=0") for path in sorted(ROUTES)]
_segment = st.sampled_from([
    "args", "list", "index", "form", "stream", "", ".", "..", "%61rgs", "Args", "args ", "%2e", "唤", "*",
])


@given(
    method=st.sampled_from(METHODS),
    path=st.lists(_segment, min_size=1, max_size=3).map("/".join) | st.sampled_from(_routes),
)
def test_any_path_is_found_alike(check, method, path):
    target = "/" + path.replace(" ", "%20").replace("唤", "%E5%94%A4")
    if target == "/" and method == "GET":
        return  # The word book, of which the tutorial has the form only.
    check(Request(method, target.encode(), JSON))


_ranges = st.builds(
    "{}{}".format,
    st.sampled_from([
        "*/*", "text/*", "text/html", "text/plain", "application/*", "application/json", "image/png", "text/json",
        "json", "",
    ]),
    st.sampled_from([
        "", "", ";q=1", ";q=0", ";q=0.5", "; q=0.3", ";q=0.75", ";q=x", ";charset=utf-8", ";level=1;q=0.4",
    ]),
)


@given(accept=st.lists(_ranges, max_size=4).map(", ".join))
def test_any_accept_is_read_alike(check, accept):
    check(Request("GET", b"/args?infor=1", ((b"Accept", accept.encode()),)))
