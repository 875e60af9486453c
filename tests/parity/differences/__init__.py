"""The differences that are decided, each with its rule and with cases that show it.

`docs/parity.md` lists them under the same ids and says why. A rule looks at an exchange and returns the
aspects that its difference explains: all that differ must be explained, or the case fails.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clients import Step, Visit
from compare import Exchange
from wire import Request

WHOLE = frozenset({"status", "content-type", "allow", "location", "set-cookie", "body", "words", "files"})


@dataclass(frozen=True)
class Example:
    """A request, or the steps of a client, that show a difference, with both answers as the document has them.

    An answer is a status, which a header may follow, or the body, or the words or files that are there then;
    `…` stands for any text. Of a client it is what its last step gave: the status and what the application saw, as
    `Visit.shows` has it, a value, or an error.
    """

    request: Request | tuple[Step, ...]
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
    # Which of the two it looks at.
    of: type[Exchange] | type[Visit]
    explains: Callable[[Exchange | Visit], set[str] | frozenset[str] | None]
    examples: tuple[Example, ...]


DIFFERENCES: dict[str, Difference] = {}


def difference(id: str, *examples: Example, of: type = Exchange):
    """Lists the decorated rule under an id."""

    def listed(rule):
        assert id not in DIFFERENCES, id
        DIFFERENCES[id] = Difference(id, of, rule, examples)
        return rule

    return listed


def explained(exchange: Exchange | Visit) -> tuple[set[str], set[str]]:
    """The ids that apply to an exchange, and the aspects that none of them explains."""
    left, ids = set(exchange.aspects), set()
    rules = [difference for difference in DIFFERENCES.values() if isinstance(exchange, difference.of)]
    for difference in rules if left else ():
        found = set(difference.explains(exchange) or ()) & exchange.aspects
        if found:
            ids.add(difference.id)
            left -= found
    return ids, left


# Their rules list themselves when they are imported.
from differences import (  # noqa: E402, F401
    clients,
    cookies,
    everywhere,
    forms,
    multipart,
    paths,
    queries,
    redirects,
    sessions,
    settings,
    sums,
    uploads,
    words,
)
