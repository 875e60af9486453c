"""Requests on one connection that is kept, timed."""

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

DEADLINE_SECONDS = 120

# A server closes a connection that nothing is sent on; behind such a pause there is a new one.
PAUSE_SECONDS = 2

JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html"}


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict = field(default_factory=lambda: JSON)
    body: bytes | None = None

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


class Answer(NamedTuple):
    status: int
    # From the first byte sent to the last one received.
    seconds: float
    body: bytes


class Client:
    """Of one server."""

    def __init__(self, address: tuple[str, int]):
        self._connection = http.client.HTTPConnection(*address, timeout=DEADLINE_SECONDS)
        self._last = float("-inf")

    def send(self, request: Request) -> Answer:
        start = time.perf_counter()
        if start > self._last + PAUSE_SECONDS:
            self._connection.close()
            self._connection.connect()
            start = time.perf_counter()
        self._connection.request(request.method, request.path, request.body, request.headers)
        response = self._connection.getresponse()
        body = response.read()
        self._last = time.perf_counter()
        return Answer(response.status, self._last - start, body)

    def expect(self, request: Request, *statuses: int) -> Answer:
        answer = self.send(request)
        if answer.status not in statuses:
            told = answer.body[:500].decode(errors="replace")
            raise RuntimeError(f"{request.method} {request.path} is answered {answer.status}: {told}")
        return answer


def imported(file: bytes) -> Request:
    return Request("/words/import", JSON | {"Content-Type": "text/csv"}, file)


def added(english: str, chinese: str) -> Request:
    body = json.dumps({"english": english, "chinese": chinese}).encode()
    return Request("/words", JSON | {"Content-Type": "application/json"}, body)


def search(text: str, after: int | None = None) -> Request:
    return Request(f"/words?q={quote(text)}" + ("" if after is None else f"&after={after}"))
