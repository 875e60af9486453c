"""Bodies on their way: large, slow, cut off."""

import re
import threading
from pathlib import Path

import pytest

from upstream import Upstream
from wire import DEADLINE_SECONDS, PIECE_BYTES, Cut, Stream, chunk, lines

GIB = 1 << 30

# What a proxy may take for a body of any size, with all that lies in sockets.
MOST_MEMORY_BYTES = 64 << 20

OK = "HTTP/1.1 200 OK"


class Memory:
    """The most memory that a process has had since then."""

    def __init__(self, pid: int):
        self._folder = Path(f"/proc/{pid}")
        # Sets the high-water mark to what it has now (proc_pid_clear_refs(5)).
        (self._folder / "clear_refs").write_text("5")
        self._before = self._peak()

    def grown(self) -> int:
        return self._peak() - self._before

    def _peak(self) -> int:
        status = (self._folder / "status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_gibibyte_is_sent_in_constant_memory(way, upstream, is_chunked):
    def count(_: Upstream, stream: Stream):
        total = sum(map(len, stream.pieces(stream.head())))
        stream.send(lines(OK, ("content-length", str(len(str(total))))), str(total))

    upstream.serve = count
    piece = bytes(PIECE_BYTES)
    framed = chunk(piece) if is_chunked else piece
    how = ("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(GIB))
    with way.connected() as stream:
        memory = Memory(way.pid)
        way.begin(stream, "POST", "/a", how)
        for _ in range(GIB // PIECE_BYTES):
            stream.send(framed)
        stream.send(b"0\r\n\r\n" if is_chunked else b"")
        assert stream.message().body == str(GIB).encode()
        assert memory.grown() < MOST_MEMORY_BYTES


def test_a_gibibyte_is_received_in_constant_memory(way, upstream):
    def flood(_: Upstream, stream: Stream):
        stream.message()
        stream.send(lines(OK, ("content-length", str(GIB))))
        piece = bytes(PIECE_BYTES)
        for _ in range(GIB // PIECE_BYTES):
            stream.send(piece)

    upstream.serve = flood
    with way.connected() as stream:
        memory = Memory(way.pid)
        way.begin(stream, "GET", "/a")
        assert sum(map(len, stream.pieces(stream.head()))) == GIB
        assert memory.grown() < MOST_MEMORY_BYTES


def test_each_piece_arrives_before_the_next_is_sent(way, upstream):
    has_arrived = threading.Event()

    def slow(_: Upstream, stream: Stream):
        request = stream.pieces(stream.head())
        stream.send(lines(OK, ("content-length", "4")))
        stream.send(next(request))
        # The client has the answer's first half before it sends the rest of its request.
        rest = b"".join(request)
        stream.send(rest)
        has_arrived.set()

    upstream.serve = slow
    with way.connected() as stream:
        way.begin(stream, "POST", "/a", ("Content-Length", "4"))
        stream.send(b"ab")
        answer = stream.pieces(stream.head())
        assert next(answer) == b"ab"
        assert not has_arrived.is_set()
        stream.send(b"cd")
        assert b"".join(answer) == b"cd"
        assert has_arrived.wait(DEADLINE_SECONDS)


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_an_answer_that_is_cut_off_does_not_look_whole(way, upstream, framing):
    def cut(_: Upstream, stream: Stream):
        stream.message()
        if framing == "length":
            stream.send(lines(OK, ("content-length", "10")), "12345")
        else:
            stream.send(lines(OK, ("transfer-encoding", "chunked")), chunk(b"12345"))

    upstream.serve = cut
    with way.connected() as stream:
        way.begin(stream, "GET", "/a")
        head = stream.head()
        assert head.status == 200
        with pytest.raises((Cut, ConnectionResetError)):
            list(stream.pieces(head))


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_request_that_is_cut_off_does_not_look_whole(way, upstream, framing):
    seen = threading.Event()
    ends = []

    def receive(_: Upstream, stream: Stream):
        try:
            for piece in stream.pieces(stream.head()):
                seen.set()
            ends.append("whole")
        except (Cut, ConnectionResetError):
            ends.append("cut")
        finally:
            is_over.set()

    is_over = threading.Event()
    upstream.serve = receive
    with way.connected() as stream:
        if framing == "length":
            way.begin(stream, "POST", "/a", ("Content-Length", "10"))
            stream.send(b"12345")
        else:
            way.begin(stream, "POST", "/a", ("Transfer-Encoding", "chunked"))
            stream.send(chunk(b"12345"))
        assert seen.wait(DEADLINE_SECONDS)
    assert is_over.wait(DEADLINE_SECONDS)
    assert ends == ["cut"]


def test_a_client_that_leaves_ends_the_servers_answer(way, upstream):
    is_over = threading.Event()

    def endless(_: Upstream, stream: Stream):
        stream.message()
        stream.send(lines(OK, ("transfer-encoding", "chunked")))
        try:
            while True:
                stream.send(chunk(bytes(PIECE_BYTES)))
        except OSError:
            is_over.set()

    upstream.serve = endless
    with way.connected() as stream:
        way.begin(stream, "GET", "/a")
        next(stream.pieces(stream.head()))
    assert is_over.wait(DEADLINE_SECONDS)
