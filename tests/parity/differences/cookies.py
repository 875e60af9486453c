"""`request.cookies` and `response.set_cookie`."""

from werkzeug.sansio.http import parse_cookie

from compare import Exchange, cookies, json_of, media_type
from differences import WHOLE, Example, difference
from differences._common import get, tells
from wire import Answer

ADD = get("/cookies/add", accept=())
DELETE = get("/cookies/delete", accept=())

# What every cookie of Handspun has besides.
ATTRIBUTES = {"httponly": "", "samesite": "Lax"}


@difference(
    "cookie-attributes",
    Example(ADD, "200 Set-Cookie: name=…; Path=/", "200 Set-Cookie: name=…; HttpOnly; Path=/; SameSite=Lax"),
    Example(
        DELETE,
        "200 Set-Cookie: name=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
        "200 Set-Cookie: name=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Path=/; SameSite=Lax",
    ),
)
def cookie_attributes(exchange: Exchange):
    flask, ours = cookies(exchange.flask), cookies(exchange.ours)
    if ours and ours == [(name, value, attributes | ATTRIBUTES) for name, value, attributes in flask]:
        return {"set-cookie"}


@difference(
    "cookie-headers",
    Example(
        get("/cookies/show", (b"Cookie", b"a=1"), (b"Cookie", b"b=2")),
        '200 {"cookies":[["a","1,b=2"]]}',
        '200 {"cookies":[["a","1"],["b","2"]]}',
    ),
)
def cookie_headers(exchange: Exchange):
    """Werkzeug's server joins the headers with a comma, as it does with every header."""
    sent = [value.decode("latin-1") for name, value in exchange.request.headers if name.lower() == b"cookie"]
    if len(sent) < 2 or exchange.flask.status != 200 or exchange.ours.status != 200:
        return None
    flask, ours = (parse_cookie(separator.join(sent)) for separator in (",", ";"))
    if _shows(exchange.flask, flask) and _shows(exchange.ours, ours):
        return {"body", "body.cookies"}


def _shows(answer: Answer, cookies) -> bool:
    if media_type(answer) == "application/json":
        return json_of(answer) == {"cookies": [list(pair) for pair in cookies.items(multi=True)]}
    return answer.text == str(cookies).replace("MultiDict", "ImmutableMultiDict")


@difference(
    "header-not-utf8",
    Example(
        get("/cookies/show", (b"Cookie", b"a=\xe9")),
        '200 {"cookies":[["a","\\u00e9"]]}',
        "400",
    ),
)
def header_not_utf8(exchange: Exchange):
    for _, value in exchange.request.headers:
        try:
            value.decode()
        except UnicodeDecodeError:
            return WHOLE if tells(exchange.ours, 400) else None


@difference(
    "redirect-body",
    Example(
        get("/add", accept=()),
        "307 <!doctype html>…",
        "307 Content-Length: 0",
    ),
)
def redirect_body(exchange: Exchange):
    flask, ours = exchange.flask, exchange.ours
    if flask.status == ours.status and 300 <= flask.status < 400 and ours.body == b"":
        return {"body", "content-type"}
