"""The differences that are decided, each with its rule and with cases that show it.

`docs/parity.md` lists them under the same ids and says why. A rule looks at an exchange and returns the
aspects that its difference explains: all that differ must be explained, or the case fails.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from compare import Exchange
from wire import Answer, Request

WHOLE = frozenset({"status", "content-type", "allow", "location", "set-cookie", "body", "words"})


@dataclass(frozen=True)
class Example:
    """A request that shows a difference, with both answers as the document has them.

    An answer is a status, which a header may follow, or the body, or the words that are there then;
    `…` stands for any text.
    """

    request: Request
    flask: str
    ours: str
    # Off where it depends on this Python, and this one is not old enough.
    shown: bool = True
    # What is sent before, and what while the request is under way; of requests that add a word.
    before: tuple[Request, ...] = ()
    meanwhile: Request | None = None


@dataclass(frozen=True)
class Difference:
    id: str
    explains: Callable[[Exchange], set[str] | frozenset[str] | None]
    examples: tuple[Example, ...]


DIFFERENCES: dict[str, Difference] = {}


def difference(id: str, *examples: Example):
    """Lists the decorated rule under an id."""

    def listed(rule):
        assert id not in DIFFERENCES, id
        DIFFERENCES[id] = Difference(id, rule, examples)
        return rule

    return listed


def explained(exchange: Exchange) -> tuple[set[str], set[str]]:
    """The ids that apply to an exchange, and the aspects that none of them explains."""
    left, ids = set(exchange.aspects), set()
    for difference in DIFFERENCES.values() if left else ():
        found = set(difference.explains(exchange) or ()) & exchange.aspects
        if found:
            ids.add(difference.id)
            left -= found
    return ids, left


def shows(answer: Answer, words: list | None, documented: str) -> bool:
    """Whether an answer, or the words that are there then, are as the document has them."""
    status, _, rest = documented.partition(" ")
    if answer.status != int(status):
        return False
    texts = [answer.text.rstrip("\n")]
    if words is not None:
        texts.append(json.dumps(words, ensure_ascii=False, separators=(",", ":")))
    if re.match(r"[A-Z][A-Za-z-]+: ", rest):
        texts = [f"{name.title()}: {value}" for name, value in answer.headers]
    pattern = ".*".join(re.escape(part) for part in rest.split("…"))
    return not rest or any(re.fullmatch(pattern, text, re.DOTALL) for text in texts)


# Their rules list themselves when they are imported.
from differences import (  # noqa: E402, F401
    cookies,
    everywhere,
    forms,
    multipart,
    paths,
    queries,
    sessions,
    settings,
    sums,
    uploads,
    words,
)
