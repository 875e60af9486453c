"""`request.form`, `request.stream` and `request.headers`."""

from compare import Exchange, json_of
from differences import WHOLE, Example, difference
from differences._common import JSON, URLENCODED, get, post, refused, tells
from wire import Request

# What Handspun takes where nothing else is said, in bytes.
BODY_LIMIT = 1024 * 1024

# How many fields Handspun takes of a query and of an urlencoded form.
FIELD_LIMIT = 10_000


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@difference(
    "form-not-utf8",
    Example(
        post("/form", URLENCODED, b"a=1&b=\xff"),
        '200 …"form":[],…',
        "400",
    ),
)
def form_not_utf8(exchange: Exchange):
    request = exchange.request
    if request.media_type == URLENCODED.decode() and not _is_utf8(request.body or b""):
        return refused(exchange, {200, 400}, 400)


@difference(
    "stream-not-utf8",
    Example(post("/form/stream", None, b"\xff"), "500", "400"),
)
def stream_not_utf8(exchange: Exchange):
    if exchange.request.path == "/form/stream" and not _is_utf8(exchange.request.body or b""):
        return refused(exchange, {500}, 400)


@difference(
    "body-limit",
    Example(
        post("/form", URLENCODED, b"a=" + b"b" * BODY_LIMIT, accept=()), "200 success", "413"
    ),
    Example(
        post("/form/stream", None, b"b" * (BODY_LIMIT + 1), accept=(), chunks=(50_000,) * 30), "200 bbb…", "413"
    ),
)
def body_limit(exchange: Exchange):
    if len(exchange.request.body or b"") > BODY_LIMIT:
        return refused(exchange, {200}, 413)


@difference(
    "field-count",
    Example(post("/form", URLENCODED, b"a&" * (FIELD_LIMIT + 1), accept=()), "200 success", "413"),
    Example(get("/args?infor=1" + "&a" * FIELD_LIMIT), '200 {"infor":"1"}', "413"),
)
def field_count(exchange: Exchange):
    request = exchange.request
    forms = [request.body or b""] if request.media_type == URLENCODED.decode() else []
    for fields in (request.target.partition(b"?")[2], *forms):
        if sum(field != b"" for field in fields.split(b"&")) > FIELD_LIMIT:
            return refused(exchange, {200}, 413)


def _is_json(request: Request) -> bool:
    kind = request.media_type
    return kind == "application/json" or kind.startswith("application/") and kind.endswith("+json")


@difference(
    "register-json",
    Example(post("/register", b"application/json", b'{"name": "duke"}', accept=()), "400", "200 welcome"),
    Example(
        post("/register", b"application/json", b'{"name": 1}'), "400", "422"
    ),
)
def register_json(exchange: Exchange):
    if exchange.request.path == "/register" and _is_json(exchange.request) and exchange.flask.status == 400:
        ours = exchange.ours
        if ours.status == 200 or tells(ours, 400) or tells(ours, 422):
            return WHOLE


def _lines(request: Request) -> list[tuple[str, str]]:
    head = request.raw().partition(b"\r\n\r\n")[0].decode("latin-1")
    pairs = (line.partition(":") for line in head.split("\r\n")[1:])
    return [(name, value.lstrip(" \t")) for name, _, value in pairs]


def _listed(lines: list[tuple[str, str]], *, by_flask: bool) -> list[list[str]]:
    """The headers as Flask lists them, or as Handspun does."""
    values: dict[str, list[str]] = {}
    for name, value in lines:
        name = name.title()
        if by_flask and "_" not in name:
            values.setdefault(name, []).append(value)
        if not by_flask and name != "Connection" and not name.startswith("Spin-"):
            values.setdefault(name, []).append(value.rstrip(" \t"))
    if by_flask:
        return [[name, ",".join(several)] for name, several in values.items()]
    return [[name, value] for name, several in values.items() for value in several]


def _headers(exchange: Exchange, is_cause) -> set[str] | None:
    """Explains the lists of headers, where both are as they should be and a header is the cause."""
    if "body.headers" not in exchange.aspects:
        return None
    lines = _lines(exchange.request)
    as_expected = json_of(exchange.flask)["headers"] == _listed(lines, by_flask=True)
    as_expected &= json_of(exchange.ours)["headers"] == _listed(lines, by_flask=False)
    return {"body.headers"} if as_expected and is_cause([name.lower() for name, _ in lines], lines) else None


@difference(
    "headers-repeated",
    Example(
        post("/register", URLENCODED, b"name=a", (b"X-A", b"1"), (b"X-A", b"2")),
        '200 …["X-A","1,2"],…',
        '200 …["X-A","1"],["X-A","2"],…',
    ),
)
def headers_repeated(exchange: Exchange):
    return _headers(exchange, lambda names, _: len(set(names)) < len(names))


@difference(
    "headers-connection",
    Example(
        post("/register", URLENCODED, b"name=a", (b"Upgrade", b"h2c"), (b"X-A", b"1")),
        '200 …["Upgrade","h2c"],["X-A","1"],["Content-Length","6"],["Connection","close"]],…',
        '200 …["Upgrade","h2c"],["X-A","1"],["Content-Length","6"]],…',
    ),
)
def headers_connection(exchange: Exchange):
    return _headers(exchange, lambda names, _: "connection" in names)


@difference(
    "headers-underscore",
    Example(
        post("/register", URLENCODED, b"name=a", (b"X_A", b"1"), (b"X-B", b"2")),
        '200 …["X-B","2"],…',
        '200 …["X_A","1"],["X-B","2"],…',
    ),
)
def headers_underscore(exchange: Exchange):
    return _headers(exchange, lambda names, _: any("_" in name for name in names))


@difference(
    "headers-spin",
    Example(
        post("/register", URLENCODED, b"name=a", (b"Spin-Client-Addr", b"192.0.2.7:80"), (b"X-B", b"2")),
        '200 …["Spin-Client-Addr","192.0.2.7:80"],["X-B","2"],…',
        '200 …["X-B","2"],…',
    ),
)
def headers_spin(exchange: Exchange):
    return _headers(exchange, lambda names, _: any(name.startswith("spin-") for name in names))


@difference(
    "headers-space",
    Example(
        post("/register", URLENCODED, b"name=a", (b"X-A", b"1 \t")),
        '200 …["X-A","1 \\t"],…',
        '200 …["X-A","1"],…',
    ),
)
def headers_space(exchange: Exchange):
    return _headers(exchange, lambda _, lines: any(value.rstrip(" \t") != value for _, value in lines))
