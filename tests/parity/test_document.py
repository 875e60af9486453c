"""docs/parity.md, its Chinese version and the rules list the same differences, and each of them is there."""

import re

import pytest

from differences import DIFFERENCES, explained
from program import ROOT

AREA = "document"
DOCUMENT = "docs/parity.md"
DOCUMENTS = [DOCUMENT, "docs/zh/parity.md"]


def rows(document: str) -> dict[str, list[str]]:
    """The cells behind the id, by id: the request, Flask's answers, Handspun's, and why."""
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]
    ids = [row[0].strip(" `") for row in cells]
    assert len(set(ids)) == len(ids), "an id is listed twice"
    return {id: row[1:] for id, row in zip(ids, cells, strict=True)}


def answers(cell: str) -> set[str]:
    """The answers that a cell shows: code that begins with a status, or says what a client gives."""
    return {code for code in re.findall(r"`([^`]+)`", cell) if re.match(r"([1-5]\d\d|error|value)\b", code)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_document_lists_what_the_rules_know(document):
    assert rows(document).keys() == DIFFERENCES.keys()


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("id", DIFFERENCES)
def test_each_difference_is_documented_as_it_is_checked(id, document):
    request, flask, ours, why = rows(document)[id]
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
    around = {"before": example.before, "meanwhile": example.meanwhile}
    exchange = ask(AREA, example.request, **{name: value for name, value in around.items() if value})
    assert exchange.aspects, f"{id} is gone: both answer alike. Take it out of {DOCUMENT} and of its rule."
    assert exchange.shows("flask", example.flask), f"{id} is not as documented; Flask: {exchange.flask}"
    assert exchange.shows("ours", example.ours), f"{id} is not as documented, or gone; Handspun: {exchange.ours}"
    ids, left = explained(exchange)
    assert id in ids, f"the rule of {id} does not recognise it"
    assert not left, f"{sorted(left)} differ besides"
