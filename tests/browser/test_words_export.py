"""All words as a file."""

import csv
import json
from pathlib import Path

from book import FIELDS
from view import BOTH_WAYS, views

WORD = ["wake", "唤醒", 'I "wake", up.', ""]


def words_of_csv(text: str) -> list[list[str]]:
    return [[row[name] for name in FIELDS] for row in csv.DictReader(text.splitlines())]


def words_of_anki(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.reader(lines, delimiter="\t"))


def words_of_json(text: str) -> list[list[str]]:
    return [[word[name] for name in FIELDS] for word in json.loads(text)["words"]]


FORMATS = [
    ("CSV", "words.csv", words_of_csv),
    ("Anki", "words.txt", words_of_anki),
    ("JSON", "words.json", words_of_json),
]


@views(*BOTH_WAYS)
def test_words_are_exported_in_each_format(book, keeper, page):
    keeper.add(*WORD)
    book.open()
    for name, filename, read in FORMATS:
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == filename
        text = Path(download.value.path()).read_text("utf-8-sig")
        assert read(text) == [WORD], name
