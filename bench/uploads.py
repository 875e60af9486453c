"""Measures uploads and the list of pictures, with few and with many pictures, beside Flask, and holds them to their limits.

Usage: python3 -B bench/uploads.py [--few N] [--many N] [--rounds N] [--out FILE]
`HANDSPUN` names another program than `target/release/handspun`. Needs the packages of bench/requirements.txt.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))

import pictures  # noqa: E402
import report  # noqa: E402
from client import Client, Request  # noqa: E402
from flask_server import flask  # noqa: E402
from program import handspun  # noqa: E402

# How much longer it may take with many pictures than with few.
MAX_UPLOAD_RATIO = 1.3
MAX_LIST_RATIO = 2.0

# Clients that upload at the same time, and what each uploads.
CLIENTS = 8
SMALL_BYTES = 70
LARGE_BYTES = 1 << 20

# So many of so many bytes at once, and what the server may take for them.
HUGE_AT_ONCE = 16
HUGE_BYTES = 15 << 20

# What an upload took before the pictures were in the database: Flask had 274 MiB a second where we had 45. Three
# times that is asked for.
MIN_THROUGHPUT_RATIO = 3 * 45 / 274

# What is replaced is cleared away by later uploads within the measurement.
GRACE = {"upload_grace": "2"}


@dataclass
class Server:
    name: str
    client: Client
    address: tuple[str, int]
    process_id: int


def main() -> int:
    options = _options()
    before = report.load()
    with contextlib.ExitStack() as stack:
        few, many = (_ours(stack, count) for count in (options.few, options.many))
        peer = _flask(stack)
        servers = [few, many, peer]
        uploads = _alternating(servers, _upload_one(SMALL_BYTES), options.rounds * 20)
        lists = _alternating(servers, _list, options.rounds * 20)
        megabytes = _throughput([few, peer], options.rounds)
        huge = _all_at_once(few)
    ratios = {
        f"upload of {SMALL_BYTES} bytes": (uploads, MAX_UPLOAD_RATIO),
        "list of 20": (lists, MAX_LIST_RATIO),
    }
    text, exceeded = _text(options, ratios, megabytes, huge, before)
    print(text)
    if options.out:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return 1 if exceeded else 0


def _ours(stack: contextlib.ExitStack, count: int) -> Server:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "target")))
    # Once, so that the tables are there; then the pictures go past the server, as there are many.
    with handspun(folder, GRACE) as address:
        Client(address).expect(pictures.form("first.png", SMALL_BYTES), 200)
    pictures.fill(folder / "state", count)
    address = stack.enter_context(handspun(folder, GRACE))
    return Server(f"{count:,} pictures", Client(address), address, pictures.listener(address[1]))


def _flask(stack: contextlib.ExitStack) -> Server:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "target")))
    address = stack.enter_context(flask(folder))
    return Server("Flask", Client(address), address, 0)


def _list(server: Server, _turn: int) -> float:
    return server.client.expect(Request("/uploads"), 200).seconds


def _upload_one(size: int):
    return lambda server, turn: server.client.expect(pictures.form(f"new-{turn}.png", size), 200).seconds


def _alternating(servers: list[Server], measured, rounds: int) -> list[float]:
    """The median of each, in seconds; in each round one right behind the other."""
    taken = [[] for _ in servers]
    for turn in range(rounds + 3):
        for index in (range(len(servers)), reversed(range(len(servers))))[turn % 2]:
            seconds = measured(servers[index], turn)
            if turn >= 3:
                taken[index].append(seconds)
    return [statistics.median(times) for times in taken]


def _throughput(servers: list[Server], rounds: int) -> dict[str, float]:
    """MiB a second of each, from several clients at once: the median of the rounds."""
    taken = {server.name: [] for server in servers}
    for turn in range(rounds + 1):
        for server in servers:
            seconds = _by_clients(server, turn, 10)
            if turn > 0:
                taken[server.name].append(CLIENTS * 10 * LARGE_BYTES / 2**20 / seconds)
    return {name: statistics.median(figures) for name, figures in taken.items()}


def _by_clients(server: Server, turn: int, each: int) -> float:
    failed = []

    def run(number: int) -> None:
        try:
            client = Client(server.address)
            for count in range(each):
                client.expect(pictures.form(f"{number}-{count}.png", LARGE_BYTES, fill=turn), 200)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    return _in_threads(run, CLIENTS, failed)


def _all_at_once(server: Server) -> tuple[float, float]:
    """MiB a second, and the most memory that the server had, in MiB."""
    failed = []

    def run(number: int) -> None:
        try:
            Client(server.address).expect(pictures.form(f"huge-{number}.png", HUGE_BYTES), 200)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    pictures.forget_peak(server.process_id)
    seconds = _in_threads(run, HUGE_AT_ONCE, failed)
    return HUGE_AT_ONCE * HUGE_BYTES / 2**20 / seconds, pictures.peak_mib(server.process_id)


def _in_threads(run, count: int, failed: list[Exception]) -> float:
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.perf_counter() - start


def _text(options, ratios, megabytes, huge, before: str) -> tuple[str, bool]:
    program = ROOT / os.environ.get("HANDSPUN", "target/release/handspun")
    lines = [
        f"| request | {options.few:,} pictures, ms | {options.many:,} pictures, ms | ratio | limit | | Flask, ms |",
        "|---|--:|--:|--:|--:|---|--:|",
    ]
    exceeded = False
    for name, ((few, many, flask_ms), limit) in ratios.items():
        kept = many <= limit * few
        exceeded |= not kept
        numbers = f"{1000 * few:.2f} | {1000 * many:.2f} | {many / few:.2f} | {limit}"
        lines.append(f"| {name} | {numbers} | {_verdict(kept)} | {1000 * flask_ms:.2f} |")
    ours, theirs = megabytes.values()
    kept = ours >= MIN_THROUGHPUT_RATIO * theirs
    exceeded |= not kept
    figures = [
        "| all at once | | limit | |",
        "|---|--:|--:|---|",
        f"| uploads of 1 MiB by {CLIENTS} clients, MiB a second | {ours:.0f} | | |",
        f"| the same to Flask, each file synced | {theirs:.0f} | | |",
        f"| ratio | {ours / theirs:.2f} | {MIN_THROUGHPUT_RATIO:.2f} | {_verdict(kept)} |",
        f"| {HUGE_AT_ONCE} pictures of 15 MiB, MiB a second | {huge[0]:.0f} | | |",
        f"| the memory of the whole server meanwhile, MiB | {huge[1]:.0f} | | |",
    ]
    load = f"Load before {before}, behind {report.load()}."
    parts = ["# Uploads, measured", f"{report.machine(program)}. {load}", "\n".join(lines), "\n".join(figures)]
    return "\n\n".join(parts) + "\n", exceeded


def _verdict(kept: bool) -> str:
    return "ok" if kept else "**EXCEEDED**"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures uploads.")
    parser.add_argument("--few", type=int, default=100, help="pictures in one store")
    parser.add_argument("--many", type=int, default=10_000, help="pictures in the other")
    parser.add_argument("--rounds", type=int, default=5, help="how often the throughput is measured; the rest 20 times as often")
    parser.add_argument("--out", type=Path, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
