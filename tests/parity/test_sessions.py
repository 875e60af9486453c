"""`session`: what is kept, and what of it is believed. More of it is in tests/interop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import JSON, URLENCODED, post
from grammars import urlencoded
from signing import cookie
from wire import Request

DAY = 24 * 60 * 60

VALUES = [
    {}, {"login_user": "唤醒手腕"}, {"login_user": ""}, {"a": 1, "b": [1, 2.0, None, True]}, {"a": {"b": {"c": "d"}}},
    {"": ""}, {"_permanent": False}, {"_permanent": False, "a": 1}, {"a": "<b>&\"'"}, {"a": "a" * 2_000},
    {"b": 2, "a": 1}, {"a": (1, 2)}, {"a": -0.0}, {"a": 10**30}, {"a": {" t": 1}}, {"é": "\u2028\0"}, {"_login": 1},
]  # fmt: skip

METHODS = [("GET", b"/session"), ("GET", b"/session/show"), ("POST", b"/session"), ("DELETE", b"/session")]


def with_cookie(method: str, path: bytes, value: bytes, accept=JSON) -> Request:
    return Request(method, path, ((b"Cookie", b"session=" + value), *accept))


@pytest.mark.parametrize("values", VALUES[:-1], ids=lambda values: ascii(values)[:40])
@pytest.mark.parametrize(("method", "path"), METHODS)
def test_a_session_is_read_and_set_alike(check, method, path, values):
    for accept in ((), JSON):
        check(with_cookie(method, path, cookie(values), accept))


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_without_a_session_it_is_empty(check, method, path):
    for headers in ((), ((b"Cookie", b"session="),), ((b"Cookie", b"other=1"),)):
        check(Request(method, path, (*headers, *JSON)))


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH"])
@pytest.mark.parametrize("path", [b"/session", b"/session/show"])
def test_other_methods_do_alike(check, method, path):
    check(Request(method, path))
    check(with_cookie(method, path, cookie({"a": 1})))


@pytest.mark.parametrize("age", [0, DAY - 60, DAY + 60, 31 * DAY - 60, 31 * DAY + 60])
@pytest.mark.parametrize("permanent", [True, False])
@pytest.mark.parametrize(("method", "path"), METHODS)
def test_both_know_how_long_a_session_lasts(check, method, path, permanent, age):
    values = {"_permanent": permanent, "login_user": "duke"}
    check(with_cookie(method, path, cookie(values, age)))


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_what_was_changed_is_not_believed(check, method, path):
    value = cookie({"login_user": "duke"})
    for changed in (value[:-1], cookie({"login_user": "admin"}).split(b".")[0] + value[value.index(b".") :]):
        check(with_cookie(method, path, changed))


def test_of_two_cookies_the_first_counts(check):
    one, other = cookie({"a": 1}), cookie({"b": 2})
    for pair in (one + b"; session=" + other, b"x; session=" + one, other + b"; session=x"):
        check(with_cookie("GET", b"/session/show", pair))


@given(sent=urlencoded.raw_pairs(), values=st.sampled_from([{}, {"a": "0", "c": "3"}, {"a": 1}]))
def test_a_form_sets_the_same_keys(check, values, sent):
    check(post("/session", URLENCODED, sent, (b"Cookie", b"session=" + cookie(values))))
