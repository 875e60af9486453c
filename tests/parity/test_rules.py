"""What no rule may explain: clients that do not work."""

from dataclasses import replace

import pytest

from clients import Ask, Outcome, Visit, flasks
from differences import DIFFERENCES, explained
from differences.clients import MIRROR
from grammars.visits import at, leading

VISITS = [
    (MIRROR,),
    *(example.request for difference in DIFFERENCES.values() if difference.of is Visit for example in difference.examples),
]
LED = [
    leading("/mirror/c"), leading("c"), at("/mirror/", 302, redirects=2), at("/mirror/", 302, redirects=21),
    leading(at("/mirror/", 302)),
]  # fmt: skip


def left(visit: Visit) -> set[str]:
    return explained(visit)[1]


@pytest.mark.parametrize("steps", VISITS, ids=str)
def test_a_client_that_always_fails_is_noticed(steps):
    flask = flasks(steps)
    if any(outcome.error is None for outcome in flask):
        assert left(Visit(steps, flask, [Outcome(error="no") for _ in steps]))


@pytest.mark.parametrize("path", LED)
@pytest.mark.parametrize("before", [(), (MIRROR,)], ids=len)
def test_a_client_that_never_follows_is_noticed(path, before):
    ask = Ask("GET", path, follow=True)
    stays = flasks((*before, replace(ask, follow=False)))
    assert left(Visit((*before, ask), flasks((*before, ask)), stays))
