"""Flask's test client and Handspun's: both do the same, and what the application saw of it is compared."""

import contextlib
import functools
import io
import json
import os
import subprocess
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.sansio.http import parse_cookie
from werkzeug.test import ClientRedirectError

import mirror
from compare import documents
from program import ROOT

# What Handspun's client is asked through: crates/host/examples/client.rs. The component is the host's test guest.
PROGRAM = "target/release/examples/client"
MANIFEST = "crates/host/tests/probe.toml"


@dataclass(frozen=True)
class Ask:
    """A request of a client. Of `form`, `json`, `multipart` and `body` there is one, or none."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    # What the client sends with every request.
    client_headers: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] | None = None
    json: object = None
    # (name, value) or (name, filename, content type, content)
    multipart: tuple[tuple[str, ...], ...] | None = None
    body: str | None = None
    follow: bool = False


@dataclass(frozen=True)
class SetCookie:
    name: str
    value: str


@dataclass(frozen=True)
class DeleteCookie:
    name: str


@dataclass(frozen=True)
class ReadCookie:
    name: str


Step = Ask | SetCookie | DeleteCookie | ReadCookie


@dataclass(frozen=True)
class Seen:
    """A request as the application saw it, and the status that it answered."""

    status: int
    method: str
    path: str
    query: list
    headers: dict[str, str]
    cookies: list
    body: object

    @classmethod
    def of(cls, status: int, answer: str) -> "Seen":
        seen = json.loads(unquote(answer))
        headers = {}
        for name, value in seen["headers"]:
            if name.startswith("spin-"):
                continue  # Spin's own, and the component's to see only.
            # WSGI knows several of one name as one.
            headers[name.lower()] = f"{headers[name.lower()]},{value}" if name.lower() in headers else value
        content = seen["body"].encode("latin-1")
        kind, options = parse_options_header(headers.get("content-type"))
        if "boundary" in options:
            headers["content-type"] = kind
        # Whoever writes it in capitals means the same.
        headers["host"] = headers["host"].lower()
        if "content-length" in headers:
            assert headers.pop("content-length") == str(len(content))
        # Which cookies there are is what an application sees.
        cookies = list(parse_cookie(headers.pop("cookie", None)).items(multi=True))
        query = _grouped(parse_qsl(seen["query"] or "", keep_blank_values=True))
        path = unquote(seen["path"])
        return cls(status, seen["method"], path, query, headers, cookies, _content(kind, options, content))


def _grouped(pairs) -> list:
    """Pairs in the order of Werkzeug's MultiDict, in which Flask's client takes them."""
    return list(MultiDict(pairs).items(multi=True))


def _content(kind: str, options: dict[str, str], content: bytes):
    """A body as an application reads it."""
    if kind == "application/json" and content:
        return json.loads(content)
    _, form, files = FormDataParser().parse(io.BytesIO(content), kind, len(content), options)
    if form or files:
        read = [(name, (file.filename, file.content_type, file.read())) for name, file in files.items(multi=True)]
        return [_grouped(form.items(multi=True)), _grouped(read)]
    return content


@dataclass(frozen=True)
class Outcome:
    """What a step gave: what the application saw, the last request at the end; a value; or an error."""

    seen: tuple[Seen, ...] = ()
    value: object = None
    error: str | None = None


@dataclass(frozen=True)
class Visit:
    """What a client does, and what came of it on both sides."""

    request: tuple[Step, ...]
    flask: list[Outcome]
    ours: list[Outcome]

    @functools.cached_property
    def aspects(self) -> frozenset[str]:
        """What differs: `error`, `value`, `history` where not as many requests were made, and of each request that
        the application saw its `status`, `method`, `path`, `query`, `cookies`, `body`, and `header.NAME`.
        """
        found = set()
        for flask, ours in zip(self.flask, self.ours, strict=True):
            if (flask.error is None) != (ours.error is None):
                found.add("error")
            if flask.value != ours.value:
                found.add("value")
            if len(flask.seen) != len(ours.seen):
                found.add("history")
            for theirs, own in zip(flask.seen, ours.seen, strict=False):
                found |= {
                    name
                    for name in ("status", "method", "path", "query", "cookies", "body")
                    if getattr(theirs, name) != getattr(own, name)
                }
                names = theirs.headers.keys() | own.headers.keys()
                found |= {
                    f"header.{name}" for name in names if theirs.headers.get(name) != own.headers.get(name)
                }
        return frozenset(found)

    def shows(self, side: str, documented: str) -> bool:
        """Whether the last step of `flask` or `ours` gave what the document has: `error`, `value V`, or a status and what
        the application saw last, `200 GET /path`, `200 Name: value` for a header, or `200 [...]` for the body.
        """
        last = getattr(self, side)[-1]
        texts = ["error"] if last.error is not None else [f"value {last.value}"]
        if last.seen:
            seen = last.seen[-1]
            pairs = [*seen.headers.items(), ("cookie", "; ".join(map("=".join, seen.cookies)))]
            content = seen.body.decode() if isinstance(seen.body, bytes) else json.dumps(seen.body, default=repr)
            shown = [f"{seen.method} {seen.path}", content, *(f"{name.title()}: {value}" for name, value in pairs)]
            texts = [f"{seen.status} {text}" for text in shown]
        return any(map(documents(documented), texts))


class TutorialsClient(FlaskClient):
    """A client with headers of its own, as the tutorial's `CustomClient`."""

    own_headers: tuple[tuple[str, str], ...] = ()

    def open(self, *args, headers=(), **kwargs):
        named = {name.lower() for name, _ in headers}
        own = [(name, value) for name, value in self.own_headers if name.lower() not in named]
        return super().open(*args, headers=[*headers, *own], **kwargs)


