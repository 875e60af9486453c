"""The word book behind `/data`, on both sides: read, and emptied."""

import contextlib
import functools
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

from compare import Exchange, json_of
from tutorial import app
from wire import DEADLINE_SECONDS, Answer, Request, send

# Where a word is added.
PATH = "/data"

# Who may take away what the tests add without a login.
ADMIN = "parity"

FIELDS = ("english", "chinese", "sentence_eng", "sentence_chi")

_tutorial = app.config["sqlite"]


def ask(addresses, request: Request, *, before=(), meanwhile: Request | None = None) -> Exchange:
    """Sends a request to both, and finds out which words are there then.

    Both word books are empty before and behind. The requests `before` have been answered before this one is
    sent. The one `meanwhile` is sent while this one is under way.
    """
    flask, ours = addresses
    for earlier in before:
        for address in addresses:
            send(address, earlier)
    if meanwhile is None:
        answers = [send(address, request) for address in addresses]
    else:
        answers = [_interrupted(flask, request, meanwhile), at_once(ours, [request, meanwhile])[0]]
    words = _take_flasks_words(), take_words(ours)
    if meanwhile is not None:
        # Which of the two comes first is not decided.
        words = tuple(map(sorted, words))
    return Exchange(request, *answers, words=words)


def take_words(ours) -> list[list[str]]:
    """Takes all words out of Handspun's book; the one that was added first comes first."""
    answer = send(ours, Request("GET", b"/words?limit=100"))
    assert answer.status == 200, answer
    listed = json_of(answer)
    assert listed["next"] is None, "there are more words than one page has"
    for word in listed["words"]:
        answer = send(ours, Request("DELETE", b"/words/%d" % word["id"], (login(ours),)))
        assert answer.status == 204, answer
    return [[word[field] for field in FIELDS] for word in reversed(listed["words"])]


def register(ours) -> None:
    """Registers who may change every word once it is an administrator."""
    answer = _post_account(ours, b"/auth/register")
    assert answer.status == 201, answer


@functools.cache
def login(ours) -> tuple[bytes, bytes]:
    """The header of somebody who may change every word."""
    answer = _post_account(ours, b"/auth/login")
    assert answer.status == 200, answer
    return b"Cookie", answer.header("Set-Cookie").partition(";")[0].encode()


def _post_account(ours, path: bytes) -> Answer:
    account = json.dumps({"name": ADMIN, "password": "how high the moon"}).encode()
    return send(ours, Request("POST", path, ((b"Content-Type", b"application/json"),), account))


def at_once(address, requests: list[Request]) -> list[Answer]:
    """Sends requests at the same time."""
    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(lambda request: send(address, request), requests))


def _take_flasks_words() -> list[list[str]]:
    """The same on the other side, but for the one word that the tutorial cannot do without."""
    rows = _tutorial.execute(f"select {', '.join(FIELDS)} from word where id > 1 order by id").fetchall()
    _tutorial.execute("delete from word where id > 1")
    _tutorial.commit()
    return list(map(list, rows))


def _interrupted(flask, request: Request, meanwhile: Request) -> Answer:
    """Flask's answer where another request is served between the two statements of this one.

    That happens by itself now and then; here it does each time.
    """
    with _pause() as (paused, go_on), ThreadPoolExecutor(1) as thread:
        answer = thread.submit(send, flask, request)
        assert paused.wait(DEADLINE_SECONDS), "Flask does not look for the largest id"
        send(flask, meanwhile)
        go_on.set()
        return answer.result()


@contextlib.contextmanager
def _pause():
    """Makes the tutorial's view wait once it knows the largest id; the first time only."""
    paused, go_on = threading.Event(), threading.Event()

    class Cursor(sqlite3.Cursor):
        def fetchone(self):
            row = super().fetchone()
            if not paused.is_set():
                paused.set()
                go_on.wait(DEADLINE_SECONDS)
            return row

    class Connection:
        cursor = staticmethod(lambda: _tutorial.cursor(Cursor))
        commit = staticmethod(_tutorial.commit)

    app.config["sqlite"] = Connection
    try:
        yield paused, go_on
    finally:
        go_on.set()
        app.config["sqlite"] = _tutorial
