"""Many clients at the same time: `wrk`, with `load.lua`."""

import concurrent.futures
import itertools
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.client import Client, Request

# In a request, what is another one each time: a number of so many digits, and a client's address.
NUMBER, ADDRESS = "@" * 12, "^" * 12

# How many numbers a run may use; see load.lua.
_NUMBERS_OF_A_RUN = 10_000_000
_first_numbers = itertools.count(_NUMBERS_OF_A_RUN, _NUMBERS_OF_A_RUN)

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Measured:
    """What one run gave."""

    seconds: float
    # Those that were answered well.
    requests: int
    # Those without an answer, or with a status from 400.
    failed: int
    bytes: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests answered well in a second."""
        return self.requests / self.seconds


class Load:
    """A run that has begun: so many connections, each of which sends the next request once it has its answer."""

    def __init__(self, address: tuple[str, int], requests: list[Request], connections: int, seconds: int):
        raw = [_raw(request, address) for request in requests]
        numbered = any(mark.encode() in one for one in raw for mark in (NUMBER, ADDRESS))
        self._file = tempfile.NamedTemporaryFile(prefix="bench-requests-")
        for one in raw:
            self._file.write(b"%d\n" % len(one) + one)
        self._file.flush()
        environment = os.environ | {
            "LOAD_REQUESTS": self._file.name,
            "LOAD_FIRST": str(next(_first_numbers)),
            "LOAD_NUMBERED": "1" if numbered else "",
            "LOAD_IN_TURNS": "1" if len(raw) > 1 else "",
        }
        threads = min(2, connections, os.cpu_count() or 1)
        options = [f"-t{threads}", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT_SECONDS}s"]
        script = Path(__file__).with_name("load.lua")
        command = ["wrk", *options, "-s", str(script), "http://{}:{}".format(*address)]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )  # fmt: skip

    def result(self) -> Measured:
        """What it gave, once it is over."""
        output, _ = self._process.communicate()
        self._file.close()
        if self._process.returncode != 0:
            raise RuntimeError(f"wrk failed: {output}")
        return Measured(**json.loads(output.splitlines()[-1]))


def _raw(request: Request, address: tuple[str, int]) -> bytes:
    headers = {"Host": "{}:{}".format(*address)} | request.headers
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + (request.body or b"")


def numbered(request: Request, number: int) -> Request:
    """With a number and an address in their places, as load.lua puts them there."""

    def filled(text: bytes) -> bytes:
        address = f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
        return text.replace(NUMBER.encode(), b"%012d" % number).replace(ADDRESS.encode(), address.encode())

    headers = {name: filled(value.encode()).decode() for name, value in request.headers.items()}
    body = None if request.body is None else filled(request.body)
    return Request(filled(request.path.encode()).decode(), headers, body)


def together(address: tuple[str, int], request: Request, clients: int, each: int) -> Measured:
    """So many requests from each of so many clients, and all are waited for: for those of which few are done in a
    second. A status from 400 is an error."""
    first = next(_first_numbers)
    sent = [[numbered(request, first + client * each + count) for count in range(each)] for client in range(clients)]

    def run(requests: list[Request]) -> list[tuple[float, int]]:
        client = Client(address)
        answers = [client.expect(request, 200, 201) for request in requests]
        return [(answer.seconds, len(answer.body)) for answer in answers]

    with concurrent.futures.ThreadPoolExecutor(clients) as threads:
        begun = time.perf_counter()
        answers = [answer for answers in threads.map(run, sent) for answer in answers]
        seconds = time.perf_counter() - begun
    times = sorted(1000 * taken for taken, _ in answers)
    p50, p99 = (times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.99))
    return Measured(seconds, len(answers), 0, sum(size for _, size in answers), p50, p99)
