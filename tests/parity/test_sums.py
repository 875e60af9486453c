"""`request.json`: what a JSON body means, and what Python's `+` makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import post
from differences.sums import add
from grammars import sums

PAIRS = [
    ("1", "2"), ("1", "2.0"), ("true", "true"), ("true", "1.5"), ("0.1", "0.2"), ("-0", "-0"), ("-0.0", "-0.0"),
    ("-0.0", "0"), ('"a"', '"b"'), ("[1]", "[2.0]"), ("[]", "[]"), ('""', '""'), ("[[]]", "[{}]"),
    ("[null]", "[true]"), ("null", "1"), ("{}", "{}"), ("1", '"1"'), ("[]", '""'), ("[1]", "1"), ("true", "[]"),
    ("null", "null"), ("false", '"a"'), ("9007199254740993", "0.0"), ("9007199254740992000000000001", "0.0"),
    ("36893488147419107329", "0.0"), ("1e308", "1e308"), ("-1e308", "-1e308"), ("1e308", "-1e308"),
    ("1.7976931348623157e308", "1e291"), ("9" * 4300, "0"), ("9" * 4300, "-1"), ("9" * 4301, "0"),
    ("-" + "9" * 4300, "-1"), ("0." + "1" * 5000, "0"),
]  # fmt: skip

BODIES = [
    "", " ", "{}", "[]", "[1, 2]", "null", "true", "1", '"ab"', '{"a": 1}', '{"b": 1}', '{"a": 1, "b": 2, "a": 40}',
    '{"A": 1, "B": 2}', '{"a": 1, "b": 2}\n', '\n{"a": 1, "b": 2}', '{"a": 1, "b": 2} x', '{"a": 1, "b": 2}{}',
    '{"a": 1, "b": 2}\0', '\ufeff{"a": 1, "b": 2}', '\ufeff\ufeff{"a": 1, "b": 2}', '{"a": 1, "b": 2,}',
    "{'a': 1, 'b': 2}", '{"a": 1 "b": 2}', '{"\\u0061": 1, "b": 2}', '{"a": 1, "b": 2, "": []}', "a=1&b=2",
    '{"a": 1, "b": 2, "$serde_json::private::Number": "3"}', '{"a": {"$serde_json::private::Number": "3"}, "b": 1}',
    '{"a": [{"$serde_json::private::Number": "3"}], "b": [{"$serde_json::private::RawValue": "3"}]}',
    '{"a": 1, "b": 2, "c": "\\ud800"}', '{"c": 1e400, "a": 1, "b": 2}', '{"a": "\\ud83d", "b": "\\ude00"}',
    '{"a": 1, "b": 2, "c": ' + "9" * 4301 + "}",
]  # fmt: skip

# Bytes that an encoding is guessed from.
BYTES = [
    b"\0", b"\0\0", b"\0\0\0", b"\0\0\0\0", b"\xff", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb", b"\xef\xbb\xbf",
    b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"{\0", b"\0{", b"{\0\0", b"{\0}", b"1\0", b"\x001", b"1\0\0\0", b"\0\0\x001",
    b"1\0\0\x001", b'"\xff"', b'"\xe5\x94"', b'"\xed\xa0\x80"', '{"a": 1, "b": 2}'.encode("utf-16-le")[:-1],
    '{"a": "é", "b": ""}'.encode("latin-1"), '{"a": 1, "b": 2}'.encode("utf-7"),
    b'\xff\xfe{\0"\0a\0"\0:\0"\0\0\xd8"\0,\0"\0b\0"\0:\0"\0"\0}\0',
]  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: repr(pair)[:40])
def test_sums_are_alike(check, pair):
    check(add(f'{{"a": {pair[0]}, "b": {pair[1]}}}'))


@pytest.mark.parametrize("number", sums.INTEGERS + sums.FLOATS + sums.NOT_JSON, ids=lambda number: number[:40])
def test_numbers_are_read_alike(check, number):
    for other in ("0", "0.0"):
        check(add(f'{{"a": {number}, "b": {other}}}'))


@pytest.mark.parametrize("text", sums.ESCAPES + sums.HALF_PAIRS, ids=ascii)
def test_texts_are_read_alike(check, text):
    check(add(f'{{"a": "{text}", "b": "x{text}"}}'))


@pytest.mark.parametrize("value", sums.NEARLY_JSON, ids=ascii)
def test_what_is_nearly_json_is_read_alike(check, value):
    check(add(f'{{"a": {value}, "b": {value}}}'))


@pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body)[:60])
def test_bodies_are_read_alike(check, body):
    check(add(body))


@pytest.mark.parametrize("body", BYTES, ids=ascii)
def test_bytes_are_decoded_alike(check, body):
    check(post("/add", b"application/json", body))


@pytest.mark.parametrize("encoding", sums.ENCODINGS)
@pytest.mark.parametrize("text", [
    '{"a": "唤醒", "b": "😀"}', ' {"a": 1, "b": 2}', '{"a": "\\ud83d\\ude00", "b": ""}',
], ids=ascii)
def test_encodings_are_found_alike(check, encoding, text):
    check(post("/add", b"application/json", text.encode(encoding)))


@pytest.mark.parametrize("content_type", [*sums.CONTENT_TYPES, None])
def test_the_content_type_decides_alike(check, content_type):
    sent = None if content_type is None else content_type.encode()
    check(post("/add", sent, b'{"a": 1, "b": 2}'))


@given(body=sums.bodies())
def test_any_sum_is_alike(check, body):
    check(add(body))


@given(body=sums.odd_bodies, encoding=st.sampled_from(sums.ENCODINGS))
def test_any_body_is_read_alike(check, body, encoding):
    check(post("/add", b"application/json", body.encode(encoding, "surrogatepass")))
