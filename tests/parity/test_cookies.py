"""`request.cookies` and `response.set_cookie`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import JSON
from grammars import cookies
from wire import Request

HEADERS = [
    "name=1", "name=1; name=2", "name=1;b=2;name=3", "name", "name=", "=1", "=", ";", "", " ", "a;b", "name=1,b=2",
    "name = 1 ; b = 2", "name=1; ; b=2", "name=a=b", "name==", "a b=1; c=2", "a=1 2; c=3", 'a="1; b=2',
    'a="1"; b=2', 'a="1" 2; b=3', 'a="1;2"; b=3', "a=1\t;\tb=2", "a=1;\tb=2", "Name=1; name=2",
    'name="\\345\\224\\244\\351\\206\\222\\346\\211\\213\\350\\205\\225"', "name=唤醒", "唤醒=1", 'name="唤醒"',
    'name="\\"', "name=%E5%94%A4; b=+", "a=\xa0; b=\x85", "$Version=1; a=1; $Path=/", "a=1&b=2", "a={\"b\":[1,2]}",
    "a=<b>", "a='", "__Host-a=1; __Secure-b=2", "; ".join(["name=1"] * 300), "a=" + "b" * 6000,
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: ascii(header)[:40])
@pytest.mark.parametrize("path", [b"/cookies/show", b"/show"])
def test_cookies_are_read_alike(check, path, header):
    for accept in ((), JSON):
        check(Request("GET", path, ((b"Cookie", header.encode()), *accept)))


@pytest.mark.parametrize("value", cookies.VALUES, ids=ascii)
def test_values_are_read_alike(check, value):
    check(Request("GET", b"/cookies/show", ((b"Cookie", f"name={value}; last=1".encode()), *JSON)))


@pytest.mark.parametrize("name", cookies.NAMES, ids=ascii)
def test_names_are_read_alike(check, name):
    check(Request("GET", b"/cookies/show", ((b"Cookie", f"first=1; {name}=1; last=1".encode()), *JSON)))


@pytest.mark.parametrize("escape", [f"\\{code:03o}" for code in range(0, 0o401, 5)])
def test_octal_escapes_are_read_alike(check, escape):
    check(Request("GET", b"/cookies/show", ((b"Cookie", f'name="a{escape}b{escape}{escape}"'.encode()), *JSON)))


@pytest.mark.parametrize("path", [b"/cookies/add", b"/cookies/delete", b"/delete", b"/add"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
def test_cookies_are_set_alike(check, method, path):
    check(Request(method, path))
    check(Request(method, path, ((b"Cookie", b"name=1"),)))


@pytest.mark.parametrize("headers", [("a=1", "b=2"), ("a=1;", "a=2"), ("a", "b"), ("", "b=2")])
def test_several_headers_are_read_alike(check, headers):
    several = tuple((b"Cookie", header.encode()) for header in headers)
    check(Request("GET", b"/cookies/show", (*several, *JSON)))


@given(header=cookies.headers(), accept=st.sampled_from([(), JSON]))
def test_any_cookies_are_read_alike(check, header, accept):
    check(Request("GET", b"/cookies/show", ((b"Cookie", header), *accept)))
