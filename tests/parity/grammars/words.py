"""Queries that add a word: values that `strip()` and `replace()` look at, and what a database might."""

from urllib.parse import quote_plus

from hypothesis import strategies as st

from grammars.texts import any_text
from grammars.urlencoded import ESCAPES

FIELDS = ["english", "chinese", "sentence_eng", "sentence_chi"]

# All that Python strips, a few together, and what looks as if it did.
STRIPPED = [
    "\t", "\n", "\x0b", "\x0c", "\r", "\x1c", "\x1d", "\x1e", "\x1f", " ", "\x85", "\xa0", "\u1680", "\u2000", "\u2001",
    "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029",
    "\u202f", "\u205f", "\u3000",
]  # fmt: skip
TOGETHER = ["\r\n", "\n\r", " \n ", "\n\n", "\u3000\n\u3000", "\n\x1f\n"]
NOT_STRIPPED = [
    "\0", "\x08", "\x0e", "\x1b", "\x7f", "\x84", "\x86", "\xad", "\u180e", "\u200b", "\u200c", "\u200d", "\u2060",
    "\u2800", "\u3164", "\ufeff", "\uffa0",
]  # fmt: skip

# What means something to SQL, LIKE, a full-text index, JSON, CSV, or a spreadsheet.
METACHARACTERS = [
    "'", "''", '"', "\\", "\\'", "`", "%", "%%", "%s", "%(id)s", "_", "?", "?1", ":a", "@a", "$1", ";", "--", "/*", "*/",
    "*", "^", "x'00'", "null", "NULL", "0", "-1", "1e3", "0x1", "true", "now", "'); drop table word; --",
    "' or '1'='1", "wake' union select 1, 2 --", "wake AND", "NEAR(a b)", "a OR b", "english:a", "[1]", "{}", "[]",
    "=1+1", "+1", "@SUM(A1)", "a,b", "a;b", "a\tb", "\\u0000", "\\n", "{{1}}", "<b>", "&amp;", "\x1f", "a\x1fb", "\0a",
    "a\0b", "a\0",
]  # fmt: skip


def quoted(value: str) -> str:
    """A value as a browser's form writes it, its line breaks as they are."""
    return quote_plus(value, errors="surrogatepass")


def query(**values: str) -> bytes:
    """A query with all four parameters: empty where nothing else is said."""
    return "&".join(f"{field}={quoted(values.get(field, ''))}" for field in FIELDS).encode()


_piece = st.one_of(
    st.sampled_from(STRIPPED + TOGETHER + NOT_STRIPPED).map(quoted),
    st.sampled_from(METACHARACTERS).map(quoted),
    any_text.map(quoted),
    st.sampled_from(ESCAPES).filter(str.isascii).map(lambda escape: escape.replace(" ", "+").replace("^", "%5E")),
)
_value = st.lists(_piece, max_size=4).map("".join)
_field = st.sampled_from(FIELDS)


@st.composite
def queries(draw) -> bytes:
    """All four, in any order, with others between; one of them is missing or twice now and then."""
    pairs = [f"{field}={draw(_value)}" for field in FIELDS]
    extra = st.builds("{}={}".format, _field | st.sampled_from(["id", "English", "", "english[]"]), _value)
    pairs += draw(st.lists(extra | st.sampled_from(["", "english", "=", "&"]), max_size=2))
    pairs = draw(st.permutations(pairs))
    kept = len(pairs) - draw(st.sampled_from([0, 0, 0, 1]))
    return "&".join(pairs[:kept]).encode()
