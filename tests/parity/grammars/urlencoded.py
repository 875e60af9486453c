"""Queries and urlencoded bodies: `a=1&b=2`, and what is nearly that."""

from urllib.parse import quote_plus

from hypothesis import strategies as st

from grammars.texts import any_text

KEYS = ["infor", "name", "nickname", "title", "username", "a"]

# Each is wrong, or written in an unusual way, or meant for another parser.
ESCAPES = [
    "%41", "%e5%94%a4", "%E5%94%A4", "%2541", "%26", "%3D", "%3d", "%2B", "%20", "%25", "%00", "%0a", "%0D%0A", "%",
    "%%", "%4", "%4g", "%g4", "%zz", "%u5524", "%%34%31", "%-1", "% 1", "%+1", "%２５", "%ff", "%FF%fe", "%80", "%c3",
    "%C3%28", "%e5%94", "%e5%94%", "%e5%94a", "%E5é", "%f0%9f%98", "%f0%9f%98%80", "%c0%80", "%c1%81", "%e0%80%80",
    "%f0%80%80%80", "%f8%88%80%80%80", "%f4%90%80%80", "%ed%9f%bf", "%ed%a0%80", "%ed%bf%bf", "%ed%a0%bd%ed%b8%80",
    "%ef%bf%bd", "%ef%bf%be", "%ef%bb%bf", "%c2%85", "+", "++", ";", "?", "/", "[]", "[0]", "a.b", "'", "\\", "|",
    "^", "{", "}", "`", "~", "!", "*", "(", "@", ":", ",", "$", "-", "_",
]  # fmt: skip

_words = st.lists(st.sampled_from(ESCAPES) | any_text.map(quote_plus), max_size=4).map("".join)
_key = st.sampled_from(KEYS) | st.sampled_from(KEYS).map(quote_plus) | _words
_pair = st.one_of(
    st.builds("{}={}".format, _key, _words),
    st.builds("{}={}".format, _key, _words),
    _key,
    st.builds("{}={}={}".format, _key, _words, _words),
    st.sampled_from(["", "=", "==", "=a", "&", "infor", "%69nfor=1", "in%66or=2", "infor=1;infor=2", "infor[]=1"]),
)


def pairs(max_size=8):
    """Pairs as a client writes them down; bytes above 0x7f do not occur."""
    return st.lists(_pair, max_size=max_size).map("&".join).map(_ascii)


def raw_pairs():
    """The same with raw UTF-8 in between, which a body may have and a URL may not."""
    word = st.one_of(_words, any_text.filter(lambda text: not set(text) & set("&=")))
    pair = st.one_of(_pair, st.builds("{}={}".format, _key, word), word)
    return st.lists(pair, max_size=6).map(lambda found: "&".join(found).encode("utf-8"))


def _ascii(text: str) -> bytes:
    return b"".join(
        character.encode() if " " < character < "\x7f" else quote_plus(character).encode() for character in text
    )


# Whatever bytes there are.
binary = st.binary(max_size=40)
