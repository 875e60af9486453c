"""`request.form` of urlencoded bodies, and `request.stream`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import JSON, URLENCODED, post
from differences.forms import BODY_LIMIT
from grammars import urlencoded
from wire import Request

CONTENT_TYPES = [
    URLENCODED, URLENCODED + b"; charset=latin1", URLENCODED + b";charset=utf-16", URLENCODED + b" ; a",
    URLENCODED + b";", b"Application/X-WWW-Form-URLencoded", b" " + URLENCODED + b"\t",
    b"application/x-url-encoded", b"text/plain", b"", b"application/octet-stream", b"application/json",
    b"application/x-www-form-urlencoded, text/plain", b"multipart/mixed", b"application/x-www-form-urlencoded2",
    b"/", b";charset=utf-8", b"\xc3\xa9",
]  # fmt: skip

BODIES = [
    b"", b"a=1", b"a=1&b=2&a=3", b"&a=1&", b"a=1\r\n", b"\r\na=1", b"a=1;b=2", b"a=%ff", b"a=%e5%94%a4",
    "唤=醒".encode(), b"a=\xff", b"\xe5\x94", b"a=\xed\xa0\x80", b"\xef\xbb\xbfa=1", b"a=\0", b"a b=c d",
    b"a=1&_charset_=latin1", b'{"a": 1}', b"a=" + b"b" * 100_000, b"a=" + b"b" * 600_000,
    b"&".join([b"a=1"] * 2000),
]  # fmt: skip

REGISTRATIONS = [
    b"name=duke", b"name=", b"name", b"name=a&name=b", b"Name=a", b"nickname=a", b"name=a&nickname=",
    b"name=a&nickname=b&nickname=c", b"=name", b"n%61me=a", b"name%00=a", b"name=%ff", b"", b"name=a&name=b&name",
    b"%20name=a", b"name=%F0%9F%98%80",
]  # fmt: skip


@pytest.mark.parametrize("content_type", CONTENT_TYPES, ids=ascii)
@pytest.mark.parametrize("body", BODIES[:3], ids=ascii)
def test_the_content_type_decides_alike(check, content_type, body):
    check(post("/form", content_type, body))


@pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body)[:40])
@pytest.mark.parametrize("path", ["/form?a=1&b", "/form/stream", "/register"])
def test_bodies_are_read_alike(check, path, body):
    check(post(path, URLENCODED, body))
    check(post(path, URLENCODED, body, accept=()))


@pytest.mark.parametrize("body", REGISTRATIONS, ids=ascii)
def test_fields_are_found_alike(check, body):
    check(post("/register", URLENCODED, body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "a"}', b'{"name": ["a", "b"], "nickname": "c"}', b'{"name": null}', b'{"name": 1}', b"{}", b"[]",
        b"", b"{", b'{"name": "\\ud800"}', b'{"name": "a", "age": NaN}', b"name=a",
    ],
    ids=ascii,
)  # fmt: skip
@pytest.mark.parametrize("content_type", [b"application/json", b"application/vnd.api+json", b"text/json"])
def test_fields_in_json_are_told(check, content_type, body):
    check(post("/register", content_type, body, accept=()))


@pytest.mark.parametrize("size", [BODY_LIMIT, BODY_LIMIT + 1])
@pytest.mark.parametrize("chunks", [None, (65_536,) * 20])
def test_the_limit_is_the_last_size_that_is_taken(check, size, chunks):
    check(post("/form/stream", None, b"x" * size, accept=(), chunks=chunks))


@pytest.mark.parametrize("path", ["/form", "/form/stream", "/register"])
def test_no_body_is_taken_alike(check, path):
    for headers in ((), ((b"Content-Type", URLENCODED),)):
        check(Request("POST", path.encode(), headers + JSON))


@given(body=urlencoded.raw_pairs(), chunks=st.none() | st.lists(st.integers(1, 9), max_size=4).map(tuple))
def test_any_form_is_read_alike(check, body, chunks):
    check(post("/form", URLENCODED, body, chunks=chunks))


@given(body=st.lists(urlencoded.binary | urlencoded.raw_pairs(), max_size=3).map(b"&".join))
def test_any_bytes_are_read_alike(check, body):
    check(post("/form", URLENCODED, body))
    check(post("/form/stream", None, body))


@given(body=urlencoded.raw_pairs().map(lambda rest: b"name=" + rest))
def test_any_registration_is_read_alike(check, body):
    check(post("/register", URLENCODED, body))
