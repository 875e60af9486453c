"""Measures Handspun beside its peers, and holds it to its targets.

Usage: python -B -m bench.compare [--rounds N] [--only TEXT] [--out FOLDER]
Needs the packages of bench/requirements.txt, `wrk`, and what the Makefile builds for `make bench`.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from bench import machine
from bench.compare import data, measure, plot, report, start, work
from bench.compare.peers import ALL, Peer, Server, running
from bench.compare.targets import targets
from bench.machine import ROOT


def main() -> int:
    options = _options()
    before, begun = machine.load(), time.monotonic()
    tasks = [task for task in work.TASKS if options.only in task.name]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "target")))
        cache = folder / "cache"
        cold = start.cold_starts(folder, cache)
        filled = {words: folder / f"{words}-words" for words in sorted({task.words for task in tasks})}
        for words, made in filled.items():
            data.fill(made, words, cache)

        def files(kind: str, words: int = work.FEW) -> dict[Peer, Path]:
            return {
                peer: data.copy(filled[words], folder / f"{words}-{kind}-{peer.name}")
                for peer in ALL
                if any(task.words == words and peer in task.by for task in tasks)
            }

        alone = files("alone")
        starts = {} if options.only else start.starts(cold, alone, cache, 2 * options.rounds + 1)
        servers = {
            (peer, words): stack.enter_context(running(peer, path, cache))
            for words in filled
            for peer, path in files("shared", words).items()
        }

        def server_for(task: work.Task, peer: Peer) -> contextlib.AbstractContextManager[Server]:
            if task.alone:
                return running(peer, alone[peer], cache)
            return contextlib.nullcontext(servers[peer, task.words])

        print("comparing answers", file=sys.stderr)
        data.check(servers, tasks)
        results = measure.in_rounds(server_for, tasks, options.rounds)
    components = start.components()
    found = targets(results, starts, components)
    minutes = (time.monotonic() - begun) / 60
    told = f"{machine.machine()}. Rounds: {options.rounds}. It took {minutes:.1f} minutes. "
    told += f"Load before {before}, behind {machine.load()}."
    text = report.text(told, found, results, starts, components)
    print(text)
    if options.out:
        options.out.mkdir(exist_ok=True)
        (options.out / "compare.md").write_text(text, encoding="utf-8")
        (options.out / "compare.svg").write_text(plot.svg(results), encoding="utf-8")
    return 0 if all(target.kept for target in found) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures Handspun beside its peers.")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    parser.add_argument("--only", default="", help="measure only the tasks with this in their names")
    parser.add_argument("--out", type=Path, help="the folder where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
