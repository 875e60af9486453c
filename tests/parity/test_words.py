"""`/data`: what is answered, and the word that is there then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wordbook
from differences._common import JSON, URLENCODED
from grammars import fewer, texts, urlencoded, words
from grammars.words import FIELDS, query
from wire import Request

ADD = b"/data?"
PAGE = ((b"Accept", b"text/html"),)
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get"]

# How pairs are cut, and which of several counts.
QUERIES = [
    b"", b"english=a", b"&".join(b"%s" % field.encode() for field in FIELDS), query(), query() + b"&", b"&" + query(),
    b"english=a&" + query(english="b"), query(english="b") + b"&english=a", b"english&" + query(english="b"),
    query(english="a") + b"&id=7", query(english="a") + b"&owner=duke", query(english="a").replace(b"&", b";"),
    query(english="a").replace(b"english", b"English"), query(english="a").replace(b"english", b"english[]"),
    query(english="a").replace(b"english", b"+english"), query(english="a").replace(b"english", b"%65nglish"),
    query(english="a").replace(b"english=", b"english%3D"), query(english="a") + b"#b", query(english="a") + b"?b",
    query(english="a").replace(b"sentence_eng", b"sentence%5Feng"), query(english="a").replace(b"=a", b"==a"),
    query(english="a", chinese="b", sentence_eng="c", sentence_chi="d"), b"&".join(query().split(b"&")[::-1]),
    b"x=1&" * 300 + query(english="a"),
]  # fmt: skip

# Characters of one to four bytes in UTF-8; the last sizes are near what a request line may have.
LONG = [
    ("a", 201), ("a", 2001), ("唤", 201), ("唤", 2001), ("😀", 2001), (" ", 5000), ("\n", 5000), ("a\n", 5000),
    ("a", 65_400), ("a", 65_480), ("a", 66_000), ("唤", 7_000), ("'", 20_000),
]  # fmt: skip


def targets(text: str) -> list[bytes]:
    """The text alone, at either end, in the middle, and twice; two of them as the word itself each time."""
    placed = [f"{text}a", f"a{text}", text, f"a{text}b", f"{text}{text}a b{text}{text}"]
    return [ADD + query(**dict(zip(FIELDS, placed[first:] + placed[:first], strict=False))) for first in (0, 3)]


@pytest.mark.parametrize("headers", [(), PAGE], ids=repr)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", [ADD + query(english="a", chinese="b"), b"/data", b"/data/", b"/data/1"], ids=ascii)
def test_methods_are_allowed_alike(check, method, target, headers):
    check(Request(method, target, headers))


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "BREW", "get"])
def test_the_pages_methods_are_allowed_alike(check, method):
    check(Request(method, b"/"))


@pytest.mark.parametrize("headers", [(), PAGE])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("missing", FIELDS)
def test_a_missing_parameter_is_refused_alike(check, missing, method, headers):
    pairs = [pair for pair in query(english="a").split(b"&") if not pair.startswith(missing.encode() + b"=")]
    exchange = check(Request(method, ADD + b"&".join(pairs), headers))
    assert exchange.ours.status == 400


def test_a_form_in_the_body_is_not_looked_at(check):
    for query_string in (b"", query(english="a")):
        check(Request("GET", ADD + query_string, ((b"Content-Type", URLENCODED),), query(english="b")))


@pytest.mark.parametrize("query_string", QUERIES, ids=lambda query_string: ascii(query_string)[:60])
def test_pairs_are_cut_alike(check, query_string):
    check(Request("GET", ADD + query_string))


@pytest.mark.parametrize("text", words.STRIPPED + words.TOGETHER + words.NOT_STRIPPED, ids=ascii)
def test_white_space_is_stripped_alike(check, text):
    for target in targets(text):
        check(Request("GET", target))


@pytest.mark.parametrize("text", words.METACHARACTERS + texts.ODD, ids=ascii)
def test_texts_are_kept_alike(check, text):
    for target in targets(text):
        check(Request("GET", target))


@pytest.mark.parametrize("escape", [escape for escape in urlencoded.ESCAPES if escape.isascii()])
def test_escapes_are_kept_alike(check, escape):
    value = escape.replace(" ", "+").encode()
    for target in (query(english="X"), query(english="aXb", sentence_chi="X")):
        check(Request("GET", ADD + target.replace(b"X", value)))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("text", "times"), LONG, ids=ascii)
def test_long_texts_are_kept_alike(check, field, text, times):
    check(Request("GET", ADD + query(**{field: text * times})))


@pytest.mark.parametrize("value", ["é".encode(), "唤醒".encode(), b"\xe9"], ids=ascii)
def test_raw_bytes_are_kept_alike(check, value):
    check(Request("GET", ADD + query(english="X").replace(b"X", value)))


@pytest.mark.parametrize(("first", "second"), [
    ({"english": "a"}, {"english": "a"}), ({"english": "a"}, {"english": "A"}),
    ({"english": "a"}, {"english": "b"}), ({"english": "a"}, {"chinese": "a"}), ({}, {}),
    ({"english": "a"}, {"english": "\u3000a\n"}), ({"english": "a b"}, {"english": "a  b"}),
    ({"english": "a"}, {"english": "a", "chinese": "b"}), ({"english": "a"}, {"english": "a", "sentence_eng": "b"}),
    ({"english": "straße"}, {"english": "STRASSE"}), ({"english": "é"}, {"english": "e\u0301"}),
    ({"english": "É"}, {"english": "é"}), ({"english": "a"}, {"english": "ａ"}), ({"english": "ａ"}, {"english": "Ａ"}),
    ({"english": "ı"}, {"english": "i"}), ({"english": "İ"}, {"english": "i"}), ({"english": "Σ"}, {"english": "ς"}),
    ({"english": "a\0"}, {"english": "a"}), ({"english": "a\0b"}, {"english": "a\0c"}),
    ({"english": "a\u200b"}, {"english": "a"}), ({"english": "1"}, {"english": "1.0"}),
    ({"english": "a", "chinese": "b c"}, {"english": "a b", "chinese": "c"}),
    ({"english": "a\x1fb"}, {"english": "a", "chinese": "b"}),
], ids=ascii)  # fmt: skip
def test_a_second_pair_is_added_alike(check, first, second):
    check(Request("GET", ADD + query(**second)), before=(Request("GET", ADD + query(**first)),))


@given(query_string=words.queries(), headers=st.sampled_from([(), (), JSON, PAGE]))
def test_any_word_is_kept_alike(check, query_string, headers):
    check(Request("GET", ADD + query_string, headers))


@given(query_string=urlencoded.pairs(), field=st.sampled_from(FIELDS))
def test_any_query_is_read_alike(check, query_string, field):
    without = b"&".join(pair for pair in query().split(b"&") if not pair.startswith(field.encode() + b"="))
    check(Request("GET", ADD + without + b"&" + query_string.replace(b"infor", field.encode())))


_english = st.sampled_from(["wake", "Wake", " wake ", "rise", "", "wáke", "wake\n", "\u3000rise", "wake up", "RISE", "😀", "'"])
_added = st.builds(
    lambda english, chinese, sentence: Request("GET", ADD + query(english=english, chinese=chinese, sentence_eng=sentence)),
    _english, st.sampled_from(["唤", "起", "", "唤\u3000"]), st.sampled_from(["", "I wake."]),
)  # fmt: skip
_refused = st.sampled_from([
    Request("GET", ADD), Request("POST", ADD + query(english="a")), Request("GET", ADD + query(english="a").replace(b"chinese", b"c")),
    Request("OPTIONS", ADD + query(english="a")),
])  # fmt: skip


@fewer(3)
@given(requests=st.lists(_added | _added | _refused, min_size=2, max_size=7))
def test_any_words_are_kept_in_the_same_order(check, requests):
    *before, last = requests
    check(last, before=tuple(before))


@pytest.mark.parametrize("count", [2, 5, 9])
def test_words_that_come_at_once_are_all_kept(addresses, count):
    """Flask may lose some: two views may find the same largest id. None of ours is lost."""
    _, ours = addresses
    requests = [Request("GET", ADD + query(english=f"word {number}")) for number in range(count)]
    assert {answer.status for answer in wordbook.at_once(ours, requests * 2)} == {302}
    assert sorted(word[0] for word in wordbook.take_words(ours)) == [f"word {number}" for number in range(count)]
