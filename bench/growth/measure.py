"""Measuring two servers at the same time, so that whatever else the machine does hits both alike."""

import json
import random
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass

from bench.client import Client, Request, imported
from bench.growth import corpus
from bench.growth.cases import BASELINE, CASES, Case

# Rounds that are not counted: they fill caches, and compile what is compiled late.
WARM_UP_ROUNDS = 3

# A search's answer counts matches up to here.
MAX_COUNTED = 1_000

# An export is measured so often.
EXPORTS = 3


@dataclass
class Book:
    """A server with its words."""

    client: Client
    words: list[corpus.Word]
    import_seconds: float = 0.0

    def load(self) -> None:
        """Imports the words, as one file."""
        answer = self.client.expect(imported(corpus.as_csv(self.words)), 200)
        got = json.loads(answer.body)["imported"]
        if got != len(self.words):
            raise RuntimeError(f"{got} of {len(self.words)} words were imported")
        self.import_seconds = answer.seconds

    def check(self, case: Case) -> None:
        """Compares what a search finds with what is there."""
        if case.text is None:
            return
        total = json.loads(self.client.expect(case.request(len(self.words), 0), 200).body)["total"]
        there = corpus.having(self.words, case.text)
        if total != (there if there <= MAX_COUNTED else None):
            raise RuntimeError(f"{case.text!r} is in {there} words, but {total} are found")


def in_rounds(books: list[Book], max_rounds: int, max_seconds: float) -> dict[str, list[float]]:
    """The median time of each case, in seconds, for each book.

    In every round each case is measured once with each book, one right behind the other.
    """
    for book in books:
        for case in CASES:
            book.check(case)
    order = random.Random(corpus.SEED)
    taken = defaultdict(lambda: [[] for _ in books])
    cases = [BASELINE, *CASES]
    end = time.monotonic() + max_seconds
    for turn in range(WARM_UP_ROUNDS + max_rounds):
        order.shuffle(cases)
        for case in cases:
            for index in order.sample(range(len(books)), len(books)):
                book = books[index]
                answer = book.client.expect(case.request(len(book.words), turn), 200, 201)
                if turn >= WARM_UP_ROUNDS:
                    taken[case.name][index].append(answer.seconds)
        if time.monotonic() > end and turn > WARM_UP_ROUNDS:
            break
    return {name: [statistics.median(times) for times in several] for name, several in taken.items()}


def exports(books: list[Book]) -> list[tuple[float, int]]:
    """How long an export takes, in seconds, and its size in bytes, for each book."""
    taken = [[] for _ in books]
    for _ in range(EXPORTS):
        for book, times in zip(books, taken, strict=True):
            answer = book.client.expect(Request("/words/export?format=csv"), 200)
            times.append((answer.seconds, len(answer.body)))
    return [sorted(times)[EXPORTS // 2] for times in taken]
