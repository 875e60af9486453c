"""/upload: the tutorial's pictures, and clients that send them."""

from dataclasses import replace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

import grammars.multipart
from differences.uploads import GIF, JPEG, PNG, full, image, info, upload
from grammars import fewer
from grammars.filenames import written
from grammars.multipart import FILENAMES, Part
from grammars.texts import any_text
from tutorial import UPLOAD_LIMIT
from wire import Request

FILES = [
    ("a.png", PNG), ("a.jpg", JPEG), ("a.jpeg", JPEG), ("a.gif", GIF), ("a.png", JPEG), ("a.gif", PNG),
    ("唤醒.png", PNG), (".png", PNG), ("../../a.png", PNG), ("a b.png", PNG), ("a.tar.png", PNG),
    ("a.PNG", PNG), ("a.Jpeg", JPEG), ("a.txt", PNG), ("png", PNG), ("a.", PNG), ("a.png.exe", PNG), ("", PNG),
    ("", b""), ("a.png", b""), ("a.png", b"text"), ("a.gif", b"GIF"), ("a.png", b"\x89PNG"), ("a.png ", PNG),
    ("n" * 251 + ".png", PNG), ("n" * 300 + ".png", PNG), ("a.png", PNG + b"x" * 600_000),
]  # fmt: skip


@pytest.mark.parametrize(("filename", "content"), FILES, ids=lambda value: ascii(value)[:30])
def test_files_are_taken_alike(check, filename, content):
    check(upload(image(filename, content), info("1")))
    check(upload(info("<b>唤醒"), image(filename, content)))


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (info("1"),),
        (image("a.png", name="picture"),),
        (image("a.png"), image("b.txt", b"text")),
        (image("b.txt", b"text"), image("a.png")),
        (image("a.png"), info("1"), info("2")),
        (Part(('Content-Disposition: form-data; name="image"',), PNG),),
        (image("a.png"), image("b.png", name="info")),
        (info("x" * 500_000), image("a.png")),
        (info("x" * 500_001), image("a.png")),
    ],
    ids=range(10),
)
def test_parts_are_taken_alike(check, parts):
    check(upload(*parts))


# What a part may say about itself; what counts is the name and the bytes.
TYPES = [
    "image/png", "image/jpeg", "text/plain", "application/octet-stream", "text/html", "", "image/png; charset=utf-8", "*/*",
    "multipart/mixed; boundary=abc", "application/x-www-form-urlencoded", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_the_type_of_a_part_is_looked_at_alike(check, kind):
    for content in (PNG, b"text", b""):
        part = image("a.png", content)
        check(upload(Part((*part.head, f"Content-Type: {kind}"), content), info("1")))


@pytest.mark.parametrize("extra", ["Content-Transfer-Encoding: base64", "Content-Length: 3", "Content-Encoding: gzip", "X-A: 1"])
def test_other_headers_of_a_part_are_looked_at_alike(check, extra):
    part = image("a.png")
    check(upload(Part((*part.head, extra), PNG)))
    check(upload(Part((extra, *part.head), PNG)))


# The whole body counts, as for Flask's MAX_CONTENT_LENGTH. The file fills it up to so many bytes below or above.
@pytest.mark.parametrize("beyond", [-1, 0, 1, 100_000])
@pytest.mark.parametrize("chunks", [None, (65_536,) * 20, (1,) * 50])
def test_the_limit_is_the_last_size_that_is_taken(check, beyond, chunks):
    request = full(beyond)
    assert len(request.body) == UPLOAD_LIMIT + beyond
    exchange = check(replace(request, chunks=chunks))
    assert (exchange.ours.status, len(exchange.files[1])) == ((413, 0) if beyond > 0 else (200, 1))


@pytest.mark.parametrize("size", [UPLOAD_LIMIT + 1, 10**12, 2**63, 2**64, 10**30])
def test_what_is_announced_as_too_large_is_refused_alike(check, size):
    check(replace(upload(image("a.png")), length=size))


@pytest.mark.parametrize("fields", [1, 2, 999, 1000, 1001])
def test_many_parts_are_taken_alike(check, fields):
    check(upload(*[info("1")] * (fields - 1), image("a.png")))


@pytest.mark.parametrize("filename", FILENAMES)
def test_names_of_files_are_read_alike(check, filename):
    check(upload(Part((f'Content-Disposition: form-data; name="image"; {filename}',), PNG)))


@pytest.mark.parametrize("kind", [None, b"application/x-www-form-urlencoded", b"image/png", b"multipart/form-data"])
def test_other_bodies_are_refused_alike(check, kind):
    headers = ((b"Content-Type", kind),) if kind else ()
    check(Request("POST", b"/upload", headers, b"image=a.png"))


_files = st.builds(
    image,
    st.sampled_from(["a.png", "b.gif", "c.txt", "", "d.PNG", "唤.jpg", "a.png"]),
    st.sampled_from([PNG, GIF, JPEG, b"", b"text", PNG * 2000, b"\r\n" + PNG, PNG + b"\r\n", PNG + b"\r\n--xy", b"\x89PN"]),
    st.sampled_from(["image", "image", "image", "picture", "info", "Image", "image[]"]),
)
_infos = st.builds(info, any_text | st.sampled_from(["", "x" * 2000, "<b>", "a\r\nb"]))


@given(
    parts=st.lists(_files | _files | _infos, max_size=4),
    chunks=st.none() | st.lists(st.integers(1, 60), max_size=3).map(tuple),
    boundary=st.sampled_from(grammars.multipart.BOUNDARIES),
)
def test_any_parts_are_taken_alike(check, parts, chunks, boundary):
    content, parameter = boundary
    parts = [part for part in parts if b"--" + content not in b"\r\n" + part.value]
    headers = ((b"Content-Type", f"multipart/form-data; {parameter}".encode()),)
    check(Request("POST", b"/upload", headers, grammars.multipart.body(content, parts), chunks))


@fewer(3)
@given(data=st.data(), parts=st.lists(_files | _infos, min_size=1, max_size=3))
def test_what_is_broken_is_refused_alike(check, data, parts):
    """Nothing of it is kept."""
    content = upload(*parts).body
    cut = data.draw(st.integers(0, len(content) - 1))
    if b"--xyz--" not in content[:cut]:
        check(replace(upload(*parts), body=content[:cut]))


@fewer(3)
@given(text=any_text, stem=any_text, extension=st.sampled_from(["png", "gif", "PNG", "txt", ""]))
def test_any_text_and_any_name(check, text, stem, extension):
    name = f"{stem}.{extension}"
    if "\0" not in name:
        check(upload(image(written(name)), info(text)))


def test_the_tutorials_own_client(addresses):
    """`requests.post(..., data=..., files=...)`, as the tutorial has it."""
    answers = []
    for host, port in addresses:
        answer = requests.post(
            f"http://{host}:{port}/upload",
            data={"info": "Lenna"},
            files={"image": ("Lenna.jpg", JPEG + b"x" * 100_000)},
            timeout=60,
        )
        answers.append((answer.status_code, answer.text))
    assert answers == [(200, "info is Lenna. success")] * 2
