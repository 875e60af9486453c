"""Where redirects lead."""

import re
from urllib.parse import parse_qs, quote

from compare import Exchange
from differences import WHOLE, Example, difference
from differences._common import URLENCODED, get, post
from wire import HOST, Request

# Paths of the tutorial that change something although they are only looked at.
CHANGING = {"/add", "/cookies/add", "/cookies/delete", "/data", "/delete", "/session"}


def log_out(target: str) -> Request:
    body = f"next={quote(target, safe='')}".encode()
    return post("/auth/logout", URLENCODED, body, accept=((b"Accept", b"text/html"),))


@difference(
    "redirect-absolute",
    Example(
        get("/proxy/reverse?a=1", accept=()),
        "308 Location: http://parity.example/proxy/reverse/?a=1",
        "308 Location: /proxy/reverse/?a=1",
    ),
)
def redirect_absolute(exchange: Exchange):
    flask, ours = (answer.header("Location") or "" for answer in (exchange.flask, exchange.ours))
    if exchange.flask.status == exchange.ours.status == 308 and flask == f"http://{HOST.decode()}{_without_empty(ours)}":
        return {"location"}


def _without_empty(location: str) -> str:
    """Without an empty query and an empty fragment."""
    return re.sub(r"^([^?#]*)\?(?=#|$)", r"\1", location.removesuffix("#"))


@difference(
    "redirect-empty",
    Example(log_out("/words?"), "303 Location: /words", "303 Location: /words?"),
)
def redirect_empty(exchange: Exchange):
    flask, ours = (answer.header("Location") or "" for answer in (exchange.flask, exchange.ours))
    if exchange.flask.status == exchange.ours.status and flask == _without_empty(ours):
        return {"location"}


def _is_risky(target: str) -> bool:
    path = re.split("[?#]", target)[0]
    return bool(
        re.search(r"[\x00-\x1f\x7f-\x9f\\]", target)
        or "//" in path
        or {".", ".."} & set(path.split("/"))
        or "%" in path
        or path in CHANGING
    )


@difference(
    "redirect-next",
    Example(log_out("/\\evil.example"), "303 Location: /%5Cevil.example", "303 Location: /"),
    Example(log_out("/a//b"), "303 Location: /a//b", "303 Location: /"),
    Example(log_out("/data?english=spam"), "303 Location: /data?english=spam", "303 Location: /"),
)
def redirect_next(exchange: Exchange):
    """What the form names may be taken for another host, or changes something when it is looked at."""
    request = exchange.request
    if request.path != "/auth/logout" or (exchange.ours.status, exchange.ours.header("Location")) != (303, "/"):
        return None
    named = parse_qs((request.body or b"").decode(), keep_blank_values=True, max_num_fields=10).get("next", [""])
    if _is_risky(named[0]):
        return WHOLE
