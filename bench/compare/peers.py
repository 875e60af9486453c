"""The servers that are compared, each started on files of its own."""

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.client import Client, Request
from bench.machine import HANDSPUN, ROOT

START_DEADLINE_SECONDS = 600

# How the tutorial advises to run Flask (§11).
FLASK_WORKERS = 2 * (os.cpu_count() or 1) + 1

# Addresses that X-Forwarded-For names are believed, so that the clients of a run are many and no limit of one is met.
VARIABLES = {"secret_key": "of-the-bench", "trusted_proxies": "127.0.0.1", "upload_grace": "5"}

WASMTIME = ROOT / os.environ.get("WASMTIME", "target/tools/wasmtime-48.0.8/bin/wasmtime")
BARE = ROOT / "target/wasm32-wasip2/release/bench_bare.wasm"
NATIVE = ROOT / "target/release/bench-native"


@dataclass(frozen=True)
class Peer:
    name: str
    # Its command, of the port and the folder with its files.
    command: Callable[[int, Path], list]
    # What it needs in its environment, of the folder.
    environment: Callable[[Path], dict[str, str]] = lambda folder: {}


@dataclass(frozen=True)
class Server:
    """One that runs."""

    peer: Peer
    address: tuple[str, int]
    process: int


def _up(program, manifest: str, port: int, folder: Path, variables: dict[str, str]) -> list:
    options = ["--quiet", "--from", ROOT / manifest, "--listen", f"127.0.0.1:{port}", "--state-dir", folder / "state"]
    for name, value in variables.items():
        options += ["--variable", f"{name}={value}"]
    return [program, "up", *options]


def _gunicorn(port: int, folder: Path) -> list:
    options = ["--workers", FLASK_WORKERS, "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    return [sys.executable, "-B", "-m", "gunicorn", *options, "bench.tutorial:app"]


def _native(port: int, folder: Path) -> list:
    options = ["--listen", f"127.0.0.1:{port}", "--database", folder / "state/sqlite_db.db"]
    return [NATIVE, *options, "--pictures", folder / "pictures", "--static", ROOT / "static"]


def _wasmtime(port: int, folder: Path) -> list:
    return [WASMTIME, "serve", "-Wcomponent-model-async", "-Sp3", "-Scli", "--addr", f"127.0.0.1:{port}", BARE]


def _files(folder: Path) -> dict[str, str]:
    return {"DATABASE": str(folder / "state/sqlite_db.db"), "PICTURES": str(folder / "pictures")}


OURS = Peer("Handspun", functools.partial(_up, HANDSPUN, "spin.toml", variables=VARIABLES))
FLASK = Peer("Flask", _gunicorn, _files)
NATIVE_SERVER = Peer("native", _native)
# The same component, without kit: on our host and on the one of wasmtime's own.
BARE_ON_OURS = Peer("bare component", functools.partial(_up, HANDSPUN, "bench/bare/spin.toml", variables={}))
BARE_ON_WASMTIME = Peer("wasmtime serve", _wasmtime)
SPIN = Peer("Spin", functools.partial(_up, "spin", "spin.toml", variables=VARIABLES))

# Measured where there is such a program.
OPTIONAL = {BARE_ON_WASMTIME: WASMTIME, SPIN: "spin"}
ALL = [
    peer
    for peer in (OURS, FLASK, NATIVE_SERVER, BARE_ON_OURS, BARE_ON_WASMTIME, SPIN)
    if peer not in OPTIONAL or shutil.which(OPTIONAL[peer])
]


@contextlib.contextmanager
def running(peer: Peer, folder: Path, cache: Path | None = None) -> Iterator[Server]:
    """Starts one, and ends it; `cache` is where it finds components compiled, and keeps them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    # Neither a variable of the shell nor an .env of the root may change an answer.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPIN_")}
    environment |= {"PYTHONPATH": str(ROOT)} | peer.environment(folder)
    if cache:
        environment["XDG_CACHE_HOME"] = str(cache)
    log = folder / f"{peer.name}.log"
    with log.open("wb") as output:
        command = [str(part) for part in peer.command(port, folder)]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        _wait(process, port, log)
        yield Server(peer, ("127.0.0.1", port), process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    """Until it has answered."""
    deadline = time.monotonic() + START_DEADLINE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            Client(("127.0.0.1", port)).expect(Request("/index"), 200)
            return
        time.sleep(0.001)
    raise RuntimeError(f"{process.args[0]} does not answer: {log.read_text()}")
