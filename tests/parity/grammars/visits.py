"""What a client may do: requests, answers that set cookies or lead elsewhere, and bodies."""

import json
from urllib.parse import quote

from hypothesis import strategies as st

from clients import Ask, DeleteCookie, ReadCookie, SetCookie
from grammars.texts import any_text

PATHS = ["/mirror/", "/mirror/a", "/mirror/a/", "/mirror/a/b", "/mirror/ab", "/mirror/a/b/c"]
METHODS = ["GET", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]
REDIRECTS = [301, 302, 303, 305, 307, 308]

ATTRIBUTES = [
    "Path=/", "Path=/", "Path=/mirror", "Path=/mirror/a", "Path=/mirror/a/", "Path=/other", "Path=", "Path", "Path=mirror",
    "Domain=localhost", "Domain=.localhost", "Domain=LOCALHOST", "Domain=example.org", "Domain=ocalhost", "Domain=",
    "Max-Age=0", "Max-Age=60", "Max-Age=-1", "Max-Age=x", "max-age=0",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires=Thu, 01 Jan 2015 00:00:00 GMT", "Expires=Fri, 01 Jan 2100 00:00:00 GMT",
    "Expires=soon", "Secure", "HttpOnly", "SameSite=Lax", "SameSite=None", "Partitioned", "",
]  # fmt: skip

LOCATIONS = [
    "/mirror/d", "/mirror/d?e=1", "/mirror/d#f", "/mirror/%C3%A9?%20", "http://localhost/mirror/d", "//localhost/mirror/d",
    "https://localhost/mirror/d", "http://localhost:8080/mirror/d", "http://LOCALHOST/mirror/d", "http://example.org/mirror/d",
    "//example.org/mirror/d", "http://a.localhost/mirror/d", "http://localhost.example.org/mirror/d",
]  # fmt: skip
RELATIVE = ["d", "d?e=1", "./d", "../mirror/d", "?e=1", "#f", ""]

FILE_NAMES = ["a.png", "a b.png", "唤醒.png", "a'b;c.png", "é.png", "a%22b.png", "../a.png"]

_texts = st.sampled_from(["", "1", "a b", "é", "唤醒", "&=+%;", "'\"<>", "😀", "a\r\nb", "%41"]) | any_text
_names = st.sampled_from(["a", "b", "infor", "é", "a b", "a[]", "%"])
_pairs = st.lists(st.tuples(_names, _texts), max_size=4).map(tuple)
_headers = st.lists(
    st.tuples(
        st.sampled_from(["X-A", "x-b", "Accept", "Authorization", "User-Agent", "Accept-Language", "Content-Language", "Referer"]),
        st.sampled_from(["1", "", "a, b", "Basic ZHVrZTpzZWNyZXQ=", "zh"]),
    ),
    max_size=3,
    unique_by=lambda header: header[0].lower(),
).map(tuple)


def at(path: str, status: int | None = None, *headers: tuple[str, str], **more) -> str:
    """A path whose answer has this status and these headers."""
    wanted = {"status": status, "headers": headers, **more}
    wanted = {name: value for name, value in wanted.items() if value}
    return f"{path}?answer={quote(json.dumps(wanted), safe='')}" if wanted else path


def leading(location: str, status: int = 302, path: str = "/mirror/a/b") -> str:
    """A path that leads elsewhere."""
    return at(path, status, ("Location", location))


@st.composite
def _bodies(draw):
    kind = draw(st.sampled_from(["form", "json", "multipart", "body", None, None]))
    match kind:
        case "form":
            return {"form": draw(_pairs)}
        case "json":
            values = st.recursive(st.none() | st.booleans() | st.integers() | _texts, lambda inner: st.lists(inner, max_size=3)
                                  | st.dictionaries(_texts, inner, max_size=3), max_leaves=5)  # fmt: skip
            return {"json": draw(values.filter(lambda value: value is not None))}
        case "multipart":
            file = st.tuples(_names, st.sampled_from(FILE_NAMES), st.sampled_from(["image/png", "text/plain"]), _texts)
            parts = draw(st.lists(file | st.tuples(_names, _texts), min_size=1, max_size=4))
            names = [part[0] for part in parts]
            # As Flask's client sends them: those of one name together.
            return {"multipart": tuple(sorted(parts, key=lambda part: names.index(part[0])))}
        case "body":
            return {"body": draw(_texts)}
    return {}


@st.composite
def requests(draw):
    """One request, whatever it has."""
    query = draw(st.none() | _pairs)
    return Ask(
        draw(st.sampled_from(METHODS)),
        draw(st.sampled_from([*PATHS, "/mirror/é", "/mirror/a b", "/mirror/%41%2F", "mirror/a", "http://example.org/mirror/a"])),
        query=query,
        headers=draw(_headers),
        client_headers=draw(_headers),
        **draw(_bodies()),
    )


@st.composite
def journeys(draw):
    """One request that is led on, perhaps several times, and may be led in a circle."""
    target = draw(st.sampled_from([*LOCATIONS, *LOCATIONS, *RELATIVE]))
    for _ in range(draw(st.integers(1, 3))):
        target = leading(target, draw(st.sampled_from([*REDIRECTS, 201, 300, 304])), draw(st.sampled_from(PATHS)))
        if draw(st.integers(0, 3)) == 0:
            target = f"{draw(st.sampled_from(['http', 'https']))}://localhost{target}"
    # What is asked for first is a path here.
    target = "/" + target.split("/", 3)[3] if "://localhost/" in target[:20] else target
    headers = draw(_headers)
    return Ask(draw(st.sampled_from(METHODS)), target, headers=headers, follow=True, **draw(_bodies()))


@st.composite
def _set_cookies(draw):
    name, value = draw(st.sampled_from(["a", "b", "A"])), draw(st.sampled_from(["1", "2", "", "x=y", '"q"', "%41"]))
    return "; ".join([f"{name}={value}", *draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=3))])


@st.composite
def _visits(draw):
    cookies = tuple(("Set-Cookie", cookie) for cookie in draw(st.lists(_set_cookies(), max_size=2)))
    path = draw(st.sampled_from(PATHS))
    follow = draw(st.booleans())
    location = (("Location", draw(st.sampled_from(PATHS))),) if follow else ()
    hosts = st.sampled_from([(), (), (), (("Host", "localhost:81"),), (("Host", "example.org"),), (("Host", "a.localhost"),)])
    return Ask("GET", at(path, 302 if follow else None, *cookies, *location), headers=draw(hosts), follow=follow)


_tokens = st.sampled_from(["a", "b"])


def cookies():
    """Steps of a client that keeps its cookies."""
    steps = st.one_of(
        _visits(),
        _visits(),
        _visits(),
        st.builds(SetCookie, _tokens, st.sampled_from(["3", "", "x=y", "(1)"])),
        st.builds(DeleteCookie, _tokens),
        st.builds(ReadCookie, _tokens),
    )
    last = st.sampled_from(PATHS).map(lambda path: Ask("GET", path))
    return st.tuples(st.lists(steps, min_size=1, max_size=5), last).map(lambda both: (*both[0], both[1]))
