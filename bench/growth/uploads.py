"""Measures uploads and the list of pictures, with few and with many pictures, and holds them to their limits.

Usage: python3 -B -m bench.growth.uploads [--few N] [--many N] [--rounds N] [--out FILE]
`HANDSPUN` names another program than `target/release/handspun`.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
from pathlib import Path

from bench import machine
from bench.client import Client, Request, picture
from bench.growth import pictures
from bench.machine import ROOT
from tests.program import handspun

# How much longer it may take with many pictures than with few.
MAX_UPLOAD_RATIO = 1.3
MAX_LIST_RATIO = 2.0

UPLOAD_BYTES = 70

# Rounds that are not counted.
WARM_UP_ROUNDS = 3

# What is replaced is cleared away by later uploads within the measurement.
GRACE = {"upload_grace": "2"}


def main() -> int:
    options = _options()
    before = machine.load()
    with contextlib.ExitStack() as stack:
        clients = [_filled(stack, count) for count in (options.few, options.many)]
        uploads = _alternating(clients, _upload, options.rounds)
        lists = _alternating(clients, _list, options.rounds)
    measured = [
        (f"upload of {UPLOAD_BYTES} bytes", uploads, MAX_UPLOAD_RATIO),
        ("list of 20", lists, MAX_LIST_RATIO),
    ]
    load = f"Load before {before}, behind {machine.load()}."
    parts = ["# Uploads, measured", f"{machine.machine()}. {load}", _table(options, measured)]
    text = "\n\n".join(parts) + "\n"
    print(text)
    if options.out:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return 0 if all(many <= limit * few for _, (few, many), limit in measured) else 1


def _filled(stack: contextlib.ExitStack, count: int) -> Client:
    """A server with so many pictures."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "target")))
    # Once, so that the tables are there; then the pictures go past the server, as there are many.
    with handspun(folder, GRACE) as address:
        Client(address).expect(picture("first.png", UPLOAD_BYTES), 200)
    pictures.fill(folder / "state", count)
    return Client(stack.enter_context(handspun(folder, GRACE)))


def _list(client: Client, _turn: int) -> float:
    return client.expect(Request("/uploads"), 200).seconds


def _upload(client: Client, turn: int) -> float:
    return client.expect(picture(f"new-{turn}.png", UPLOAD_BYTES), 200).seconds


def _alternating(clients: list[Client], measured, rounds: int) -> list[float]:
    """The median of each, in seconds; in each round one right behind the other."""
    taken = [[] for _ in clients]
    for turn in range(rounds + WARM_UP_ROUNDS):
        for index in (range(len(clients)), reversed(range(len(clients))))[turn % 2]:
            seconds = measured(clients[index], turn)
            if turn >= WARM_UP_ROUNDS:
                taken[index].append(seconds)
    return [statistics.median(times) for times in taken]


def _table(options: argparse.Namespace, measured: list[tuple[str, list[float], float]]) -> str:
    lines = [
        f"| request | {options.few:,} pictures, ms | {options.many:,} pictures, ms | ratio | limit | |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for name, (few, many), limit in measured:
        verdict = "ok" if many <= limit * few else "**EXCEEDED**"
        lines.append(f"| {name} | {1000 * few:.2f} | {1000 * many:.2f} | {many / few:.2f} | {limit} | {verdict} |")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures uploads with few and with many pictures.")
    parser.add_argument("--few", type=int, default=100, help="pictures in one store")
    parser.add_argument("--many", type=int, default=10_000, help="pictures in the other")
    parser.add_argument("--rounds", type=int, default=100, help="how often each is measured")
    parser.add_argument("--out", type=Path, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