class AnyPathsClient(TutorialsClient):
    """One that reads and takes away a cookie whatever its path is, and sends those with the longest paths first."""

    def get_cookie(self, name):
        return next((cookie for cookie in self._cookies.values() if cookie.key == name), None)

    def delete_cookie(self, name):
        for place in [place for place in self._cookies if place[2] == name]:
            del self._cookies[place]

    def _add_cookies_to_wsgi(self, environ):
        self._cookies = dict(sorted(self._cookies.items(), key=lambda item: len(item[0][1]), reverse=True))
        super()._add_cookies_to_wsgi(environ)


def flasks(steps: tuple[Step, ...], client: type[TutorialsClient] = TutorialsClient) -> list[Outcome]:
    """What Flask's client makes of it."""
    client = client(mirror.app, use_cookies=True)
    return [_flasks(client, step) for step in steps]


def _flasks(client: TutorialsClient, step: Step) -> Outcome:
    match step:
        case SetCookie(name, value):
            client.set_cookie(name, value)
            return Outcome()
        case DeleteCookie(name):
            client.delete_cookie(name)
            return Outcome()
        case ReadCookie(name):
            cookie = client.get_cookie(name)
            return Outcome(value=cookie and cookie.value)
    client.own_headers = step.client_headers
    arguments = {"method": step.method, "headers": step.headers, "follow_redirects": step.follow}
    if step.query is not None:
        arguments["query_string"] = MultiDict(step.query)
    if step.form is not None:
        arguments |= {"data": MultiDict(step.form), "content_type": "application/x-www-form-urlencoded"}
    if step.multipart is not None:
        arguments |= {"data": MultiDict(map(_part, step.multipart)), "content_type": "multipart/form-data"}
    if step.json is not None:
        arguments["json"] = step.json
    if step.body is not None:
        arguments["data"] = step.body.encode()
    try:
        response = client.open(step.path, **arguments)
    except (RuntimeError, ClientRedirectError, StopIteration, TypeError, ValueError) as error:
        return Outcome(error=f"{type(error).__name__}: {error}")
    made = [*response.history, response]
    return Outcome(seen=tuple(Seen.of(each.status_code, each.headers["X-Seen"]) for each in made))


def _part(part):
    match part:
        case (name, value):
            return name, value
        case (name, filename, content_type, content):
            return name, (io.BytesIO(content.encode()), filename, content_type)


class Ours:
    """Handspun's client, in a process of its own."""

    def __init__(self):
        program = ROOT / os.environ.get("CLIENT", PROGRAM)
        self._process = subprocess.Popen(
            [program, ROOT / MANIFEST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def visit(self, steps: tuple[Step, ...]) -> list[Outcome]:
        print(json.dumps([_script(step) for step in steps]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, "the program ended"
        return [_outcome(step, answer) for step, answer in zip(steps, json.loads(line), strict=True)]


def _script(step: Step) -> dict:
    match step:
        case SetCookie(name, value):
            return {"set_cookie": [name, value]}
        case DeleteCookie(name):
            return {"delete_cookie": name}
        case ReadCookie(name):
            return {"cookie": name}
    request = {name: value for name, value in vars(step).items() if value is not None}
    if step.multipart is not None:
        names = {2: ("name", "value"), 4: ("name", "filename", "content_type", "content")}
        request["multipart"] = [dict(zip(names[len(part)], part, strict=True)) for part in step.multipart]
    return {"request": request}


def _outcome(step: Step, answer) -> Outcome:
    if isinstance(answer, dict) and "error" in answer:
        return Outcome(error=answer["error"])
    if not isinstance(step, Ask):
        return Outcome(value=answer)
    made = [*answer["history"], answer]
    return Outcome(seen=tuple(Seen.of(each["status"], dict(each["headers"])["x-seen"]) for each in made))


@contextlib.contextmanager
def both():
    """Yields what has both do the same."""
    ours = Ours()
    try:
        yield lambda steps: Visit(steps, flasks(steps), ours.visit(steps))
    finally:
        ours.close()
