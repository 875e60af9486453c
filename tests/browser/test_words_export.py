"""All words as a file."""

import csv
import json
from pathlib import Path

import pytest

from book import FIELDS
from view import LANGS, views

WORD = ["wake", "唤醒", 'I "wake", up.', ""]


def words_of_csv(text: str) -> list[list[str]]:
    return [[row[name] for name in FIELDS] for row in csv.DictReader(text.splitlines())]


def words_of_anki(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.reader(lines, delimiter="\t"))


def words_of_json(text: str) -> list[list[str]]:
    return [[word[name] for name in FIELDS] for word in json.loads(text)["words"]]


@pytest.mark.parametrize(
    "name, filename, read",
    [
        ("CSV", "words.csv", words_of_csv),
        ("Anki", "words.txt", words_of_anki),
        ("JSON", "words.json", words_of_json),
    ],
)
@views(langs=LANGS, scripts=[True, False])
def test_words_are_exported(book, keeper, page, name, filename, read):
    keeper.add(*WORD)
    book.open()
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    assert download.value.suggested_filename == filename
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert read(text) == [WORD]
