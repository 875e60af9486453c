"""What differs whatever is asked for."""

import json

from compare import Exchange, is_error_page, is_problem, json_of
from differences import Example, difference
from differences._common import URLENCODED, get, post, tells
from wire import HOST, Request

TEXT, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"


@difference(
    "text-plain",
    Example(get("/args?infor=1", accept=()), f"200 Content-Type: {PAGE}", f"200 Content-Type: {TEXT}"),
    Example(
        get("/args?infor=%3Cscript%3E", accept=()), "200 <script>", "200 X-Content-Type-Options: nosniff"
    ),
)
def text_plain(exchange: Exchange):
    flask, ours = exchange.flask, exchange.ours
    kinds = flask.header("Content-Type"), ours.header("Content-Type")
    safe = ours.header("X-Content-Type-Options") == "nosniff"
    if flask.status == ours.status < 400 and kinds == (PAGE, TEXT) and safe:
        return {"content-type"}


@difference(
    "json-text",
    Example(
        get("/args?infor=%E5%94%A4"),
        '200 {"infor":"\\u5524"}',
        '200 {"infor":"唤"}',
    ),
)
def json_text(exchange: Exchange):
    """Both are written as their own side always does: escaped to ASCII with a newline, or neither."""
    if "json-text" not in exchange.aspects:
        return None
    form = {"sort_keys": True, "separators": (",", ":")}
    flask = json.dumps(json_of(exchange.flask), **form) + "\n"
    ours = json.dumps(json_of(exchange.ours), ensure_ascii=False, **form)
    if (exchange.flask.text, exchange.ours.text) == (flask, ours):
        return {"json-text"}


@difference(
    "error-body",
    Example(get("/form"), "405 <!doctype html>…", '405 {"code":"method-not-allowed",…'),
    Example(get("/form"), f"405 Content-Type: {PAGE}", "405 Content-Type: application/problem+json"),
)
def error_body(exchange: Exchange):
    flask, ours = exchange.flask, exchange.ours
    status = flask.status
    if ours.status != status or status < 400 or flask.header("Content-Type") != PAGE:
        return None
    if is_problem(ours, status) or is_error_page(ours, status):
        return {"content-type", "body"}


@difference(
    "options-type",
    Example(Request("OPTIONS", b"/args"), f"200 Content-Type: {PAGE}", "200"),
)
def options_type(exchange: Exchange):
    flask, ours = exchange.flask, exchange.ours
    empty = flask.body == ours.body == b"" and flask.status == ours.status == 200
    if exchange.request.method == "OPTIONS" and empty and ours.header("Content-Type") is None:
        return {"content-type"}


@difference(
    "cross-site",
    Example(
        post("/register", URLENCODED, b"name=duke", (b"Origin", b"https://evil.example"), accept=()),
        "200 welcome",
        "403",
    ),
    Example(
        post("/register", URLENCODED, b"name=duke", (b"Sec-Fetch-Site", b"cross-site"), accept=()),
        "200 welcome",
        "403",
    ),
    Example(
        get("/data?english=a&chinese=b&sentence_eng=&sentence_chi=", (b"Sec-Fetch-Site", b"same-site"), accept=()),
        '302 [["a","b","",""]]',
        "403",
    ),
    Example(
        get("/session", (b"Referer", b"http://evil.example/"), accept=()),
        "200 index",
        "403",
    ),
)
def cross_site(exchange: Exchange):
    request, ours = exchange.request, exchange.ours
    site, origin = request.header(b"Sec-Fetch-Site"), request.header(b"Origin")
    referer = request.header(b"Referer")
    if origin is not None:
        from_elsewhere = origin.partition(b"://")[2] != HOST
    else:
        host = referer and referer.partition(b"://")[2].partition(b"/")[0]
        from_elsewhere = referer not in (None, b"about:blank") and host != HOST
    marked = site not in (None, b"same-origin", b"none") or (site is None and from_elsewhere)
    if marked and tells(ours, 403):
        return exchange.aspects
