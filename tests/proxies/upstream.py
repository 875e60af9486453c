"""A server behind a proxy, of which each test says what it does."""

import contextlib
import socket
import threading

from wire import Closed, Stream, lines


class Upstream:
    """Listens on 127.0.0.1 and has each connection served by `serve(stream)`, until it is stopped."""

    def __init__(self, port: int = 0, address: str = "127.0.0.1"):
        self.serve = answer
        # What the handlers got, and how they failed.
        self.requests = []
        self.connections = 0
        self.errors = []
        self._address = (address, port)
        self._listener = None
        self.start()

    @property
    def port(self) -> int:
        return self._address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        self._listener = socket.create_server(self._address, family=family)
        self._address = self._listener.getsockname()[:2]
        self._open = set()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self):
        """Closes the port and all connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def reset(self):
        """What a test begins with: a server that answers, with connections that nobody keeps."""
        self.stop()
        self.serve, self.requests, self.connections, self.errors = answer, [], 0, []
        self.start()

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock, self.errors), daemon=True).start()

    def _serve(self, sock, errors):
        stream = Stream(sock)
        try:
            self.serve(self, stream)
        except Closed:
            pass
        except Exception as error:
            # Those of the test that the connection is of, which may be over.
            errors.append(error)
        finally:
            self._open.discard(sock)
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            stream.close()


def answer(upstream: Upstream, stream: Stream):
    """Reads a request and answers it, then closes the connection."""
    request = stream.message()
    upstream.requests.append(request)
    body = f"{request.start.split()[1]} of {upstream.port}".encode()
    fields = [("content-length", str(len(body))), ("connection", "close")]
    stream.send(lines("HTTP/1.1 200 OK", *fields))
    if not request.start.startswith("HEAD "):
        stream.send(body)


def answering(*parts: bytes | str):
    """A server that reads a request and then sends just this."""

    def serve(upstream: Upstream, stream: Stream):
        upstream.requests.append(stream.message())
        stream.send(*parts)

    return serve
