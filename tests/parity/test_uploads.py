"""/upload: the tutorial's pictures, and clients that send them."""

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from differences.uploads import GIF, JPEG, PNG, image, info, upload
from grammars.multipart import FILENAMES, Part
from grammars.texts import any_text
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


@pytest.mark.parametrize("filename", FILENAMES)
def test_names_of_files_are_read_alike(check, filename):
    check(upload(Part((f'Content-Disposition: form-data; name="image"; {filename}',), PNG)))


@pytest.mark.parametrize("kind", [None, b"application/x-www-form-urlencoded", b"image/png", b"multipart/form-data"])
def test_other_bodies_are_refused_alike(check, kind):
    headers = ((b"Content-Type", kind),) if kind else ()
    check(Request("POST", b"/upload", headers, b"image=a.png"))


@given(text=any_text, stem=any_text, extension=st.sampled_from(["png", "gif", "PNG", "txt", ""]))
def test_any_text_and_any_name(check, text, stem, extension):
    # What a client writes (the HTML standard, multipart/form-data).
    name = f"{stem}.{extension}".replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    if "\0" not in name:
        check(upload(image(name), info(text)))


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
