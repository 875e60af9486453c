"""Measures the reverse and the forward proxy beside nginx as the same, before one server, in one run.

Usage: python3 -B -m bench.proxies [--rounds N] [--out FILE]
`HANDSPUN` names another program than `target/release/handspun`. It needs `nginx` and `wrk`.
"""

import argparse
import base64
import contextlib
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import machine
from bench.client import Request
from bench.compare.load import Load, Measured
from bench.machine import ROOT
from tests.nginx import free_port, nginx
from tests.program import running

# What the server has: an answer like that of a view, and one like a picture or a film.
SMALL_BYTES, LARGE_BYTES = 1 << 10, 16 << 20
MIB = 1 << 20

SECONDS = 3
WARM_UP_SECONDS = 1

TOKEN = "of-the-measurement"

SERVER = """
server {{
    listen 127.0.0.1:{port};
    root {folder};
    keepalive_requests 1000000;
}}
"""

# One that keeps its connections to the server, as ours does, and one that goes wherever it is asked to.
PROXIES = """
upstream server {{
    server 127.0.0.1:{server};
    keepalive 64;
}}
server {{
    listen 127.0.0.1:{reverse};
    keepalive_requests 1000000;
    proxy_buffering off;
    location /proxy/reverse/ {{
        proxy_pass http://server/;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
}}
server {{
    listen 127.0.0.1:{forward};
    keepalive_requests 1000000;
    proxy_buffering off;
    location / {{
        if ($http_proxy_authorization != "{credentials}") {{ return 407; }}
        proxy_pass http://127.0.0.1:{server};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Proxy-Authorization "";
        proxy_set_header Host $http_host;
        proxy_set_header Via "1.1 nginx";
    }}
}}
"""


@dataclass(frozen=True)
class Way:
    """A way to the server."""

    name: str
    address: tuple[str, int]
    # What is in front of a path of the server.
    prefix: str
    headers: dict[str, str]

    def load(self, path: str, connections: int, seconds: int) -> Measured:
        measured = Load(self.address, [Request(self.prefix + path, self.headers)], connections, seconds).result()
        if measured.failed:
            raise RuntimeError(f"{self.name}: {measured.failed} requests failed")
        return measured


@dataclass(frozen=True)
class Task:
    """What is asked for."""

    name: str
    path: str
    connections: int
    unit: str

    def figure(self, measured: Measured) -> float:
        return measured.rate if self.unit == "requests a second" else measured.bytes / measured.seconds / MIB


TASKS = [
    Task("GET of 1 KiB, 32 clients", "/small", 32, "requests a second"),
    Task("GET of 16 MiB, 4 clients", "/large", 4, "MiB a second"),
]


def main() -> int:
    options = _options()
    before = machine.load()
    with contextlib.ExitStack() as stack:
        ways = _ways(stack)
        figures = _in_rounds(ways, options.rounds)
    load = f"Load before {before}, behind {machine.load()}."
    parts = ["# The proxies, measured", f"{machine.machine()}. {load}", _table(ways, figures)]
    text = "\n\n".join(parts) + "\n"
    print(text)
    if options.out:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return 0


def _ways(stack: contextlib.ExitStack) -> list[Way]:
    """The server and the proxies before it, all started."""

    def folder() -> Path:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "target")))

    server, reverse, forward = free_port(), free_port(), free_port()
    files = folder()
    (files / "small").write_bytes(b"x" * SMALL_BYTES)
    (files / "large").write_bytes(b"x" * LARGE_BYTES)
    stack.enter_context(nginx(folder(), SERVER.format(port=server, folder=files)))
    credentials = "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()
    proxies = PROXIES.format(server=server, reverse=reverse, forward=forward, credentials=credentials)
    stack.enter_context(nginx(folder(), proxies))

    upstream = f"127.0.0.1:{server}"
    _, ours = stack.enter_context(running(folder(), {"upstreams": f"http://{upstream}"}))
    settings = {"forward_token": TOKEN, "forward_hosts": upstream}
    _, our_forward = stack.enter_context(running(folder(), settings, "forward-proxy.toml"))

    to_proxy = {"Host": upstream, "Proxy-Authorization": credentials}
    below, absolute = "/proxy/reverse", f"http://{upstream}"
    return [
        Way("the server itself", ("127.0.0.1", server), "", {}),
        Way("nginx, reverse", ("127.0.0.1", reverse), below, {}),
        Way("Handspun, reverse", ours, below, {}),
        Way("nginx, forward", ("127.0.0.1", forward), absolute, to_proxy),
        Way("Handspun, forward", our_forward, absolute, to_proxy),
    ]


def _in_rounds(ways: list[Way], rounds: int) -> dict[tuple[str, str], list[Measured]]:
    """In each round each way in turn, one right behind the other; the other way round each time."""
    figures = {}
    for task in TASKS:
        for way in ways:
            way.load(task.path, task.connections, WARM_UP_SECONDS)
        for turn in range(rounds):
            for way in ways if turn % 2 == 0 else reversed(ways):
                measured = way.load(task.path, task.connections, SECONDS)
                figures.setdefault((task.name, way.name), []).append(measured)
    return figures


def _table(ways: list[Way], figures: dict[tuple[str, str], list[Measured]]) -> str:
    parts = []
    for task in TASKS:

        def median(way: Way, figure) -> float:
            return statistics.median(map(figure, figures[task.name, way.name]))

        lines = [f"| {task.name} | {task.unit} | to nginx | p50, ms | p99, ms |", "|---|--:|--:|--:|--:|"]
        for way in ways:
            kind = way.name.rpartition(", ")[2]
            peer = next((other for other in ways if other.name == f"nginx, {kind}"), None)
            rate = median(way, task.figure)
            ratio = f"{rate / median(peer, task.figure):.2f}" if peer else ""
            times = f"{median(way, lambda one: one.p50_ms):.2f} | {median(way, lambda one: one.p99_ms):.2f}"
            lines.append(f"| {way.name} | {rate:,.0f} | {ratio} | {times} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the proxies beside nginx.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--out", type=Path, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
