"""Two answers to one request, and in which aspects they differ."""

import email.utils
import functools
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import signing
from wire import Answer, Request


@dataclass(frozen=True)
class Exchange:
    """A request and both answers."""

    request: Request
    flask: Answer
    ours: Answer
    # Where the request is one that adds a word: Flask's words behind it, and Handspun's.
    words: tuple[list, list] | None = None
    # Where it is an upload: the files behind it, each as its name and the hash of its content.
    files: tuple[list, list] | None = None

    @functools.cached_property
    def aspects(self) -> frozenset[str]:
        """What differs: `status`, `content-type`, `allow`, `location`, `set-cookie`, `body`,
        and `words` or `files` where different ones are there afterwards.

        Of two JSON bodies the values are compared: `body.KEY` where objects differ in the value of a
        key, and `json-text` where they are written differently. Of two pages the markup is compared,
        however it is indented or escaped.
        """
        flask, ours = self.flask, self.ours
        aspects = {
            name for name, view in _VIEWS.items() if view(flask) != view(ours)
        }
        for name, kept in (("words", self.words), ("files", self.files)):
            if kept and kept[0] != kept[1]:
                aspects.add(name)
        return frozenset(aspects | _bodies(flask, ours))

    def shows(self, side: str, documented: str) -> bool:
        """Whether what `flask` or `ours` answers, or the words or files that it has then, are as the document has it."""
        answer = getattr(self, side)
        status, _, rest = documented.partition(" ")
        if answer.status != int(status):
            return False
        texts = [answer.text.rstrip("\n")]
        if kept := self.words or self.files:
            texts.append(json.dumps(kept[side == "ours"], ensure_ascii=False, separators=(",", ":")))
        if re.match(r"[A-Z][A-Za-z-]+: ", rest):
            texts = [f"{name.title()}: {value}" for name, value in answer.headers]
        return not rest or any(map(documents(rest), texts))


def documents(pattern: str):
    """Tells whether a text is what the document has, where `…` stands for any text."""
    parts = ".*".join(re.escape(part) for part in pattern.split("…"))
    return functools.partial(re.fullmatch, parts, flags=re.DOTALL)


def media_type(answer: Answer) -> str:
    return (answer.header("Content-Type") or "").partition(";")[0]


def json_of(answer: Answer):
    """The JSON value of an answer; NaN and the like are read, as Flask writes them."""
    return json.loads(answer.body)


def exact(value) -> str:
    """A JSON value as a text that keeps integers and floats, and 0.0 and -0.0, apart."""
    return json.dumps(value, sort_keys=True)


def is_problem(answer: Answer, status: int) -> bool:
    """Whether an answer is a problem document of that status (RFC 9457), as Handspun writes it."""
    if answer.status != status or answer.header("Content-Type") != "application/problem+json":
        return False
    if not answer.body:
        return answer.header("Content-Length") != "0"  # The answer to a HEAD.
    problem = json_of(answer)
    members = {"type", "title", "status", "code", "detail"}
    return problem["status"] == status and members <= problem.keys() <= members | {"errors"}


def is_error_page(answer: Answer, status: int) -> bool:
    """Whether an answer is a page that says that status."""
    is_page = answer.header("Content-Type") == "text/html; charset=utf-8"
    return answer.status == status and is_page and (f"<h1>{status} " in answer.text or not answer.body)


def _bodies(flask: Answer, ours: Answer) -> set[str]:
    if flask.body == ours.body:
        return set()
    kind = media_type(flask)
    if kind != media_type(ours):
        return {"body"}
    if kind == "text/html":
        return set() if _markup(flask.text) == _markup(ours.text) else {"body"}
    if kind != "application/json":
        return {"body"}
    theirs, own = json_of(flask), json_of(ours)
    if exact(theirs) == exact(own):
        return {"json-text"}
    if isinstance(theirs, dict) and isinstance(own, dict) and theirs.keys() == own.keys():
        differing = {key for key in theirs if exact(theirs[key]) != exact(own[key])}
        return {"json-text"} | {f"body.{key}" for key in differing}
    return {"body"}


def _markup(page: str) -> list:
    """Tags and texts of a page, without the white space around them."""
    found = []

    class Parser(HTMLParser):
        def handle_decl(self, decl):
            found.append(decl.lower())

        def handle_starttag(self, tag, attrs):
            found.append((tag, attrs))

        def handle_endtag(self, tag):
            found.append(("/", tag))

        def handle_data(self, data):
            if stripped := data.strip(" \n"):
                found.append(stripped)

    parser = Parser()
    parser.feed(page)
    parser.close()
    return found


def cookies(answer: Answer) -> list[tuple[str, str, dict[str, str]]]:
    """Name, value and attributes of each cookie that is set.

    The value of a session is what it says: when it was signed, and so its signature, is no difference. A point in time is given in minutes from the answer's `Date`, or as `past`.
    """
    return [_cookie(line, answer.header("Date")) for line in answer.all("Set-Cookie")]


def _cookie(line: str, date: str | None):
    pair, *rest = (part.strip() for part in line.split(";"))
    name, _, value = pair.partition("=")
    if name == "session" and value:
        value = signing.content(value)
    attributes = {}
    for part in rest:
        key, _, argument = part.partition("=")
        if key.lower() == "expires":
            argument = _minutes(date, argument)
        attributes[key.lower()] = argument
    return name, value, attributes


def _minutes(start: str | None, end: str) -> str:
    start, end = (email.utils.parsedate_to_datetime(text) for text in (start, end))
    minutes = round((end - start).total_seconds() / 60)
    return f"{minutes} min" if minutes > 0 else "past"


_VIEWS = {
    "status": lambda answer: answer.status,
    "content-type": lambda answer: answer.header("Content-Type"),
    # Methods have no order.
    "allow": lambda answer: sorted((answer.header("Allow") or "").split(", ")),
    "location": lambda answer: answer.header("Location"),
    "set-cookie": cookies,
}
