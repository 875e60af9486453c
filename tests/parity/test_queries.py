"""`request.args`: what a query means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences._common import JSON
from grammars import texts, urlencoded
from wire import Request

PATHS = [b"/args", b"/args/list", b"/index"]

# What a table of escapes does not hold: how pairs are cut.
QUERIES = [
    b"", b"infor", b"infor=", b"=", b"&", b"&&", b"?infor=1", b"infor=1&infor=2", b"infor=1;infor=2",
    b"infor=1&&infor=2&", b"INFOR=1", b"infor=1&INFOR=2", b"infor[]=1", b"infor=a=b", b"infor==", b"=infor",
    b"infor&infor", b"in%66or=1", b"+infor=1", b"infor+=1", b"infor=+", b"infor=1+1", b"infor=%2B",
    b"infor=a%26infor=b", b"infor%3D1", b"infor=1#2", b"infor=1%23", b"infor=?", b"infor=/../", b"infor=a:b@c",
    b"infor={}|^`", b"infor=[1]", b"infor='1'", b"infor=\\", b"infor=!$&'()*,~-._", b"x=1&infor=2&x=3",
    b"infor=" + b"a" * 8000, b"&".join([b"infor=1"] * 500),
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: repr(query)[:40])
def test_pairs_are_cut_alike(check, path, query):
    check(Request("GET", path + b"?" + query, JSON))


@pytest.mark.parametrize("escape", [escape for escape in urlencoded.ESCAPES if escape.isascii()])
def test_escapes_are_read_alike(check, escape):
    value = escape.replace(" ", "+").encode()
    check(Request("GET", b"/args/list?infor=" + value + b"&infor=a" + value + b"a&" + value + b"=infor"))


@pytest.mark.parametrize("text", texts.ODD, ids=ascii)
def test_texts_are_printed_alike(check, text):
    for accept in ((), JSON):
        check(Request("GET", b"/args/list?infor=" + b"".join(b"%%%02x" % byte for byte in text.encode()), accept))


@given(path=st.sampled_from(PATHS), query=urlencoded.pairs(), accept=st.sampled_from([(), JSON]))
def test_any_query_is_read_alike(check, path, query, accept):
    check(Request("GET", path + b"?" + query, accept))
