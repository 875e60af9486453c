"""`Cookie` headers."""

from hypothesis import strategies as st

from grammars.texts import any_text

VALUES = [
    "1", "", "a=b", "a b", "a,b", "a\"b", "\"a\"", "\"\"", "\"", "\"a", "a\"", "\"a;b\"", "\"a\\\"b\"",
    "\"a\\\\b\"", "\"a\\", "\"\\345\\224\\244\\351\\206\\222\"", "\"\\054\"", "\"\\377\"", "\"\\303\\050\"",
    "\"\\400\"", "\"\\38\"", "\"\\0\"", "\"\\000\"", "\\345\\224\\244", "\"\\n\"", "\"a\" b", " \"a\" ", "%41", "+",
    "é", "唤醒", "\"唤醒\"", "\"é\\351\"", "{\"a\":1}", "<b>", "'", "(a)", "\"a\"b\"", "\"a\";\"b\"", "\xa0", "\u3000a",
    "\x85", "a\tb", "\ta",
]  # fmt: skip

NAMES = [
    "name", "name", "a", "b", "login_user", "", " ", "a b", "\"a\"", "a\"b", "é", "唤醒", "$Version", "$Path", "a,b",
    "__Host-a", "[a]",
]  # fmt: skip

_value = st.sampled_from(VALUES) | any_text
_separator = st.sampled_from(["; ", "; ", ";", " ; ", ";;", "; ;", ", ", " ", "&", ";\t"])
_equals = st.sampled_from(["=", "=", "=", " = ", "==", "=\t", ""])


@st.composite
def headers(draw):
    """One header value, as bytes that may stand in one."""
    header = draw(st.sampled_from(["", "", "", " ", ";", "; "]))
    for _ in range(draw(st.integers(0, 6))):
        header += draw(st.sampled_from(NAMES) | any_text) + draw(_equals) + draw(_value) + draw(_separator)
    encoding = draw(st.sampled_from(["utf-8", "latin-1"]))
    return bytes(byte for byte in header.encode(encoding, "ignore") if byte == 9 or 32 <= byte != 127)
