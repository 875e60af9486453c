"""The results as tables, for people."""

from bench.growth.cases import BASELINE, CASES, HARD_SEARCH, MAX_HARD_SEARCH_MS, MAX_RATIO, RATIO, Case
from bench.growth.measure import Book


def table(books: list[Book], medians: dict[str, list[float]]) -> tuple[list[str], list[str]]:
    """A line for each case, and the names of those beyond their limit."""
    sizes = " | ".join(f"{len(book.words):,} words, ms" for book in books)
    lines = [f"| request | {sizes} | ratio | limit | | HTTP's share |", "|---|--:|--:|--:|--:|---|--:|"]
    exceeded = []
    for case in (BASELINE, *CASES):
        small, large = (1000 * seconds for seconds in medians[case.name])
        kept = _keeps(case, small, large)
        if not kept:
            exceeded.append(case.name)
        verdict = {True: "ok", False: "**EXCEEDED**"}[kept] if case.limit else ""
        share = f"{100_000 * medians[BASELINE.name][1] / large:.0f} %"
        numbers = f"{small:.2f} | {large:.2f} | {large / small:.2f}"
        lines.append(f"| {case.name} | {numbers} | {case.limit} | {verdict} | {share} |")
    return lines, exceeded


def _keeps(case: Case, small: float, large: float) -> bool:
    return {"": True, RATIO: large <= MAX_RATIO * small, HARD_SEARCH: large < MAX_HARD_SEARCH_MS}[case.limit]


def totals(books: list[Book], exports: list[tuple[float, int]]) -> list[str]:
    """What is done with all words at once."""
    lines = ["| all words at once | " + _row(f"{len(book.words):,} words" for book in books), "|---|--:|--:|"]
    lines.append("| import, s | " + _row(f"{book.import_seconds:.2f}" for book in books))
    lines.append("| words imported a second | " + _row(len(book.words) / book.import_seconds for book in books))
    lines.append("| export as CSV, s | " + _row(f"{seconds:.2f}" for seconds, _ in exports))
    lines.append("| MiB exported a second | " + _row(f"{size / seconds / 2**20:.1f}" for seconds, size in exports))
    return lines


def _row(cells) -> str:
    return " | ".join(cell if isinstance(cell, str) else f"{cell:,.0f}" for cell in cells) + " |"
