"""Measuring in rounds: in each, every server does every task, one right behind the other."""

import statistics
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bench.compare import processes, work
from bench.compare.load import Load, Measured, together
from bench.compare.peers import ALL, Peer, Server

WARM_UP_SECONDS = 1

# How many register beside others.
REGISTERING = 4


@dataclass(frozen=True)
class Sample:
    """What one run gave."""

    load: Measured
    # Computing time of the server.
    cpu_seconds: float
    # The most memory that the server had.
    peak_mib: float
    # What those beside gave.
    beside: Measured | None

    @property
    def cpu_ms(self) -> float:
        """Computing time for each request."""
        return 1000 * self.cpu_seconds / self.load.requests


class Results:
    """The samples of each task and server."""

    def __init__(self):
        self._samples: dict[tuple[work.Task, Peer], list[Sample]] = defaultdict(list)

    def add(self, task: work.Task, peer: Peer, sample: Sample) -> None:
        self._samples[task, peer].append(sample)

    def samples(self, task: work.Task, peer: Peer) -> list[Sample]:
        return self._samples.get((task, peer), [])

    def median(self, task: work.Task, peer: Peer, figure: Callable[[Sample], float]) -> float | None:
        """Of the rounds; none where this was not measured."""
        samples = self.samples(task, peer)
        return statistics.median(map(figure, samples)) if samples else None

    def rate(self, task: work.Task, peer: Peer) -> float | None:
        return self.median(task, peer, lambda sample: sample.load.rate)

    def ratio(self, task: work.Task, peer: Peer, other: Peer) -> float | None:
        """How many times as much one did as the other."""
        rate, other_rate = self.rate(task, peer), self.rate(task, other)
        return rate / other_rate if rate and other_rate else None


def in_rounds(
    server_for: Callable[[work.Task, Peer], AbstractContextManager[Server]], tasks: list[work.Task], rounds: int
) -> Results:
    results = Results()
    for turn in range(rounds):
        for task in tasks:
            print(f"round {turn + 1} of {rounds}: {task.name}", file=sys.stderr)
            peers = [peer for peer in task.by if peer in ALL]
            # The other way round each time, so that nobody is always behind the same one.
            for peer in peers if turn % 2 == 0 else reversed(peers):
                with server_for(task, peer) as server:
                    if turn == 0 and task.each is None and not task.alone:
                        Load(server.address, task.requests, task.connections, WARM_UP_SECONDS).result()
                    results.add(task, peer, _sample(server, task))
    return results


def _sample(server: Server, task: work.Task) -> Sample:
    processes.forget_peak(server.process)
    before = processes.cpu_seconds(server.process)
    beside = task.beside and Load(server.address, [task.beside], REGISTERING, task.seconds)
    if task.each:
        load = together(server.address, task.requests[0], task.connections, task.each)
    else:
        load = Load(server.address, task.requests, task.connections, task.seconds).result()
    beside = beside and beside.result()
    cpu = processes.cpu_seconds(server.process) - before
    if load.requests == 0:
        raise RuntimeError(f"{server.peer.name} did not answer anything: {task.name}")
    return Sample(load, cpu, processes.peak_mib(server.process), beside)
