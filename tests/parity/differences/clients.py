"""The test client beside Flask's."""

import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl, unquote

from werkzeug.datastructures import MultiDict
from werkzeug.sansio.http import parse_cookie

from clients import AnyPathsClient, Ask, DeleteCookie, Outcome, ReadCookie, Seen, SetCookie, Visit, flasks
from differences import Example, difference
from grammars.visits import REDIRECTS, at, leading

MIRROR = Ask("GET", "/mirror/")

# How many redirects Handspun's client follows.
MOST_REDIRECTS = 20


def sets(cookie: str, path: str = "/mirror/") -> Ask:
    return Ask("GET", at(path, None, ("Set-Cookie", cookie)))


def follows(location: str, status: int = 302, **more) -> Ask:
    return Ask("POST", leading(location, status), follow=True, **more)


def _both(visit: Visit):
    """Each step with both outcomes."""
    return zip(visit.request, visit.flask, visit.ours, strict=True)


def _ends(visit: Visit, cause) -> set[str] | None:
    """Explains where only one of both fails or one makes more requests, if all such steps have this cause."""
    apart = [
        both
        for both in _both(visit)
        if (both[1].error is None) != (both[2].error is None) or len(both[1].seen) != len(both[2].seen)
    ]
    return {"error", "history"} if apart and all(cause(*both) for both in apart) else None


def _requests(visit: Visit):
    """Each request that both applications saw, behind its step and behind the ones that led to it."""
    for step, flask, ours in _both(visit):
        for number, (theirs, own) in enumerate(zip(flask.seen, ours.seen, strict=False)):
            yield step, [(seen.status, seen.body) for seen in ours.seen[:number]], theirs, own


@difference(
    "client-user-agent",
    Example((MIRROR,), "200 User-Agent: Werkzeug/…", "200 GET /mirror/"),
    of=Visit,
)
def client_user_agent(visit: Visit):
    pairs = [(theirs.headers.get("user-agent"), own.headers.get("user-agent")) for *_, theirs, own in _requests(visit)]
    if all(own == theirs or (own is None and theirs.startswith("Werkzeug/")) for theirs, own in pairs):
        return {"header.user-agent"}


@difference(
    "client-query",
    Example((Ask("GET", "/mirror/?a=1", query=(("b", "2"),)),), "error", "200 GET /mirror/"),
    of=Visit,
)
def client_query(visit: Visit):
    def cause(step, flask: Outcome, ours: Outcome) -> bool:
        if not isinstance(step, Ask) or step.query is None or "?" not in step.path or not flask.error or ours.error:
            return False
        return ours.seen[0].query == [*parse_qsl(step.path.partition("?")[2], keep_blank_values=True), *step.query]

    return _ends(visit, cause)


@difference(
    "client-file-name",
    Example(
        (Ask("POST", "/mirror/", multipart=(("f", 'a".png', "image/png", "1"),)),),
        '200 [[], [["f", ["a", …]]]]',
        '200 [[], [["f", ["a\\".png", …]]]]',
    ),
    of=Visit,
)
def client_file_name(visit: Visit):
    """Werkzeug writes a quotation mark and a line break as they are, and reads something else."""
    for step, _, theirs, own in _requests(visit):
        if theirs.body != own.body:
            if not isinstance(step, Ask) or not step.multipart or not _odd_names(step) or own.body != _sent(step):
                return None
    return {"body"}


def _odd_names(step: Ask) -> bool:
    names = [text for part in step.multipart for text in (part[0], *(part[1:2] if len(part) == 4 else ()))]
    return any(re.search(r'["\r\n\\]', name) for name in names)


def _sent(step: Ask) -> list:
    """A form with files, as it is meant."""
    fields = [part for part in step.multipart if len(part) == 2]
    files = [(part[0], (_escaped(part[1]), part[2], part[3].encode())) for part in step.multipart if len(part) == 4]
    return [list(MultiDict(pairs).items(multi=True)) for pairs in (fields, files)]


def _escaped(name: str) -> str:
    """As a browser sends it. Werkzeug reads the escape of a quotation mark only."""
    return name.replace("\r", "%0D").replace("\n", "%0A")


@difference(
    "client-no-location",
    Example((Ask("GET", at("/mirror/", 302), follow=True),), "error", "302 GET /mirror/"),
    of=Visit,
)
def client_no_location(visit: Visit):
    def cause(_, flask: Outcome, ours: Outcome) -> bool:
        if not flask.error or "TypeError" not in flask.error or ours.error:
            return False
        last = ours.seen[-1]
        wanted = json.loads(dict(last.query).get("answer", "{}"))
        return last.status in REDIRECTS and "Location" not in dict(wanted.get("headers", []))

    return _ends(visit, cause)


