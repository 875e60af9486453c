"""What the servers are asked for."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from bench.client import Request, picture
from bench.compare import peers
from bench.compare.load import ADDRESS, NUMBER
from bench.growth import corpus

# How many words there are in the one book and in the other.
FEW, MANY = 1_000, 100_000

MIB = 1 << 20
PASSWORD = "mood indigo"


# What of an answer has to be the same everywhere, besides the status.
def nothing(body: bytes) -> None:
    return None


def text(body: bytes) -> bytes:
    return body.strip()


def as_json(body: bytes):
    return json.loads(body)


def without_times(body: bytes):
    times = "created_at", "updated_at"
    return {key: value for key, value in json.loads(body).items() if key not in times}


@dataclass(frozen=True, eq=False)
class Task:
    name: str
    # Sent in turns.
    requests: list[Request]
    same: Callable[[bytes], object] = as_json
    by: list[peers.Peer] = field(default_factory=lambda: [peers.OURS, peers.FLASK, peers.NATIVE_SERVER, peers.SPIN])
    words: int = FEW
    connections: int = 32
    seconds: int = 2
    # Where it is not for so many seconds: so many requests from each client.
    each: int | None = None
    # What four others send meanwhile.
    beside: Request | None = None
    # Whether a server does nothing else, so that its memory is what this takes.
    alone: bool = False


def _get(path: str) -> Request:
    return Request(path, {})


def _json(path: str, headers: dict | None = None, **fields) -> Request:
    body = json.dumps(fields).encode()
    return Request(path, {"Content-Type": "application/json"} | (headers or {}), body)


# What is there before anything is measured, besides words.
SERVED = picture("served.png", MIB)
ACCOUNT = _json("/auth/register", name="duke", password=PASSWORD)

_SPREAD = {"X-Forwarded-For": ADDRESS}
_WITHOUT_SPIN = [peers.OURS, peers.FLASK, peers.NATIVE_SERVER]
_ALSO_BARE = [*_WITHOUT_SPIN, peers.BARE_ON_OURS, peers.BARE_ON_WASMTIME, peers.SPIN]
_SEARCHED = [part for language in (corpus.ENGLISH, corpus.CHINESE) for part in (language.some[:4], language.few[:4])]

ADD = Task("POST /add", [_json("/add", a=1, b=2)], by=_ALSO_BARE)
INDEX = Task("GET /index", [_get("/index")], text, _ALSO_BARE)
STATIC = Task("GET /static, a style sheet", [_get("/static/css/handspun.css")], text)


def _list(words: int) -> Task:
    return Task(f"GET /words, 20 of {words:,}", [_get("/words")], words=words)


def _search(words: int) -> Task:
    requests = [_get(f"/words?q={quote(part)}") for part in _SEARCHED]
    return Task(f"GET /words?q=, {words:,} words", requests, words=words)


def _word(words: int) -> Task:
    # Steps of a prime number, so that no page of the file is asked for twice in a row.
    requests = [_get(f"/words/{1 + turn * 7919 % words}") for turn in range(500)]
    return Task(f"GET /words/ID, {words:,} words", requests, words=words)


def _insert(words: int) -> Task:
    request = _json("/words", english=f"measured {NUMBER}", chinese="新")
    return Task(f"POST /words, {words:,} words", [request], without_times, words=words)


LIST = {words: _list(words) for words in (FEW, MANY)}
SEARCH = {words: _search(words) for words in (FEW, MANY)}
WORD = {words: _word(words) for words in (FEW, MANY)}
INSERT = {words: _insert(words) for words in (FEW, MANY)}
DATA = Task(
    f"GET /data, {FEW:,} words",
    [_get(f"/data?english=of+the+form+{NUMBER}&chinese={quote('新')}&sentence_eng=New.&sentence_chi={quote('新。')}")],
    nothing,
)

# Two uploads at the same time hang Spin's key-value store.
UPLOAD = Task(
    "POST /upload of 1 MiB, 8 clients", [picture(f"{NUMBER}.png", MIB)], text, _WITHOUT_SPIN, connections=8
)
UPLOADS = Task(
    "POST /upload of 15 MiB, 16 at once", [picture(f"{NUMBER}.png", 15 * MIB)], text, _WITHOUT_SPIN,
    connections=16, each=1, alone=True,
)
PICTURE = Task("GET /uploads/NAME of 1 MiB", [_get("/uploads/served.png")], text, _WITHOUT_SPIN, connections=8)

# As many as Flask has workers at the same time, it could take.
SLEEP = Task(
    "GET /sleep for a second, 1,000 clients", [_get("/sleep?seconds=1")], text, [peers.OURS, peers.NATIVE_SERVER],
    connections=1_000, seconds=4, alone=True,
)

LOG_IN = Task(
    "POST /auth/login, 4 clients", [_json("/auth/login", _SPREAD, name="duke", password=PASSWORD)],
    by=_WITHOUT_SPIN, connections=4, each=4,
)
BESIDE = Task(
    "POST /add, 8 clients, beside 4 that register", ADD.requests,
    by=_WITHOUT_SPIN, connections=8, seconds=4,
    beside=_json("/auth/register", _SPREAD, name=f"n{NUMBER}", password=PASSWORD),
)

# What reads comes first: its answers are compared, too.
TASKS = [
    ADD, INDEX, STATIC,
    *LIST.values(), *SEARCH.values(), *WORD.values(),
    DATA, *INSERT.values(),
    UPLOAD, UPLOADS, PICTURE,
    SLEEP, LOG_IN, BESIDE,
]  # fmt: skip
