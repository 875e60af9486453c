"""Measures the word book with 1,000 and with 100,000 words, and holds it to its limits.

Usage: python3 -B -m bench.growth.words [--small N] [--large N] [--rounds N] [--seconds N] [--out FILE]
`HANDSPUN` names another program than `target/release/handspun`.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from bench import machine
from bench.client import Client
from bench.growth import corpus, measure, report
from bench.machine import ROOT
from tests.program import handspun


def main() -> int:
    options = _options()
    before = machine.load()
    with contextlib.ExitStack() as stack:
        books = [_book(stack, count) for count in (options.small, options.large)]
        medians = measure.in_rounds(books, options.rounds, options.seconds)
        exports = measure.exports(books)
    lines, exceeded = report.table(books, medians)
    text = _text(
        machine.machine(), f"Load before {before}, behind {machine.load()}.",
        lines, report.totals(books, exports), exceeded,
    )  # fmt: skip
    print(text)
    if options.out:
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return 1 if exceeded else 0


def _book(stack: contextlib.ExitStack, count: int) -> measure.Book:
    words = corpus.words(count)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "target"))
    book = measure.Book(Client(stack.enter_context(handspun(Path(folder)))), words)
    print(f"importing {count:,} words", file=sys.stderr)
    book.load()
    return book


def _text(measured_on: str, load: str, lines: list[str], totals: list[str], exceeded: list[str]) -> str:
    told = f"Beyond their limit: {'; '.join(exceeded)}." if exceeded else "All are within their limits."
    parts = ["# The word book, measured", f"{measured_on}. {load}", told, "\n".join(lines), "\n".join(totals)]
    return "\n\n".join(parts) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the word book.")
    parser.add_argument("--small", type=int, default=1_000, help="words in one book")
    parser.add_argument("--large", type=int, default=100_000, help="words in the other")
    parser.add_argument("--rounds", type=int, default=60, help="how often each request is measured at most")
    parser.add_argument("--seconds", type=float, default=120, help="after how long no other round begins")
    parser.add_argument("--out", type=Path, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
