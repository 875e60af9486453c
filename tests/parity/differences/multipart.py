"""`multipart/form-data`."""

import io
import re

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from compare import Exchange
from differences import Example, difference
from differences._common import refused
from grammars.multipart import Part, body, post
from wire import Request

EMPTY = '200 …"form":[],…'
NAME = 'Content-Disposition: form-data; name="a"'


def form(*parts: Part, **how) -> Request:
    return post(b"/form", "boundary=xyz", body(b"xyz", parts, **how))


def _is_multipart(request: Request) -> bool:
    return request.media_type == "multipart/form-data"


def _werkzeug(request: Request) -> tuple[list, list] | None:
    """The fields and files that Werkzeug finds; None where it, too, finds the form malformed."""
    kind, options = parse_options_header(request.content_type)
    try:
        _, fields, files = FormDataParser(silent=False).parse(io.BytesIO(request.body or b""), kind, None, options)
    except ValueError:
        return None
    return list(fields.items(multi=True)), list(files.items(multi=True))


# A header as HTTP has it (RFC 9110, section 5).
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t\x20-\x7e\x80-\xff]*")


def _flaws(request: Request) -> set[str]:
    """What is wrong with a multipart body by RFC 2046, where Werkzeug may look away."""
    options = parse_options_header(request.content_type)[1]
    delimiter = b"\r\n--" + options.get("boundary", "").encode()
    _, *segments = (b"\r\n" + (request.body or b"")).split(delimiter)
    flaws = set()
    for segment in segments:
        if segment.startswith(b"--"):
            return flaws
        line, end, part = segment.partition(b"\r\n")
        if not end or line.strip(b" \t"):
            flaws.add("prefix")
        head, end, _ = (b"\r\n" + part).partition(b"\r\n\r\n")
        headers = [_HEADER.fullmatch(line) for line in head.removeprefix(b"\r\n").split(b"\r\n")]
        if not end:
            flaws.add("head")
        elif not all(headers):
            flaws.add("headers")
        elif len({header[1].lower() for header in headers}) < len(headers):
            flaws.add("repeated")
    return flaws | {"end"}


@difference(
    "multipart-malformed",
    Example(form(Part((NAME,), b"1"), end=False), EMPTY, "400"),
    Example(form(Part(("Content-Type: text/plain",), b"1")), EMPTY, "400"),
    Example(post(b"/form", "charset=utf-8", body(b"xyz", [Part((NAME,), b"1")])), EMPTY, "400"),
    Example(post(b"/form", "boundary=xyz", b""), EMPTY, "400"),
)
def multipart_malformed(exchange: Exchange):
    if _is_multipart(exchange.request) and _werkzeug(exchange.request) is None:
        return refused(exchange, {200, 400}, 400)


@difference(
    "multipart-nameless",
    Example(
        form(Part(("Content-Disposition: form-data",), b"1")),
        '200 …"form":[[null,"1"]],…',
        "400",
    ),
)
def multipart_nameless(exchange: Exchange):
    if _is_multipart(exchange.request) and (found := _werkzeug(exchange.request)):
        fields, files = found
        if any(name is None for name, _ in fields + files):
            return refused(exchange, {200, 400}, 400)


ONE = '200 …"form":[["a","1"]],…'


def _takes_flawed(exchange: Exchange, *flaws: str):
    """Explains that Flask takes a form with one of these flaws, and Handspun does not."""
    if _is_multipart(exchange.request) and _werkzeug(exchange.request) and _flaws(exchange.request) & set(flaws):
        return refused(exchange, {200, 400}, 400)
    return None


@difference(
    "multipart-newlines",
    Example(form(Part((NAME,), b"1"), newline=b"\n"), ONE, "400"),
    Example(
        form(Part((NAME,), b"1\n--xyz--")),
        ONE,
        '200 …"form":[["a","1\\n--xyz--"]],…',
    ),
)
def multipart_newlines(exchange: Exchange):
    """Lines end with CR and LF (RFC 2046, section 4.1.1); Werkzeug takes either alone as well."""
    options = parse_options_header(exchange.request.content_type)[1]
    boundary = b"--" + re.escape(options.get("boundary", "").encode())
    delimiter = re.compile(rb"(?:(?<!\r)\n|\r)" + boundary)
    if _is_multipart(exchange.request) and delimiter.search(exchange.request.body or b""):
        if exchange.flask.status == exchange.ours.status == 200:
            return {"body.form", "body.form_repr"}
    if re.search(rb"(?<!\r)\n|\r(?!\n)", exchange.request.body or b""):
        return _takes_flawed(exchange, "end", "head", "prefix")


@difference(
    "multipart-headers",
    Example(form(Part((NAME, "no colon"), b"1")), ONE, "400"),
    Example(form(Part((NAME, " folded"), b"1")), ONE, "400"),
    Example(form(Part((NAME.replace(":", " :"),), b"1")), ONE, "400"),
    Example(form(Part(("", NAME), b"1")), ONE, "400"),
)
def multipart_headers(exchange: Exchange):
    return _takes_flawed(exchange, "headers")


@difference(
    "multipart-boundary-line",
    Example(post(b"/form", "boundary=xyz", b"--xyzz\r\n--xyz--\r\n"), EMPTY, "400"),
    Example(form(Part((NAME,), b"1\r\n--xyzz")), '200 …"form":[["a","1\\r\\n--xyzz"]],…', "400"),
)
def multipart_boundary_line(exchange: Exchange):
    return _takes_flawed(exchange, "prefix")


@difference(
    "multipart-continuations",
    Example(form(Part(("Content-Disposition: form-data; name*0=a",), b"1")), ONE, "400"),
)
def multipart_continuations(exchange: Exchange):
    if re.search(rb"\*[0-9]+\*?=", exchange.request.body or b"") and _werkzeug(exchange.request):
        return refused(exchange, {200, 400}, 400)


@difference(
    "multipart-repeated-header",
    Example(
        form(Part((NAME, NAME.replace('"a"', '"b"')), b"1")),
        ONE,
        '200 …"form":[["b","1"]],…',
    ),
)
def multipart_repeated_header(exchange: Exchange):
    if _is_multipart(exchange.request) and "repeated" in _flaws(exchange.request):
        if exchange.flask.status == exchange.ours.status == 200:
            return {"body.form", "body.form_repr"}
