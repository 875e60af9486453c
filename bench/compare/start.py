"""How long the servers take to their first answer, what they need when nothing happens, and the size of the components."""

import statistics
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bench.compare import processes
from bench.compare.peers import ALL, BARE_ON_OURS, BARE_ON_WASMTIME, OURS, Peer, running
from bench.machine import ROOT

# Those that compile components, and keep what they compiled.
COMPILING = [OURS, BARE_ON_OURS, BARE_ON_WASMTIME]


@dataclass(frozen=True)
class Start:
    # Seconds to the first answer with an empty cache, where there is a cache.
    cold: float | None
    warm: float
    # Right behind the first answer.
    idle_mib: float


def cold_starts(folder: Path, cache: Path) -> dict[Peer, float]:
    """Of each server that compiles components; the cache is empty before, and has them afterwards."""
    found = {}
    for peer in COMPILING:
        if peer in ALL:
            print(f"starting {peer.name} with an empty cache", file=sys.stderr)
            found[peer], _ = _start(peer, folder / f"cold-{peer.name}", cache)
    return found


def starts(cold: dict[Peer, float], folders: dict[Peer, Path], cache: Path, rounds: int) -> dict[Peer, Start]:
    """Of each server, by itself; the medians of so many."""
    found = {}
    for peer, folder in folders.items():
        print(f"starting {peer.name}", file=sys.stderr)
        measured = [_start(peer, folder, cache) for _ in range(rounds)]
        warm, idle = (statistics.median(figures) for figures in zip(*measured, strict=True))
        found[peer] = Start(cold.get(peer), warm, idle)
    return found


def _start(peer: Peer, folder: Path, cache: Path) -> tuple[float, float]:
    begun = time.perf_counter()
    with running(peer, folder, cache) as server:
        return time.perf_counter() - begun, processes.memory_mib(server.process)


@dataclass(frozen=True)
class Component:
    name: str
    bytes: int
    has_page: bool


def components() -> list[Component]:
    """Those of spin.toml."""
    manifest = tomllib.loads((ROOT / "spin.toml").read_text(encoding="utf-8"))
    return [
        Component(name, (ROOT / told["source"]).stat().st_size, (ROOT / "functions" / name / "templates").is_dir())
        for name, told in manifest["component"].items()
    ]
