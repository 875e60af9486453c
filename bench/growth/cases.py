"""What is measured, and within which limits."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from bench.client import PAGE, Request, search
from bench.growth import corpus

# At 100,000 words a request may take so many times as long as at 1,000.
MAX_RATIO = 2

# A search that a trigram index cannot help with may take so many milliseconds at 100,000 words.
MAX_HARD_SEARCH_MS = 50

# How many characters a search needs for the index.
TRIGRAM = 3


@dataclass(frozen=True)
class Case:
    name: str
    # The request to a book of so many words; the second number says how often it was made before.
    request: Callable[[int, int], Request]
    limit: str = ""
    # Searched for, where it is a search: the answer has to tell how many words have it.
    text: str | None = None


RATIO, HARD_SEARCH = f"{MAX_RATIO} ×", f"{MAX_HARD_SEARCH_MS} ms"

BASELINE = Case("GET /args, without a database", lambda words, turn: Request("/args?infor=1"))


def _fixed(name: str, path: str, limit: str = "", **more) -> Case:
    return Case(name, lambda words, turn: Request(path, **more), limit)


def _other_cases() -> list[Case]:
    return [
        Case("page in the middle", lambda words, turn: Request(f"/words?after={words // 2}"), RATIO),
        Case("last page", lambda words, turn: Request("/words?after=21"), RATIO),
        _fixed("first page for a browser", "/", RATIO, headers=PAGE),
    ]


# What a text is called that is found so often.
_SHARES = {"none": "in none", "few": "in 5", "some": "in 1 %", "most": "in most", "old": "in the oldest 3 %"}


def _searches() -> list[Case]:
    found = []
    languages = [("English", corpus.ENGLISH), ("Chinese", corpus.CHINESE)]
    for (language, texts), size, (kind, share) in itertools.product(languages, (1, 2, 3, 4, 8), _SHARES.items()):
        text = getattr(texts, kind)[:size]
        if text != "w":  # A common letter.
            found.append(_search(f"{language}, {_characters(size)}, {share}", text))
    found.append(_search("Chinese, 1 character, in the oldest 20 %, many others behind it", corpus.VARIED))
    for language, texts in languages:
        # Nothing but reading all of these words tells that the text is in none of them.
        name = f"{language}, all trigrams in most, text in none"
        found.append(_search(name, texts.none_of_common_parts, HARD_SEARCH))
        for size in (2, 8):
            text = texts.most[:size]
            name = f"{language}, {_characters(size)}, in most, page in the middle"
            found.append(_search(name, text, deep=True))
    return found


def _search(name: str, text: str, limit: str | None = None, *, deep: bool = False) -> Case:
    limit = limit or (HARD_SEARCH if len(text) < TRIGRAM else RATIO)
    return Case(name, lambda words, turn: search(text, words // 2 if deep else None), limit, text)


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


CASES = [*_other_cases(), *_searches()]