@difference(
    "client-relative",
    Example((follows("c?d=1"),), "200 GET /c", "200 GET /mirror/a/c"),
    Example((follows("?d=1"),), "200 GET /", "200 GET /mirror/a/b"),
    Example((follows("#d"),), "200 GET /", "error"),
    of=Visit,
)
def client_relative(visit: Visit):
    def cause(step, flask: Outcome, ours: Outcome) -> bool:
        # To a fragment of itself: a circle.
        itself = any(location == "" or location.startswith("#") for location in _locations(step))
        return itself and not flask.error and ours.error is not None and "for the second time" in ours.error

    locations = [location for step in visit.request for location in _locations(step)]
    if any(re.match(r"[^/]*$|(?!https?://)[^/]", location) for location in locations):
        return {"path", "query"} | (_ends(visit, cause) or set())


def _locations(step) -> list[str]:
    """Where the answers to a step's requests lead, however deep within one another."""
    found = []
    text = step.path if isinstance(step, Ask) else ""
    while match := re.search(r"\?answer=(.*)", text):
        text = unquote(match[1])
        here = re.findall(r'"Location", "([^"]*)"', text)
        found += here
        text = here[-1] if here else ""
    return found


@difference(
    "client-content-headers",
    Example(
        (follows("/mirror/c", body="1", headers=(("Content-Language", "zh"),)),), "200 Content-Language: zh", "200 GET /mirror/c"
    ),
    of=Visit,
)
def client_content_headers(visit: Visit):
    found = set()
    for step, before, theirs, own in _requests(visit):
        if before and before[-1][0] not in (307, 308):
            sent = {name.lower() for name, _ in step.headers if name.lower().startswith("content-")}
            found |= {f"header.{name}" for name in sent if name in theirs.headers and name not in own.headers}
    return found


@difference(
    "client-body-again",
    Example((follows("/mirror/c", 307, body="1"),), "200 ", "200 1"),
    of=Visit,
)
def client_body_again(visit: Visit):
    """What the application has read of it is gone with Werkzeug's client."""
    for _, before, theirs, own in _requests(visit):
        if theirs.body != own.body and not (theirs.body in (b"", None) and before and own.body == before[0][1]):
            return None
    return {"body"}


@difference(
    "client-redirects",
    Example((Ask("GET", at("/mirror/", 302, redirects=MOST_REDIRECTS + 1), follow=True),), "200 GET /mirror/", "error"),
    of=Visit,
)
def client_redirects(visit: Visit):
    def cause(_, flask: Outcome, ours: Outcome) -> bool:
        too_many = f"more than {MOST_REDIRECTS} redirects"
        return len(flask.seen) > MOST_REDIRECTS + 1 and ours.error is not None and too_many in ours.error

    return _ends(visit, cause)


@difference(
    "client-cookie-path",
    Example((sets("a=1", "/mirror/b/c"), ReadCookie("a")), "value None", "value 1"),
    Example((sets("a=1"), DeleteCookie("a"), MIRROR), "200 Cookie: a=1", "200 Cookie: "),
    of=Visit,
)
def client_cookie_path(visit: Visit):
    """Werkzeug's looks at the path / only, where none is given. Ours does what one would that looks at all."""
    if _same_cookies(flasks(visit.request, AnyPathsClient), visit.ours):
        return {"cookies", "value"}


def _sent_cookies(seen: Seen) -> list:
    """Cookies in their order. Those of a site and of one below it have none: ours sends them by their site."""
    return sorted(seen.cookies) if seen.headers["host"].startswith("a.localhost") else seen.cookies


def _same_cookies(some: list[Outcome], others: list[Outcome]) -> bool:
    """Whether applications saw the same cookies, in the same order, and the test the same value."""
    return all(
        (one.error is None) == (other.error is None)
        # Of two cookies of one name, that of the longer path is the one.
        and (one.value is None) == (other.value is None)
        and list(map(_sent_cookies, one.seen)) == list(map(_sent_cookies, other.seen))
        for one, other in zip(some, others, strict=True)
    )


