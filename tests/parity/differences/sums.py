"""`request.json` and the sum of two values."""

import json
import math
from dataclasses import dataclass

from compare import Exchange
from differences import Example, difference
from differences._common import post, refused
from wire import Request

TYPE = b"application/json"

# How deep Handspun reads; Python stops at its recursion limit.
DEPTH_LIMIT = 100


def add(body: str) -> Request:
    return post("/add", TYPE, body.encode(), accept=())


@dataclass(frozen=True)
class Facts:
    """What Python finds in a body, and JSON has no place for."""

    value: object = None
    constants: bool = False
    infinite: bool = False
    surrogates: bool = False
    depth: int = 0
    is_json: bool = True


def facts(body: bytes) -> Facts:
    constants, floats = [], []

    def constant(text):
        constants.append(text)
        return math.nan

    def number(text):
        floats.append(float(text))
        return floats[-1]

    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        value = json.loads(text, parse_constant=constant, parse_float=number)
    except RecursionError:
        return Facts(depth=math.inf)
    except ValueError:
        return Facts(is_json=False)
    return Facts(
        value=value,
        constants=bool(constants),
        infinite=any(map(math.isinf, floats)),
        # Escaped as \ud800, or as bytes that only Python's decoder lets pass.
        surrogates=_has_surrogates(text) or _has_surrogates(_all_texts(text)),
        depth=_depth(text),
    )


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _all_texts(text: str) -> str:
    """All strings of a body, duplicate keys and what they hide included."""
    found = []

    def members(pairs):
        for key, value in pairs:
            found.append(key)
            visit(value)

    def visit(value):
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            for item in value:
                visit(item)

    visit(json.loads(text, object_pairs_hook=members))
    return " ".join(found)


def _depth(text: str) -> int:
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(depth, deepest)
        elif character in "]}":
            depth -= 1
    return deepest


def _read(exchange: Exchange) -> Facts | None:
    request = exchange.request
    if request.path == "/add" and request.method == "POST" and exchange.flask.status in (200, 500):
        return facts(request.body or b"")
    return None


@difference(
    "json-nan",
    Example(add('{"a": NaN, "b": 1}'), '200 {"sum":NaN}', "400"),
    Example(add('{"a": 1, "b": -Infinity}'), '200 {"sum":-Infinity}', "400"),
    Example(add('{"a": 1, "b": 2, "c": Infinity}'), '200 {"sum":3}', "400"),
)
def json_nan(exchange: Exchange):
    if (found := _read(exchange)) and found.constants:
        return refused(exchange, {200, 500}, 400)


@difference(
    "json-large-float",
    Example(add('{"a": 1e400, "b": 1}'), '200 {"sum":Infinity}', "400"),
)
def json_large_float(exchange: Exchange):
    if (found := _read(exchange)) and found.infinite:
        return refused(exchange, {200, 500}, 400)


@difference(
    "json-surrogate",
    Example(add('{"a": "\\ud800", "b": ""}'), '200 {"sum":"\\ud800"}', "400"),
    Example(
        post("/add", TYPE, b'{"a": "\xed\xa0\x80", "b": ""}', accept=()), '200 {"sum":"\\ud800"}', "400"
    ),
)
def json_surrogate(exchange: Exchange):
    if (found := _read(exchange)) and found.surrogates:
        return refused(exchange, {200, 500}, 400)


def nested(depth: int) -> str:
    """A body in which the deepest array is at that level."""
    return '{"a": 1, "b": 2, "c": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@difference(
    "json-depth",
    Example(add(nested(DEPTH_LIMIT + 1)), '200 {"sum":3}', "400"),
    Example(add(nested(100_000)), "500", "400"),
)
def json_depth(exchange: Exchange):
    if (found := _read(exchange)) and found.depth > DEPTH_LIMIT:
        return refused(exchange, {200, 500}, 400)


@difference(
    "add-fields",
    Example(add('{"a": 1}'), "500", "422"),
    Example(add("[1, 2]"), "500", "422"),
    Example(add("null"), "500", "422"),
)
def add_fields(exchange: Exchange):
    found = _read(exchange)
    if found and not (isinstance(found.value, dict) and {"a", "b"} <= found.value.keys()):
        return refused(exchange, {500}, 422)


@difference(
    "add-types",
    Example(add('{"a": 1, "b": "1"}'), "500", "422"),
    Example(add('{"a": {}, "b": null}'), "500", "422"),
)
def add_types(exchange: Exchange):
    if (found := _read(exchange)) and _raises(found, TypeError):
        return refused(exchange, {500}, 422)


def _raises(found: Facts, error: type[Exception]) -> bool:
    try:
        found.value["a"] + found.value["b"]
    except Exception as raised:
        return isinstance(raised, error)
    return False


@difference(
    "add-overflow",
    Example(add('{"a": 1e308, "b": 1e308}'), '200 {"sum":Infinity}', "422"),
    Example(add('{"a": 1' + "0" * 400 + ', "b": 1.0}'), "500", "422"),
)
def add_overflow(exchange: Exchange):
    found = _read(exchange)
    if found and _raises(found, OverflowError):
        return refused(exchange, {500}, 422)
    if found and exchange.flask.text.strip() in ('{"sum":Infinity}', '{"sum":-Infinity}'):
        return refused(exchange, {200}, 422)


@difference(
    "add-digits",
    Example(add('{"a": ' + "9" * 4300 + ', "b": 1}'), "500", "422"),
)
def add_digits(exchange: Exchange):
    found = _read(exchange)
    if found and isinstance(found.value, dict) and exchange.flask.status == 500:
        a, b = (found.value.get(name) for name in "ab")
        if isinstance(a, int) and isinstance(b, int) and abs(a + b) >= 10**4300:
            return refused(exchange, {500}, 422)
