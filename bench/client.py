"""Requests on one connection that is kept, timed."""

import http.client
import time
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

DEADLINE_SECONDS = 120

# A server closes a connection that nothing is sent on; behind such a pause there is a new one.
PAUSE_SECONDS = 2

JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html"}

# What every PNG begins with.
PNG = b"\x89PNG\r\n\x1a\n"


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


def search(text: str, after: int | None = None) -> Request:
    return Request(f"/words?q={quote(text)}" + ("" if after is None else f"&after={after}"))


def picture(name: str, size: int) -> Request:
    """An upload of a picture of so many bytes."""
    head = b'--b\r\nContent-Disposition: form-data; name="info"\r\n\r\nLenna\r\n'
    head += f'--b\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n'.encode()
    head += b"Content-Type: image/png\r\n\r\n"
    body = head + PNG + bytes(size - len(PNG)) + b"\r\n--b--\r\n"
    return Request("/upload", {"Content-Type": "multipart/form-data; boundary=b"}, body)
