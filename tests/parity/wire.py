"""HTTP/1.1 over a bare socket: any byte may stand anywhere in a request."""

import socket
from dataclasses import dataclass, replace

# How long an answer may take. Only a server that hangs comes near it.
DEADLINE_SECONDS = 20

# Both servers are told the same name, so that nothing differs by their ports.
HOST = b"parity.example"


@dataclass(frozen=True)
class Request:
    """What is sent. Where `chunks` is set, the body goes out in chunks of these sizes; `length` is announced as its length,
    where it is another one.
    """

    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes | None = None
    chunks: tuple[int, ...] | None = None
    length: int | None = None

    def with_header(self, name: bytes, value: bytes) -> "Request":
        return replace(self, headers=(*self.headers, (name, value)))

    def header(self, name: bytes) -> bytes | None:
        """The first header of that name."""
        named = (value for other, value in self.headers if other.lower() == name.lower())
        return next(named, None)

    @property
    def path(self) -> str:
        return self.target.partition(b"?")[0].decode("latin-1")

    @property
    def content_type(self) -> str:
        return (self.header(b"Content-Type") or b"").decode("latin-1")

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0].strip(" \t").lower()

    def raw(self) -> bytes:
        lines = [self.method.encode() + b" " + self.target + b" HTTP/1.1"]
        headers = [(b"Host", HOST), *self.headers]
        if self.chunks is not None:
            headers.append((b"Transfer-Encoding", b"chunked"))
        elif self.body is not None:
            length = len(self.body) if self.length is None else self.length
            headers.append((b"Content-Length", str(length).encode()))
        headers.append((b"Connection", b"close"))
        lines += [name + b": " + value for name, value in headers]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self._framed_body()

    def _framed_body(self) -> bytes:
        body = self.body or b""
        if self.chunks is None:
            return body
        framed, start = b"", 0
        for size in (*self.chunks, len(body)):
            chunk = body[start : start + size]
            start += size
            if chunk:
                framed += b"%x\r\n%s\r\n" % (len(chunk), chunk)
        return framed + b"0\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back; a status of 0 where nothing did."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        return [value for other, value in self.headers if other.lower() == name.lower()]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "backslashreplace")


def send(address: tuple[str, int], request: Request) -> Answer:
    """Sends a request on a connection of its own and reads the answer."""
    with socket.create_connection(address, DEADLINE_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.sendall(request.raw())
        except (BrokenPipeError, ConnectionResetError):
            pass  # Refused before it was read: the answer is there all the same.
        with connection.makefile("rb") as stream:
            try:
                return _read(stream, request.method)
            except ConnectionResetError:
                return Answer(0)


def _read(stream, method: str) -> Answer:
    status, headers = 100, []
    while 100 <= status < 200:
        line = stream.readline()
        if not line:
            return Answer(0)
        status = int(line.split(None, 2)[1])
        headers = list(iter(lambda: _header(stream.readline()), None))
    answer = Answer(status, tuple(headers))
    if method == "HEAD" or status in (204, 304):
        return answer
    if "chunked" in (answer.header("Transfer-Encoding") or ""):
        return replace(answer, body=_dechunked(stream))
    length = answer.header("Content-Length")
    return replace(answer, body=stream.read(-1 if length is None else int(length)))


def _header(line: bytes) -> tuple[str, str] | None:
    if line in (b"\r\n", b"\n", b""):
        return None
    name, _, value = line.decode("latin-1").partition(":")
    return name.strip(), value.strip()


def _dechunked(stream) -> bytes:
    body = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body
