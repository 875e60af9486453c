"""What Handspun is held to."""

from dataclasses import dataclass

from bench.compare import work
from bench.compare.measure import Results
from bench.compare.peers import BARE_ON_WASMTIME, FLASK, OURS, Peer
from bench.compare.start import Component, Start

KB, MB = 1_000, 1_000_000


@dataclass(frozen=True)
class Target:
    name: str
    # None where it was not measured.
    measured: float | None
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "×"
    # What is aimed at; nothing fails where it is not reached.
    aim: float | None = None

    @property
    def kept(self) -> bool:
        """Whether nothing is known to be beyond the limit."""
        if self.measured is None:
            return True
        if self.at_least is not None:
            return self.measured >= self.at_least
        return self.measured <= self.at_most


def targets(results: Results, starts: dict[Peer, Start], components: list[Component]) -> list[Target]:
    """All of them, those included that nothing was measured for."""

    def times(task: work.Task, other: Peer, at_least: float, aim: float | None = None) -> Target:
        return Target(f"{task.name}, times {other.name}", results.ratio(task, OURS, other), at_least, aim=aim)

    def ours(task: work.Task, what: str, figure, at_most: float, unit: str) -> Target:
        return Target(f"{task.name}: {what}", results.median(task, OURS, figure), at_most=at_most, unit=unit)

    return [
        times(work.ADD, BARE_ON_WASMTIME, 1.3, aim=1.6),
        times(work.ADD, FLASK, 5, aim=8),
        times(work.INDEX, BARE_ON_WASMTIME, 1.2),
        ours(work.BESIDE, "p50", lambda sample: sample.load.p50_ms, 2, "ms"),
        ours(work.BESIDE, "p99", lambda sample: sample.load.p99_ms, 30, "ms"),
        # Who computes for long is not kept from it for the sake of the others.
        Target(
            f"{work.BESIDE.name}: registrations a second",
            results.median(work.BESIDE, OURS, lambda sample: sample.beside.rate),
            at_least=1,
            unit="",
        ),
        *(
            times(by_words[words], FLASK, 3, aim=5)
            for by_words in (work.LIST, work.SEARCH, work.WORD)
            for words in (work.FEW, work.MANY)
        ),
        times(work.DATA, FLASK, 1.2),
        *(times(work.INSERT[words], FLASK, 1.2) for words in (work.FEW, work.MANY)),
        _slower_with_many(results),
        times(work.UPLOADS, FLASK, 1.2),
        times(work.UPLOAD, FLASK, 1),
        ours(work.UPLOADS, "memory", lambda sample: sample.peak_mib, 200, "MiB"),
        times(work.PICTURE, FLASK, 1.2),
        ours(work.SLEEP, "refused or failed", lambda sample: sample.load.failed, 0, ""),
        ours(work.SLEEP, "memory", lambda sample: sample.peak_mib, 300, "MiB"),
        Target("start to first answer, warm cache", starts[OURS].warm if starts else None, at_most=0.15, unit="s"),
        *_sizes(components),
    ]


def _slower_with_many(results: Results) -> Target:
    few, many = (results.rate(work.LIST[words], OURS) for words in (work.FEW, work.MANY))
    slower = few / many if few and many else None
    return Target(f"GET /words, time with {work.MANY:,} words, times that with {work.FEW:,}", slower, at_most=2)


def _sizes(components: list[Component]) -> list[Target]:
    def largest(has_page: bool, limit: int) -> Target:
        found = max((one for one in components if one.has_page == has_page), key=lambda one: one.bytes)
        kind = "with a page" if has_page else "without a page"
        return Target(f"largest component {kind} ({found.name})", found.bytes / KB, at_most=limit, unit="KB")

    total = sum(one.bytes for one in components) / MB
    return [largest(False, 400), largest(True, 700), Target("all components", total, at_most=8, unit="MB")]
