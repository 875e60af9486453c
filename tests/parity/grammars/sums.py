"""Bodies for `POST /add`: JSON, and what is nearly JSON."""

import json

from hypothesis import strategies as st

from grammars.texts import any_text

INTEGERS = [
    "0", "-0", "1", "-1", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
    "18446744073709551616", "340282366920938463463374607431768211456", "1" + "0" * 308, "1" + "0" * 309,
    "-" + "9" * 400,
]  # fmt: skip

FLOATS = [
    "0.0", "-0.0", "-0.0e0", "0e0", "1.0", "1e0", "1E2", "1e+2", "1e-2", "1.50", "0.1", "0.2",
    "0.30000000000000004", "1e15", "1e16", "1e-4", "1e-5", "1e22", "1e23", "123456789012345680.0", "5e-324",
    "2e-324", "3e-324", "1e-400", "2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308",
    "1.7976931348623158e308", "1.7976931348623159e308", "-1.7976931348623157e+308", "9007199254740993.0", "0.1e1",
    "100000000000000000000.5", "4.35", "0.000001", "179769313486231580793728971405301e276",
    "1e0000000000000000000001", "0e999999", "0." + "0" * 400 + "1e401",
]  # fmt: skip

# Python reads and writes these, but they are not JSON's, or no float.
NOT_JSON = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1.7976931348623159e308"]

NEARLY_JSON = [
    "", " ", "nan", "inf", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "1_000", "１", "--1", "- 1", "True",
    "None", "undefined", "'a'", "\"a", "\"\t\"", "\"\n\"", "\"\\x41\"", "\"\\u12\"", "\"\\u{41}\"", "\"\\'\"",
    "\"\\\"", "[1,]", "[,1]", "[1 2]", "[1", "1]", "{\"c\":1,}", "{c:1}", "{'c':1}", "{1:2}", "{\"c\"}",
    "{\"c\" 1}", "/**/1", "1//", "tru", "nulll", "\x00", "\xa01", "\u20281", "\ufeff1", "\x0b1", "\x0c1",
    "\"\x7f\"",
]  # fmt: skip

ESCAPES = [
    r"\n", r"\t", r"\b", r"\f", r"\r", r"\/", r"\\", r"\"", r"\u0000", r"\u001f", r"\u0041", r"\u00e9", r"\u5524",
    r"\u2028", r"\uD83D\uDE00", r"\ud83d\ude00", r"\uffff", r"\ufeff", "\x7f", "\u2028", "\xa0", "😀", "/", "'",
]  # fmt: skip

HALF_PAIRS = [r"\ud800", r"\udfff", r"\ude00\ud83d", r"\ud83d\ud83d", r"\ud83da", r"\ud83d\u0041", r"\ud83d\\ude00"]

_space = st.sampled_from(["", "", "", " ", "\n", "\t", "\r\n", "  "])

integers = st.sampled_from(INTEGERS) | st.integers().map(str) | st.integers(-(10**60), 10**60).map(str)
floats = st.sampled_from(FLOATS) | st.floats(allow_nan=False, allow_infinity=False).map(json.dumps)
numbers = integers | floats | st.sampled_from(["true", "false"])
strings = st.one_of(
    st.lists(st.sampled_from(ESCAPES), max_size=5).map(lambda parts: f'"{"".join(parts)}"'),
    any_text.map(json.dumps),
    any_text.map(lambda text: json.dumps(text, ensure_ascii=False)),
)


def _compound(values):
    def pairs(found):
        members = (f"{json.dumps(key)}{space}:{space}{value}" for key, value, space in found)
        return f"{{{','.join(members)}}}"

    items = st.lists(st.builds("{1}{0}{1}".format, values, _space), max_size=3)
    keys = st.sampled_from(["a", "b", "c", "", "é"])
    return items.map(lambda found: f"[{','.join(found)}]") | st.lists(
        st.tuples(keys, values, _space), max_size=3
    ).map(pairs)


values = st.recursive(numbers | strings | st.just("null"), _compound, max_leaves=6)
lists = st.lists(values, max_size=3).map(lambda found: f"[{', '.join(found)}]")

# Two that Python can add.
addable = st.one_of(st.tuples(numbers, numbers), st.tuples(strings, strings), st.tuples(lists, lists))

odd_values = st.one_of(
    values,
    st.sampled_from(NOT_JSON),
    st.sampled_from(NEARLY_JSON),
    st.lists(st.sampled_from(HALF_PAIRS + ESCAPES), max_size=3).map(lambda parts: f'"{"".join(parts)}"'),
)


@st.composite
def bodies(draw, pair=addable):
    """An object with `a` and `b`, with other members before, between and behind, as a text."""
    a, b = draw(pair)
    others = draw(st.lists(st.tuples(st.sampled_from(["c", "A", "", "a", "b"]), values), max_size=2))
    members = draw(st.permutations([*others, ("a", a), ("b", b)]))
    written = []
    for key, value in members:
        before, behind = draw(_space), draw(_space)
        name = draw(st.sampled_from([
            json.dumps(key), json.dumps(key), "".join(f"\\u{ord(c):04x}" for c in key).join('""'),
        ]))
        written.append(f"{before}{name}{behind}:{before}{value}{behind}")
    return f"{draw(_space)}{{{','.join(written)}}}{draw(_space)}"


odd_bodies = st.one_of(
    bodies(st.tuples(odd_values, odd_values)),
    odd_values,
    st.builds("{}{}".format, bodies(), st.sampled_from(["", "1", " {}", "\0", "\ufeff", "//", "]"])),
)

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]

CONTENT_TYPES = [
    "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=latin1",
    "application/vnd.api+json", "application/+json", "application/json+json", "application/problem+json; a=b",
    " application/json ", "application/json ;", "application/json,", "application/jsonp", "application/json+xml",
    "text/json", "text/plain", "application/x-www-form-urlencoded", "image/svg+json", "json", "", ";", "*/*",
    "application/json\t; charset=x", "application/json/", "application /json", "\"application/json\"",
]  # fmt: skip
