"""Measures what a request takes through Handspun's test client, beside Flask's `app.test_client()`, in one run.

Usage: python -B -m bench.test_client [--rounds N] [--out FILE]
Needs the packages of bench/requirements.txt and the example `client` of the crate handspun, a program without a network.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask, request

from bench import machine
from bench.machine import ROOT

CLIENT = ROOT / os.environ.get("CLIENT", "target/release/examples/client")
MANIFEST = ROOT / "crates/host/tests/probe.toml"

REQUESTS = 2_000

# What a user is promised: docs/testing.md.
AT_MOST_MICROSECONDS = 1_000


def main() -> int:
    options = _options()
    before, figures = machine.load(), {}
    with _ours() as ours:
        clients = {"Handspun": ours, "Flask": _flask()}
        for client in clients.values():
            client(REQUESTS)
        for _ in range(options.rounds):
            for name, client in clients.items():
                begin = time.perf_counter()
                client(REQUESTS)
                figures.setdefault(name, []).append((time.perf_counter() - begin) / REQUESTS * 1e6)
    lines = ["| GET /uri through a test client | µs a request | lowest | highest |", "|---|--:|--:|--:|"]
    for name, times in figures.items():
        lines.append(f"| {name} | {statistics.median(times):,.0f} | {min(times):,.0f} | {max(times):,.0f} |")
    load = f"Load before {before}, behind {machine.load()}."
    text = "\n\n".join(["# The test client, measured", f"{machine.machine()}. {load}", "\n".join(lines)]) + "\n"
    print(text)
    if options.out:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    if (median := statistics.median(figures["Handspun"])) > AT_MOST_MICROSECONDS:
        print(f"a request takes {median:,.0f} µs, more than {AT_MOST_MICROSECONDS:,}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _ours() -> Iterator[Callable[[int], None]]:
    """Sends so many requests to the probe, one behind the other."""
    with tempfile.TemporaryFile() as log:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
        process = subprocess.Popen([CLIENT, MANIFEST], text=True, **pipes)

        def send(count: int) -> None:
            asked = {"request": {"method": "GET", "path": "/uri"}}
            process.stdin.write(json.dumps([asked] * count) + "\n")
            process.stdin.flush()
            answers = json.loads(process.stdout.readline())
            if any(answer.get("status") != 200 for answer in answers):
                raise RuntimeError(f"the probe answered {answers[0]}")

        try:
            yield send
        finally:
            process.stdin.close()
            process.wait()


def _flask() -> Callable[[int], None]:
    """The same with Flask."""
    app = Flask(__name__)

    @app.get("/uri")
    def uri():
        return request.url

    def send(count: int) -> None:
        client = app.test_client()
        for _ in range(count):
            if client.get("/uri").status_code != 200:
                raise RuntimeError("Flask did not answer")

    return send


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the test clients.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--out", type=Path, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
