"""HTTP/1.1 over bare sockets, for clients and for servers: every byte is the test's."""

import socket
from dataclasses import dataclass, field

# How long anything may take. Only what hangs comes near it.
DEADLINE_SECONDS = 30

PIECE_BYTES = 1 << 20


class Cut(Exception):
    """A message ended before its end."""


class Closed(Cut):
    """A connection ended before its first byte: a client may open one that it needs no more."""


@dataclass
class Head:
    """The first lines of a message."""

    start: str
    fields: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.fields if own.lower() == name.lower()]

    def one(self, name: str) -> str | None:
        """The only value of a field. Two lines of it are an error."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} is there {len(values)} times: {values}"
        return values[0] if values else None

    @property
    def status(self) -> int:
        return int(self.start.split()[1])


@dataclass
class Message(Head):
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)


class Stream:
    """A connection, and what was read of it."""

    def __init__(self, sock: socket.socket):
        sock.settimeout(DEADLINE_SECONDS)
        self.socket = sock
        self.file = sock.makefile("rb")

    def send(self, *parts: bytes | str):
        for part in parts:
            self.socket.sendall(part.encode() if isinstance(part, str) else part)

    def close(self):
        self.file.close()
        self.socket.close()

    def line(self) -> str:
        line = self.file.readline()
        if not line:
            raise Closed("there is no message")
        if not line.endswith(b"\r\n"):
            raise Cut(f"the message ended in a line: {line!r}")
        return line[:-2].decode("latin-1")

    def fields(self) -> list[tuple[str, str]]:
        fields = []
        while line := self.line():
            name, _, value = line.partition(":")
            fields.append((name, value.strip()))
        return fields

    def head(self) -> Head:
        return Head(self.line(), self.fields())

    def pieces(self, head: Head):
        """Yields the body piece by piece, as it comes; returns the trailers."""
        if head.one("transfer-encoding") == "chunked":
            assert head.one("content-length") is None, head
            while size := int(self.line().partition(";")[0], 16):
                yield from self._exactly(size)
                assert self.line() == ""
            return self.fields()
        length = head.one("content-length")
        is_request = not head.start.startswith("HTTP/")
        if length is not None:
            yield from self._exactly(int(length))
        elif not is_request:
            while piece := self.file.read1(PIECE_BYTES):
                yield piece
        return []

    def _exactly(self, size: int):
        while size:
            piece = self.file.read1(min(size, PIECE_BYTES))
            if not piece:
                raise Cut(f"{size} bytes are missing")
            size -= len(piece)
            yield piece

    def message(self, head: Head | None = None) -> Message:
        """A message to its end; as the answer to HEAD it would have none."""
        head = head or self.head()
        pieces, body = self.pieces(head), b""
        while True:
            try:
                body += next(pieces)
            except StopIteration as end:
                return Message(head.start, head.fields, body, end.value)


def lines(start: str, *fields: tuple[str, str]) -> str:
    """The head of a message."""
    return "".join(f"{line}\r\n" for line in [start, *(f"{name}: {value}" for name, value in fields), ""])


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
