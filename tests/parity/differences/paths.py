"""Request lines: methods, paths, hosts."""

import json
import re

from compare import Exchange, json_of, media_type
from differences import WHOLE, Example, difference
from differences._common import JSON, get, tells
from wire import HOST, Answer, Request

ROUTES = {
    "/index", "/args", "/args/list", "/form", "/form/stream", "/register", "/add", "/env", "/sleep", "/cookies/add",
    "/cookies/show", "/cookies/delete", "/show", "/delete", "/data",
}  # fmt: skip


@difference(
    "path-slashes",
    Example(get("//args?infor=1"), '200 {"infor":"1"}', "404"),
    Example(
        get("/args//list"), "308 Location: http://parity.example/args/list", "404"
    ),
)
def path_slashes(exchange: Exchange):
    if "//" in exchange.request.path and exchange.flask.status < 500 and tells(exchange.ours, 404):
        return WHOLE


@difference(
    "path-escapes",
    Example(get("/%61rgs?infor=1"), '200 {"infor":"1"}', "404"),
)
def path_escapes(exchange: Exchange):
    if "%" in exchange.request.path and exchange.flask.status != 404 and exchange.ours.status == 404:
        return WHOLE


@difference(
    "method-case",
    Example(Request("get", b"/args?infor=1", JSON), '200 {"infor":"1"}', "405 Allow: GET, HEAD, OPTIONS"),
)
def method_case(exchange: Exchange):
    method = exchange.request.method
    if method != method.upper() and tells(exchange.ours, 405):
        return WHOLE


@difference(
    "method-connect",
    Example(Request("CONNECT", b"/args", JSON), "405", "501"),
)
def method_connect(exchange: Exchange):
    if exchange.request.method == "CONNECT" and tells(exchange.ours, 501):
        return WHOLE


# RFC 9112, section 3.2, and RFC 3986: what a target may consist of, apart from bytes above 0x7f.
_TARGET = re.compile(rb"(/|https?://)[!#-;=?-Z\[\]_a-z~\x80-\xff]*", re.IGNORECASE)


@difference(
    "target-characters",
    Example(get('/args?infor="'), '200 {"infor":"\\""}', "400 Content-Length: 0"),
    Example(get("/args?infor=\x01"), '200 {"infor":"\\u0001"}', "400 Content-Length: 0"),
    Example(get("args?infor=1"), '200 {"infor":"1"}', "400 Content-Length: 0"),
)
def target_characters(exchange: Exchange):
    """What is no URL is refused before there is a request at all."""
    if not _TARGET.fullmatch(exchange.request.target) and exchange.ours.status in (400, 404):
        return WHOLE


@difference(
    "target-bytes",
    Example(get("/args?infor=é"), '200 {"infor":"\\u00c3\\u00a9"}', '200 {"infor":"é"}'),
    Example(Request("GET", b"/args?infor=\xff", JSON), '200 {"infor":"\\u00ff"}', "400 Content-Length: 0"),
)
def target_bytes(exchange: Exchange):
    """Flask's development server takes each byte for a character; only UTF-8 is taken here."""
    target = exchange.request.target
    if target.isascii():
        return None
    try:
        target.decode()
    except UnicodeDecodeError:
        return WHOLE if exchange.ours.status == 400 else None
    if exchange.words:
        flask, ours = exchange.words
        return {"words"} if [list(map(_twice_encoded, word)) for word in ours] == flask else None
    if _twice_encoded(exchange.ours.text) == _unescaped(exchange.flask):
        return {"body", "body.infor", "body.title", "body.user", "json-text"}


def _twice_encoded(text: str) -> str:
    return text.encode().decode("latin-1")


def _unescaped(answer: Answer) -> str:
    if media_type(answer) != "application/json":
        return answer.text
    return json.dumps(json_of(answer), ensure_ascii=False, separators=(",", ":"))


# With the method and the version in front and behind, Flask's line is then too long.
_LONG = 65_523

# What hyper takes.
_LONGEST = 65_534


@difference(
    "target-length",
    Example(get("/args?infor=".ljust(_LONGEST, "a")), "414 <!DOCTYPE HTML>…", '200 {"infor":"aaa…'),
    Example(get("/args?infor=".ljust(_LONGEST + 1, "a")), "414 <!DOCTYPE HTML>…", "414 Content-Length: 0"),
)
def target_length(exchange: Exchange):
    size = len(exchange.request.target)
    if size > _LONGEST and exchange.flask.status == exchange.ours.status == 414:
        return {"body", "content-type"}
    # A target that is read may still ask for a word that is too long.
    is_read = exchange.ours.status < 400 or exchange.ours.status == 422
    if size >= _LONG and exchange.flask.status == 414 and is_read:
        return WHOLE


@difference(
    "two-hosts",
    Example(
        get("http://other.example/args?infor=1"), '200 {"infor":"1"}', "400"
    ),
)
def two_hosts(exchange: Exchange):
    url = re.match(rb"https?://([^/?#]*)", exchange.request.target, re.IGNORECASE)
    if url and url[1] != HOST and tells(exchange.ours, 400):
        return WHOLE


@difference(
    "accept-parameters",
    Example(
        get("/args?infor=1", (b"Accept", b"application/json; charset=utf-8"), accept=()),
        "200 1",
        '200 {"infor":"1"}',
    ),
)
def accept_parameters(exchange: Exchange):
    """A media range with parameters other than `q` counts as one without."""
    accept = (exchange.request.header(b"Accept") or b"").decode("latin-1")
    parameters = [part.strip() for entry in accept.split(",") for part in entry.split(";")[1:]]
    if any(not part.lower().startswith("q=") for part in parameters):
        if exchange.flask.status == exchange.ours.status == 200 and exchange.aspects == {"body", "content-type"}:
            return exchange.aspects
