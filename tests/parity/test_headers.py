"""`request.headers`, as `/register` lists them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import URLENCODED, post

HEADERS = [
    (b"X-A", b""), (b"X-A", b" a "), (b"X-A", b"a\tb"), (b"X-A", b"a, b"), (b"X-A", "é".encode()),
    (b"X-A", "唤醒".encode()), (b"X-A", b"\xe9"), (b"x-lower", b"1"), (b"X-UPPER", b"1"), (b"X-1st", b"1"),
    (b"X-3d-model", b"1"), (b"X--A", b"1"), (b"-X", b"1"), (b"X-", b"1"), (b"X_A", b"1"), (b"X.a.b", b"1"),
    (b"X!a", b"1"), (b"X~a'b", b"1"), (b"ETag", b'"1"'), (b"DNT", b"1"), (b"WWW-Authenticate", b"a"),
    (b"Spin-Client-Addr", b"192.0.2.7:1"), (b"spin-anything", b"1"), (b"Keep-Alive", b"1"),
    (b"Proxy-Connection", b"close"), (b"TE", b"trailers"), (b"Upgrade", b"websocket"), (b"Trailer", b"X-A"),
    (b"Via", b"1.1 a"), (b"Forwarded", b"for=1"), (b"X-Forwarded-For", b"192.0.2.7"),
    (b"Authorization", b"Basic YTpi"), (b"Referer", b"x"), (b"Content-Language", b"zh"),
    (b"Content-Encoding", b"gzip"), (b"Range", b"bytes=0-1"), (b"If-None-Match", b"*"), (b"Date", b"now"),
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=ascii)
def test_headers_are_listed_alike(check, header):
    check(post("/register", URLENCODED, b"name=a", header))
    check(post("/register", URLENCODED, b"name=a", (b"X-First", b"1"), header, header, (b"X-Last", b"1")))


_names = st.lists(st.sampled_from("abcXYZ019-_."), min_size=1, max_size=6).map(lambda letters: "x-" + "".join(letters))
_values = st.text(st.sampled_from("ab,;:= \t\"'é唤\xa0"), max_size=6)


@given(headers=st.lists(st.tuples(_names.map(str.encode), _values.map(str.encode)), max_size=4))
def test_any_headers_are_listed_alike(check, headers):
    check(post("/register", URLENCODED, b"name=a", *headers))
