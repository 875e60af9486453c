"""The results as Markdown, for people."""

import statistics

from bench.compare import work
from bench.compare.load import Measured
from bench.compare.measure import Results
from bench.compare.peers import ALL, OURS, Peer
from bench.compare.start import Component, Start
from bench.compare.targets import KB, Target


def text(machine: str, targets: list[Target], results: Results, starts, components) -> str:
    exceeded = [target.name for target in targets if not target.kept]
    told = f"Beyond their limit: {'; '.join(exceeded)}." if exceeded else "All are within their limits."
    parts = [
        "# Handspun and its peers, measured",
        machine,
        "![How many requests Handspun and others answer in the time in which Flask answers one](compare.svg)",
        f"## Targets\n\n{told}",
        _table(["", "measured", "limit", "aim", ""], map(_target, targets)),
        "## Requests a second\n\nMedians of the rounds. In brackets, how many times as many Handspun answers.",
        _table(["", *(peer.name for peer in ALL)], _rates(results)),
        "## In full\n\nRequests a second with the lowest and the highest round; the time to an answer; how many "
        "requests failed in all rounds; the server's computing time for a request; the most memory of its processes "
        "together.",
        _table(
            ["", "", "a second", "lowest", "highest", "p50, ms", "p99, ms", "failed", "CPU, ms", "memory, MiB"],
            _details(results),
        ),
        "## Start and memory\n\nSeconds from the command to the first answer. The open requests are those of /sleep.",
        _table(
            ["", "empty cache, s", "warm cache, s", "idle, MiB", "with 1,000 open requests, MiB more"],
            _starts(results, starts),
        ),
        "## Components",
        _table(["", "KB", "with a page"], _components(components)),
    ]
    return "\n\n".join(parts) + "\n"


def number(figure: float | None) -> str:
    """With as many digits as tell something."""
    if figure is None:
        return ""
    return f"{figure:,.0f}" if figure >= 100 or figure == 0 else f"{figure:.3g}"


def _target(target: Target) -> list[str]:
    limit = f"≥ {target.at_least:g}" if target.at_least is not None else f"≤ {target.at_most:g}"
    aim = f"{target.aim:g}" if target.aim is not None else ""
    measured = f"{number(target.measured)} {target.unit}".strip()
    verdict = "ok" if target.kept else "**EXCEEDED**"
    if target.measured is None:
        measured, verdict = "not measured", ""
    return [target.name, measured, f"{limit} {target.unit}".strip(), aim, verdict]


def _rates(results: Results):
    for task in work.TASKS:
        if results.samples(task, OURS):
            yield [task.name, *(_rate(results, task, peer) for peer in ALL)]


def _rate(results: Results, task: work.Task, peer: Peer) -> str:
    rate = results.rate(task, peer)
    if rate is None or peer is OURS:
        return number(rate)
    return f"{number(rate)} ({number(results.ratio(task, OURS, peer))} ×)"


def _details(results: Results):
    for task in work.TASKS:
        for peer in task.by:
            if samples := results.samples(task, peer):
                cpu = statistics.median(sample.cpu_ms for sample in samples)
                memory = statistics.median(sample.peak_mib for sample in samples)
                yield [task.name, peer.name, *_load([sample.load for sample in samples]), number(cpu), number(memory)]
                if task.beside:
                    yield ["… who register", peer.name, *_load([sample.beside for sample in samples]), "", ""]


def _load(measured: list[Measured]) -> list[str]:
    rates = [one.rate for one in measured]
    times = [statistics.median(one.p50_ms for one in measured), statistics.median(one.p99_ms for one in measured)]
    failed = sum(one.failed for one in measured)
    return [number(figure) for figure in (statistics.median(rates), min(rates), max(rates), *times, failed)]


def _starts(results: Results, starts: dict[Peer, Start]):
    for peer, start in starts.items():
        open_mib = results.median(work.SLEEP, peer, lambda sample: sample.peak_mib)
        more = open_mib - start.idle_mib if open_mib else None
        yield [peer.name, *map(number, (start.cold, start.warm, start.idle_mib, more))]


def _components(components: list[Component]):
    for one in sorted(components, key=lambda one: one.bytes):
        yield [one.name, number(one.bytes / KB), "yes" if one.has_page else ""]
    yield ["all", number(sum(one.bytes for one in components) / KB), ""]


def _table(head: list[str], rows) -> str:
    line = ["--:" if heading else "---" for heading in head]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, line, *rows])