@difference(
    "client-cookie-header",
    Example((SetCookie("a", "1"), Ask("GET", "/mirror/", headers=(("Cookie", "b=2"),))), "200 Cookie: a=1", "200 Cookie: b=2; a=1"),
    Example((Ask("GET", "/mirror/", headers=(("Cookie", "b=2"),)),), "200 Cookie: ", "200 Cookie: b=2"),
    of=Visit,
)
def client_cookie_header(visit: Visit):
    for step, _, theirs, own in _requests(visit):
        named = [value for name, value in getattr(step, "headers", ()) if name.lower() == "cookie"]
        sent = [tuple(pair.split("=", 1)) for value in named for pair in value.split("; ")]
        if own.cookies != [*sent, *theirs.cookies]:
            return None
    return {"cookies"}


@difference(
    "client-cookie-value",
    Example((SetCookie("a", "1;é"), ReadCookie("a")), r'value "1\073\303\251"', "value None"),
    Example((SetCookie("a", "b c"), MIRROR), "200 Cookie: a=b c", "200 Cookie: "),
    of=Visit,
)
def client_cookie_value(visit: Visit):
    """Werkzeug quotes what no cookie can hold, and escapes it."""
    written = [step for step in visit.request if isinstance(step, SetCookie)]
    odd = [step for step in written if re.search(r'[^!#-+\--:<-\[\]-~]', step.value)]
    if odd and odd == [step for step, _, ours in _both(visit) if ours.error is not None]:
        return {"value", "error", "cookies"}


@difference(
    "client-cookie-attributes",
    Example((sets("a=1; Max-Age=-1"), MIRROR), "200 Cookie: a=1", "200 Cookie: "),
    Example((sets("a=1; Expires=Thu, 01 Jan 2015 00:00:00 GMT"), MIRROR), "200 Cookie: a=1", "200 Cookie: "),
    Example((sets("a=1; Max-Age=x"), MIRROR), "200 Cookie: ", "200 Cookie: a=1"),
    Example((sets("a=b c"),), "error", "200 GET /mirror/"),
    Example((sets("a=1; Domain=LOCALHOST"), MIRROR), "200 Cookie: ", "200 Cookie: a=1"),
    Example((sets("a=1; Path=mirror"), MIRROR), "200 Cookie: ", "200 Cookie: a=1"),
    Example(
        (sets("a=1; Domain=example.org"), Ask("GET", "http://example.org/mirror/")), "200 Cookie: a=1", "200 Cookie: "
    ),
    Example(
        (sets("a=1; Path=/"), sets("a=2; Path=/mirror"), MIRROR), "200 Cookie: a=1; a=2", "200 Cookie: a=2; a=1"
    ),
    of=Visit,
)
def client_cookie_attributes(visit: Visit):
    """With the attributes as RFC 6265 reads them, one that looks at all paths does the same."""
    if _same_cookies(flasks(tuple(map(_read, visit.request)), AnyPathsClient), visit.ours):
        return {"cookies", "error", "history", "value"}


def _read(step):
    """A step whose answer sets the cookies that a browser makes of it."""
    path, found, answer = getattr(step, "path", "").partition("?answer=")
    if not found:
        return step
    wanted = json.loads(unquote(answer))
    if "Set-Cookie" not in dict(wanted.get("headers", [])):
        return step
    named = [value for name, value in step.headers if name == "Host"]
    host = named[0].partition(":")[0] if named else "localhost"
    headers = [
        (name, _plain(value, host) if name == "Set-Cookie" else value) for name, value in wanted.get("headers", [])
    ]
    return replace(step, path=at(path, wanted.get("status"), *(header for header in headers if header[1])))


def _plain(line: str, host: str) -> str | None:
    """A cookie with its attributes as RFC 6265, 5.2 and 5.3 read them: the last one counts, and no odd one."""
    pair, *attributes = line.split("; ")
    if not parse_cookie(pair):
        return None  # Nobody reads it when it comes back.
    kept = {}
    for attribute in attributes:
        # Without an equals sign there is nothing to read.
        name, equals, value = attribute.partition("=")
        match name.lower():
            case "max-age" if re.fullmatch(r"-?\d+", value):
                kept["Max-Age"] = str(max(0, int(value)))
            case "expires" if found := re.search(r" (\d{4}) ", value):
                kept["Expires"] = "Thu, 01 Jan 1970 00:00:00 GMT" if int(found[1]) < 2026 else value
            case "domain" if value:
                kept["Domain"] = value.removeprefix(".").lower()
            case "path" if equals:
                kept["Path"] = value if value.startswith("/") else ""
    if "Max-Age" in kept:
        kept.pop("Expires", None)
    domain = kept.get("Domain", host)
    if domain != host and not host.endswith(f".{domain}"):
        return None
    return "; ".join([pair, *(f"{name}={value}" for name, value in kept.items())])
