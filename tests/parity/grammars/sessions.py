"""Sessions: what may be in one, and cookies that are nearly one."""

from datetime import datetime, timezone

from hypothesis import strategies as st
from markupsafe import Markup

from grammars.texts import any_text

_keys = st.sampled_from(["a", "login_user", "_permanent", "é", "", " t", "唤醒"]) | any_text
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    any_text,
)
# Flask has a tag for each of these. JSON shows them as texts.
_tagged = st.one_of(
    any_text.map(Markup),
    st.uuids(version=4),
    st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=timezone.utc)),
)
_values = st.recursive(
    _scalars | _tagged,
    lambda inner: st.lists(inner, max_size=3)
    | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=6,
)


def sessions():
    """What an application put into `session`. A Flask application has no `_login`, the key of our logins."""
    return st.dictionaries(_keys, _values, max_size=4).filter(lambda values: "_login" not in values)


@st.composite
def tampered(draw, cookie: bytes, other: bytes) -> bytes:
    """A cookie that was changed in one place, or pieced together of two."""
    parts, others = cookie.rsplit(b".", 2), other.rsplit(b".", 2)
    kind = draw(st.sampled_from(["swap", "cut", "flip", "insert", "drop", "repeat", "reorder"]))
    at = draw(st.integers(0, len(cookie) - 1))
    match kind:
        case "swap":
            place = draw(st.integers(0, 2))
            return b".".join([*parts[:place], others[place], *parts[place + 1 :]])
        case "cut":
            return cookie[:at]
        case "flip":
            return cookie[:at] + draw(st.sampled_from([b"A", b"z", b"-", b".", b"=", b"+", b"/", b" "])) + cookie[at + 1 :]
        case "insert":
            return cookie[:at] + draw(st.sampled_from([b"A", b".", b"=", b"!", b"\xc3\xa9"])) + cookie[at:]
        case "drop":
            return cookie[:at] + cookie[at + 1 :]
        case "repeat":
            return cookie + draw(st.sampled_from([b"", b".", b"="])) + cookie
        case "reorder":
            return b".".join(draw(st.permutations(parts)))
