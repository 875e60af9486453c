"""`session`."""

import json
import re
import zlib

from itsdangerous import base64_decode, base64_encode
from werkzeug.sansio.http import parse_cookie

from compare import Exchange, cookies, json_of
from differences import WHOLE, Example, difference
from differences._common import URLENCODED, get, post, tells
from signing import content, cookie, signed
from wire import Request

PAGE = "text/html; charset=utf-8"
# No compression makes it fit.
NOISE = b"".join(b"%d," % (n * 7919 % 10_007) for n in range(1_500))
PERMANENT = {"_permanent": True, "login_user": "duke"}


def show(value: bytes, *headers) -> Request:
    return get("/session/show", (b"Cookie", b"session=" + value), *headers)


def _sent(exchange: Exchange) -> str:
    """The session's cookie in a request, or an empty text."""
    header = (exchange.request.header(b"Cookie") or b"").decode("latin-1")
    return parse_cookie(header).get("session", "")


def _payload(content: bytes) -> bytes:
    return b"." + base64_encode(zlib.compress(content))


def _is_about_sessions(exchange: Exchange) -> bool:
    return exchange.request.path.startswith("/session")


@difference(
    "no-content-type",
    Example(Request("DELETE", b"/session"), f"204 Content-Type: {PAGE}", "204"),
)
def no_content_type(exchange: Exchange):
    flask, ours = exchange.flask, exchange.ours
    if flask.status == ours.status == 204 and ours.header("Content-Type") is None:
        return {"content-type"}


@difference(
    "session-renewal",
    Example(
        show(cookie(PERMANENT)), "200 Set-Cookie: session=…", '200 {"_permanent":true,"login_user":"duke"}'
    ),
    Example(
        get("/session", (b"Cookie", b"session=" + cookie({"login_user": "唤醒手腕"})), accept=()),
        "200 Set-Cookie: session=…",
        "200 index",
    ),
)
def session_renewal(exchange: Exchange):
    """What Flask sets is what it was sent."""
    flask, ours = cookies(exchange.flask), cookies(exchange.ours)
    if flask and not ours and flask[0][:2] == ("session", content(_sent(exchange))):
        return {"set-cookie"}


@difference(
    "session-deletion",
    Example(
        Request("DELETE", b"/session", ((b"Cookie", b"session=" + cookie({"a": 1})),)),
        "204 Set-Cookie: session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/",
        "204 Set-Cookie: session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Path=/; SameSite=Lax",
    ),
    Example(
        Request("DELETE", b"/session"),
        "204 Set-Cookie: session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/",
        "204",
    ),
    Example(post("/session", URLENCODED, b"", accept=()), "204 Set-Cookie: session=;…", "204"),
)
def session_deletion(exchange: Exchange):
    flask, ours = cookies(exchange.flask), cookies(exchange.ours)
    expired = {"expires": "past", "max-age": "0", "httponly": "", "path": "/"}
    if len(flask) != 1 or flask[0][:2] != ("session", "") or not expired.items() <= flask[0][2].items():
        return None
    # Flask's has SameSite and Secure where its settings say so.
    kept = {name: value for name, value in flask[0][2].items() if name != "max-age"}
    deleted = ours == [("session", "", kept | {"samesite": "Lax"})]
    nothing = not ours and (exchange.request.method == "POST" or not _sent(exchange))
    if deleted or nothing:
        return {"set-cookie"}


@difference(
    "session-base64",
    Example(show(cookie({"a": 1}) + b"="), '200 {"a":1}', "200 {}"),
)
def session_base64(exchange: Exchange):
    """Python's base64 skips other characters and does not look at the last bits; here a signature is as it was made."""
    signature = _sent(exchange).rpartition(".")[2].encode()
    if not _is_about_sessions(exchange) or content(_sent(exchange)) == _sent(exchange):
        return None
    if signature != base64_encode(base64_decode(signature)):
        return exchange.aspects & {"set-cookie", "body", "body.a"}


@difference(
    "session-rubbish",
    Example(show(signed(base64_encode(b"[1]"))), "500", "200 {}"),
    Example(show(signed(base64_encode(b"{"))), "500", "200 {}"),
)
def session_rubbish(exchange: Exchange):
    """Nothing but a right signature makes Flask fail."""
    if _is_about_sessions(exchange) and exchange.flask.status == 500 and exchange.ours.status in (200, 204):
        return WHOLE


@difference(
    "session-limits",
    Example(show(signed(_payload(b'{"a":"' + b"a" * 262_144 + b'"}'))), '200 {"a":"aaa…', "200 {}"),
    Example(show(signed(_payload(b'{"a":' + b"[" * 101 + b"]" * 101 + b"}"))), '200 {"a":[[[…', "200 {}"),
)
def session_limits(exchange: Exchange):
    if not _is_about_sessions(exchange) or exchange.ours.text != "{}" or exchange.flask.status != 200:
        return None
    theirs = exchange.flask.text
    if len(theirs) > 262_144 or "[" * 101 in theirs:
        return {"body"}


@difference(
    "session-values",
    Example(show(signed(base64_encode(b'{"a":{" b":"/w=="}}'))), "500", '200 {"a":"/w=="}'),
    Example(show(signed(base64_encode(b'{"a":NaN}'))), '200 {"a":NaN}', '200 {"a":null}'),
)
def session_values(exchange: Exchange):
    if not _is_about_sessions(exchange) or exchange.ours.status != 200:
        return None
    if exchange.flask.status == 500 and re.search(r'"[A-Za-z0-9+/]+=*"', exchange.ours.text):
        return WHOLE
    theirs = re.sub(r"-?Infinity|NaN", "null", exchange.flask.text)
    if theirs != exchange.flask.text and json_of(exchange.ours) == json.loads(theirs):
        return {"body", "body.a"}


@difference(
    "session-size",
    Example(
        post("/session", URLENCODED, b"a=" + NOISE, accept=()),
        "204 Set-Cookie: session=…",
        "413",
    ),
)
def session_size(exchange: Exchange):
    flask = exchange.flask.header("Set-Cookie") or ""
    if _is_about_sessions(exchange) and len(flask) > 4093 and tells(exchange.ours, 413):
        return WHOLE


@difference(
    "session-json",
    Example(
        post("/session", b"application/json", b'{"count": 7}', accept=()), "204", "204 Set-Cookie: session=…"
    ),
    Example(post("/session", b"application/json", b"[7]", accept=()), "204", "422"),
)
def session_json(exchange: Exchange):
    if exchange.request.method != "POST" or not _is_about_sessions(exchange):
        return None
    if exchange.request.media_type == "application/json" and exchange.flask.status == 204:
        return WHOLE if exchange.ours.status in (204, 400, 422) else None


@difference(
    "session-login",
    Example(post("/session", URLENCODED, b"_login=x", accept=()), "204 Set-Cookie: session=…", "422"),
)
def session_login(exchange: Exchange):
    if _is_about_sessions(exchange) and b"_login" in (exchange.request.body or b"") and tells(exchange.ours, 422):
        return WHOLE
