"""Our secure_filename and Werkzeug's."""

import random
import sys
import unicodedata

import pytest
from werkzeug.utils import secure_filename

# Random names, besides a name of each character that there is.
NAMES = 20_000
SEED = 20220103

PIECES = [
    "a", "B", "7", "png", ".", "..", "_", "-", "/", "\\", " ", "\t", "\n", "\x1c", "\x1f", "\x85", "\xa0", "\u3000", "\u200b",
    "é", "e\u0301", "ﬁ", "①", "ｘ", "．", "／", "＿", "℀", "½", "…", "中", "文", "😀", "\0", "\x7f", "%2F", "CON", "~", ":", "*", "'",
    '"', "<", "İ", "ß", "\ufeff", "\ufffd", "\U0010ffff",
]  # fmt: skip


def names():
    dice = random.Random(SEED)
    for _ in range(NAMES):
        yield "".join(dice.choices(PIECES, k=dice.randint(0, 8)))
    for length in (255, 256, 300, 5000):
        yield "n" * length + ".png"


def test_any_name_becomes_what_werkzeug_makes_of_it(formats):
    for name in names():
        assert formats.secure_filename(name) == secure_filename(name), repr(name)


@pytest.mark.parametrize("plane", range(17))
def test_any_character_becomes_what_werkzeug_makes_of_it(formats, plane):
    """Python's tables are of an older Unicode: what it does not know yet may have become something since."""
    first = plane << 16
    known = [
        chr(code)
        for code in range(first, min(first + 0x10000, sys.maxunicode + 1))
        if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) != "Cn"
    ]
    # Each between two letters, so that nothing is stripped, many in one name.
    for start in range(0, len(known), 200):
        name = "x".join(known[start : start + 200])
        assert formats.secure_filename(name) == secure_filename(name), f"U+{ord(known[start]):04X} and on"
