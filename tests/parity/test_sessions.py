"""`session`: what is kept, and what of it is believed. More of it is in tests/interop."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare import json_of
from differences._common import JSON, URLENCODED, post
from grammars import fewer, sessions, urlencoded
from signing import cookie
from tutorial import app
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


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_another_key_is_not_believed_and_last_years_is(check, method, path):
    for key in ("of-last-year", "of-nobody", "", "of-the-tutorial "):
        exchange = check(with_cookie(method, path, cookie({"login_user": "duke", "a": 1}, key=key)))
        if path == b"/session/show":
            assert (exchange.ours.text == "{}") == (key != "of-last-year")


@pytest.mark.parametrize("age", [-60, -31 * DAY, 400 * DAY])
@pytest.mark.parametrize(("method", "path"), METHODS)
def test_what_is_signed_at_another_time_is_not_believed(check, method, path, age):
    check(with_cookie(method, path, cookie({"login_user": "duke"}, age)))


COOKIES = [
    b"session=ONE; session=OTHER", b"session=x; session=ONE", b"session=OTHER; session=x", b"session=; session=ONE",
    b"session; session=ONE", b"Session=ONE", b"SESSION=ONE; session=OTHER", b"session=ONE, session=OTHER",
    b"a=1; session=ONE; b=2", b"session=\"ONE\"", b"session= ONE ", b"session=ONE;session=OTHER", b"session==ONE",
    b"session=ONE=", b"sessions=ONE", b"session[]=ONE", b"__Host-session=ONE", b"a=1; ; session=ONE;",
]  # fmt: skip


@pytest.mark.parametrize("cookies", COOKIES, ids=ascii)
@pytest.mark.parametrize(("method", "path"), METHODS)
def test_of_several_cookies_the_same_counts(check, method, path, cookies):
    header = cookies.replace(b"ONE", cookie({"a": 1})).replace(b"OTHER", cookie({"b": 2}))
    check(Request(method, path, ((b"Cookie", header), *JSON)))


# Where the one that fits in, and the first that does not, are is for the hurl file and for tests/interop: compressed,
# the two are not the same to the byte.
@pytest.mark.parametrize("text", ["a" * 50_000, "唤醒手腕" * 5_000, "😀" * 20_000], ids=lambda text: text[0])
def test_a_large_session_that_can_be_compressed_is_kept_alike(check, text):
    check(with_cookie("GET", b"/session", cookie({"a": text})))
    check(with_cookie("GET", b"/session/show", cookie({"a": text})))


@pytest.mark.parametrize("proto", [None, b"http", b"https", b"https, http", b"HTTPS", b"http, https", b"ftp", b""])
@pytest.mark.parametrize(("method", "path"), METHODS)
def test_with_its_settings_flasks_cookie_has_the_same_flags(check, monkeypatch, method, path, proto):
    """`SESSION_COOKIE_SAMESITE`, and `SESSION_COOKIE_SECURE` behind a proxy that speaks https."""
    headers = ((b"X-Forwarded-Proto", proto),) if proto is not None else ()
    is_secure = proto is not None and proto.rpartition(b",")[2].strip().lower() == b"https"
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SAMESITE", "Lax")
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", is_secure)
    for values in ({"a": 1}, {"a": 1, "_permanent": True}):
        sent = Request(method, path, ((b"Cookie", b"session=" + cookie(values, DAY + 60)), *headers, *JSON))
        check(sent)


@pytest.mark.parametrize(("method", "path"), METHODS)
def test_without_refreshing_flask_does_not_renew_a_permanent_session(check, monkeypatch, method, path):
    """`SESSION_REFRESH_EACH_REQUEST`: as Handspun, but for once a day."""
    monkeypatch.setitem(app.config, "SESSION_REFRESH_EACH_REQUEST", False)
    check(with_cookie(method, path, cookie({"login_user": "唤醒手腕", "_permanent": True})))


@given(sent=urlencoded.raw_pairs(), values=st.sampled_from([{}, {"a": "0", "c": "3"}, {"a": 1}]))
def test_a_form_sets_the_same_keys(check, values, sent):
    check(post("/session", URLENCODED, sent, (b"Cookie", b"session=" + cookie(values))))


@given(values=sessions.sessions(), method=st.sampled_from(METHODS), age=st.sampled_from([0, 0, 0, DAY + 60, 32 * DAY]))
def test_any_session_is_read_and_set_alike(check, values, method, age):
    check(with_cookie(*method, cookie(values, age)))


@given(data=st.data(), values=sessions.sessions())
def test_any_change_is_noticed(check, data, values):
    value, other = cookie(values), cookie({"login_user": "admin"}, 60)
    check(with_cookie("GET", b"/session/show", data.draw(sessions.tampered(value, other))))


_steps = st.one_of(
    st.sampled_from([Request("GET", b"/session"), Request("DELETE", b"/session"), Request("HEAD", b"/session")]),
    st.dictionaries(st.sampled_from(["a", "b", "_permanent"]), st.sampled_from(["", "1", "唤"]), max_size=2).map(
        lambda form: post("/session", URLENCODED, urlencode(form).encode(), accept=())
    ),
)


@fewer(5)
@given(steps=st.lists(_steps, min_size=2, max_size=6), swap=st.booleans())
def test_a_session_goes_through_any_requests_alike(check, steps, swap):
    """Each side keeps its own cookie, or is sent the other's: one endpoint may be Flask's and the next one ours."""
    cookies = (None, None)
    for step in steps:
        exchange = check(step, cookies=cookies)
        flask, ours = map(_kept, cookies, (exchange.flask, exchange.ours))
        cookies = (ours, flask) if swap else (flask, ours)
        shown = check(Request("GET", b"/session/show", JSON), cookies=cookies)
        assert json_of(shown.flask) == json_of(shown.ours)


def _kept(cookie: bytes | None, answer) -> bytes | None:
    """The cookie that a browser sends after that answer."""
    for line in answer.all("Set-Cookie"):
        pair, *attributes = line.split(";")
        cookie = None if any("1970" in attribute for attribute in attributes) else pair.encode()
    return cookie
