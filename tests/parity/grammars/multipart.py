"""`multipart/form-data`: bodies, boundaries and part headers, right and wrong."""

from dataclasses import dataclass

from hypothesis import strategies as st

from grammars.texts import any_text
from wire import Request

# A boundary, and how a Content-Type may name it.
BOUNDARIES = [
    (b"xyz", 'boundary=xyz'),
    (b"xyz", 'boundary="xyz"'),
    (b"xyz", 'Boundary=xyz'),
    (b"xyz", 'charset=latin1; boundary=xyz'),
    (b"xyz", 'boundary=xyz; charset=latin1'),
    (b"----WebKitFormBoundaryAbCd0123", 'boundary=----WebKitFormBoundaryAbCd0123'),
    (b"-", "boundary=-"),
    (b"a b", 'boundary="a b"'),
    (b"a:b/c?d=(e)", 'boundary="a:b/c?d=(e)"'),
    (b"'()+_,-./:=?", "boundary=\"'()+_,-./:=?\""),
    (b"x" * 70, f"boundary={'x' * 70}"),
]

DISPOSITIONS = [
    'form-data; name="{}"', 'form-data; name="{}"', 'form-data; name="{}"', 'form-data; name={}',
    'form-data;name="{}"', 'FORM-DATA; NAME="{}"', 'form-data ; name="{}"', 'form-data; name = "{}"',
    'form-data; other=1; name="{}"', 'form-data; name="{}"; name="second"', "form-data; name*=UTF-8''{}",
    'attachment; name="{}"', 'form-data; name="{}";',
]  # fmt: skip

FILENAMES = [
    'filename="a.png"', 'filename=a.png', 'filename=""', "filename*=UTF-8''%E5%94%A4.png",
    "filename=\"a.png\"; filename*=UTF-8''b.png", "filename*=UTF-8''b.png; filename=\"a.png\"",
    'filename="a%22b.png"', 'filename="a\\"b.png"', 'filename="C:\\dir\\a.png"', 'FileName="a.png"',
    'filename="唤醒.png"',
]  # fmt: skip

PART_TYPES = [
    "text/plain", "text/plain; charset=utf-8", "text/plain; charset=iso-8859-1", "text/plain; charset=ISO-8859-1",
    "text/plain; charset=us-ascii", "text/plain; charset=ascii", "text/plain; charset=latin1",
    "text/plain; charset=utf-16", "text/plain; charset=utf-7", "text/plain; charset=\"utf-8\"", "application/json",
    "text/plain; charset=nonsense", "",
]  # fmt: skip

_names = st.sampled_from([
    "name", "name", "nickname", "a", "", "é", "唤醒", "a%22b", "a\\\"b", "a;b", "a=b", " a ", "a'b", "[]",
])
_values = st.one_of(
    any_text.map(str.encode),
    st.binary(max_size=12),
    st.sampled_from([
        b"", b"\r\n", b"\n", b"\r", b"a\r\n", b"\r\na", b"--", b"--xyz", b"\n--xy", b"\xff\xfe", b"\xe5\x94",
        b"\xed\xa0\x80", b"\xe9", b"+%41&b=1",
    ]),
)


@dataclass(frozen=True)
class Part:
    head: tuple[str, ...]
    value: bytes


@st.composite
def _parts(draw):
    disposition = draw(st.sampled_from(DISPOSITIONS)).format(draw(_names))
    if draw(st.integers(0, 4)) == 0:
        disposition += "; " + draw(st.sampled_from(FILENAMES))
    name = draw(st.sampled_from(["Content-Disposition"] * 3 + ["content-disposition", "CONTENT-DISPOSITION"]))
    head = [f"{name}:{draw(st.sampled_from([' ', ' ', '', '  ']))}{disposition}"]
    if draw(st.booleans()):
        head.append(f"Content-Type: {draw(st.sampled_from(PART_TYPES))}")
    if draw(st.integers(0, 4)) == 0:
        head.append(draw(st.sampled_from([
            "X-A: 1", "Content-Transfer-Encoding: binary", "Content-Length: 3", "X-Empty:",
        ])))
    return Part(tuple(draw(st.permutations(head))), draw(_values))


def body(boundary: bytes, parts, *, newline=b"\r\n", preamble=b"", epilogue=b"", end=True) -> bytes:
    """What a client writes that does everything right, unless told otherwise."""
    out = preamble
    for part in parts:
        out += b"--" + boundary + newline
        out += b"".join(line.encode() + newline for line in part.head) + newline + part.value + newline
    return out + (b"--" + boundary + b"--" + newline + epilogue if end else b"")


def post(path: bytes, boundary: str, content: bytes, chunks=None) -> Request:
    content_type = f"multipart/form-data; {boundary}".encode()
    headers = ((b"Content-Type", content_type), (b"Accept", b"application/json"))
    return Request("POST", path, headers, content, chunks)


@st.composite
def good(draw):
    """Requests that are right, if unusual."""
    boundary, parameter = draw(st.sampled_from(BOUNDARIES))
    parts = draw(st.lists(_parts(), max_size=5))
    # A value that holds its own boundary would not be one.
    parts = [part for part in parts if b"--" + boundary not in b"\n" + part.value]
    content = body(
        boundary,
        parts,
        preamble=draw(st.sampled_from([b"", b"", b"", b"\r\n", b"This is a preamble.\r\n", b"\r\n\r\n"])),
        epilogue=draw(st.sampled_from([b"", b"", b"\r\n", b"The end.", b"--" + boundary + b"\r\n"])),
    )
    chunks = draw(st.none() | st.lists(st.integers(1, 40), max_size=4).map(tuple))
    return post(b"/form", parameter, content, chunks)


@st.composite
def broken(draw):
    """Requests that are right but for one edit."""
    request = draw(good())
    content = request.body
    kind = draw(st.sampled_from(["cut", "insert", "drop", "swap"]))
    start = draw(st.integers(0, len(content)))
    if kind == "cut":
        content = content[:start]
    elif kind == "insert":
        content = content[:start] + draw(st.sampled_from([
            b"\r\n", b"\n", b"-", b"\0", b"\xff", b'"', b":",
        ])) + content[start:]
    elif kind == "drop":
        content = content[:start] + content[start + draw(st.integers(1, 4)) :]
    else:
        content = content.replace(b"\r\n", draw(st.sampled_from([b"\n", b"\r"])))
    return Request("POST", request.target, request.headers, content, request.chunks)
