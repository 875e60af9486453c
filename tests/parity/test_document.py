"""docs/parity.md and the rules list the same differences, and each of them is there."""

import re

import pytest

from differences import DIFFERENCES, explained, shows
from program import ROOT

AREA = "document"
DOCUMENT = "docs/parity.md"


def rows() -> dict[str, list[str]]:
    """The cells behind the id, by id: the request, Flask's answers, Handspun's, and why."""
    lines = (ROOT / DOCUMENT).read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]
    ids = [row[0].strip(" `") for row in cells]
    assert len(set(ids)) == len(ids), "an id is listed twice"
    return {id: row[1:] for id, row in zip(ids, cells, strict=True)}


def answers(cell: str) -> set[str]:
    """The answers that a cell shows: code that begins with a status."""
    return {code for code in re.findall(r"`([^`]+)`", cell) if re.match(r"[1-5]\d\d\b", code)}


def test_the_document_lists_what_the_rules_know():
    assert rows().keys() == DIFFERENCES.keys()


@pytest.mark.parametrize("id", DIFFERENCES)
def test_each_difference_is_documented_as_it_is_checked(id):
    request, flask, ours, why = rows()[id]
    examples = DIFFERENCES[id].examples
    assert examples, "nothing shows this difference"
    assert answers(flask) == {example.flask for example in examples}
    assert answers(ours) == {example.ours for example in examples}
    assert request and why


@pytest.mark.parametrize(
    ("id", "example"),
    [pytest.param(id, example, id=id) for id in DIFFERENCES for example in DIFFERENCES[id].examples if example.shown],
)
def test_each_listed_difference_is_there(ask, id, example):
    exchange = ask(AREA, example.request, before=example.before, meanwhile=example.meanwhile)
    flask_words, our_words = exchange.words or (None, None)
    assert exchange.aspects, f"{id} is gone: both answer alike. Take it out of {DOCUMENT} and of its rule."
    assert shows(exchange.flask, flask_words, example.flask), f"{id} is not as documented; Flask: {exchange.flask}"
    assert shows(exchange.ours, our_words, example.ours), f"{id} is not as documented, or gone; Handspun: {exchange.ours}"
    ids, left = explained(exchange)
    assert id in ids, f"the rule of {id} does not recognise it"
    assert not left, f"{sorted(left)} differ besides"
