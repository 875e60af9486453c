"""The two proxies, as a client reaches a server through either of them."""

import base64
import contextlib
import socket
from dataclasses import dataclass

from wire import DEADLINE_SECONDS, Message, Stream, lines

TOKEN = "of-the-tests"


@dataclass(frozen=True)
class Way:
    """A proxy that leads to one upstream."""

    name: str
    pid: int
    address: tuple[str, int]
    upstream: object

    def target(self, path: str) -> str:
        """What stands in the request's first line."""
        return f"/proxy/reverse{path}" if self.name == "reverse" else f"{self.upstream.url}{path}"

    def fields(self) -> list[tuple[str, str]]:
        if self.name == "reverse":
            return [("Host", "words.example")]
        return [("Host", f"127.0.0.1:{self.upstream.port}"), *credentials()]

    @contextlib.contextmanager
    def connected(self):
        with connected(self.address) as stream:
            yield stream

    def begin(self, stream: Stream, method: str, path: str, *fields: tuple[str, str], body: bytes = b""):
        """Sends the head of a request, and a body with it: who refuses a request closes the connection."""
        head = lines(f"{method} {self.target(path)} HTTP/1.1", *self.fields(), *fields)
        stream.send(head.encode() + body)

    def ask(self, method: str, path: str, *fields: tuple[str, str], body: bytes = b"") -> Message:
        """Sends a request and reads the answer."""
        length = [("Content-Length", str(len(body)))] if body else []
        with self.connected() as stream:
            self.begin(stream, method, path, *fields, *length, ("Connection", "close"), body=body)
            head = stream.head()
            if method == "HEAD":
                return Message(head.start, head.fields)
            return stream.message(head)


@contextlib.contextmanager
def connected(address: tuple[str, int], source: str | None = None):
    source_address = (source, 0) if source else None
    stream = Stream(socket.create_connection(address, DEADLINE_SECONDS, source_address))
    try:
        yield stream
    finally:
        stream.close()


def credentials(token: str = TOKEN) -> list[tuple[str, str]]:
    encoded = base64.b64encode(f":{token}".encode()).decode()
    return [("Proxy-Authorization", f"Basic {encoded}")]
