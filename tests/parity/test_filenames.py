"""`secure_filename`: the names under which pictures are kept. tests/interop compares the function by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differences.uploads import PNG, image, upload
from grammars.filenames import EXTENSIONS, PIECES, RESERVED, names, written
from grammars.multipart import Part

# How a header can name a file, besides in quotation marks.
PARAMETERS = ["filename={}", "filename*=UTF-8''{}", "filename=\"x.png\"; filename*=UTF-8''{}"]

LENGTHS = [185, 186, 187, 189, 190, 191, 250, 251, 252, 255, 256, 1000]


def kept(check, *uploads) -> list[str]:
    """The names that Handspun has after these uploads, the last one of which is compared."""
    *before, last = uploads
    around = {"before": tuple(before)} if before else {}
    return [name for name, _ in check(last, **around).files[1]]


@pytest.mark.parametrize("piece", PIECES + RESERVED, ids=ascii)
def test_a_piece_of_a_name_is_kept_alike(check, piece):
    for name in (f"{piece}.png", f"a{piece}b.png", f"{piece}{piece}a.{piece}.png"):
        check(upload(image(written(name))))


@pytest.mark.parametrize("extension", EXTENSIONS, ids=ascii)
def test_an_extension_is_kept_alike(check, extension):
    for name in (f"a{extension}", extension, f"唤{extension}"):
        check(upload(image(written(name))))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("letter", ["n", "é", "唤"])
def test_a_long_name_is_kept_alike(check, letter, length):
    assert len(kept(check, upload(image(f"{letter * length}.png")))) == 1


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("value", ["a.png", "a%20b.png", "..%2Fa.png", "%E5%94%A4a.png", "a%5Cb.png", "%FFa.png", "a;b.png"])
def test_a_name_in_another_form_is_kept_alike(check, parameter, value):
    check(upload(Part((f'Content-Disposition: form-data; name="image"; {parameter.format(value)}',), PNG)))


@pytest.mark.parametrize(("first", "second"), [
    ("a.png", "a.png"), ("a.png", "../a.png"), ("a b.png", "a_b.png"), ("é.png", "e.png"), ("ﬁ.png", "fi.png"),
    ("a.png", "A.png"), ("a.png", "a.jpg"), ("a.png", "a..png"), ("con.png", "CON.png"),
])  # fmt: skip
def test_a_second_picture_replaces_the_first_alike(check, first, second):
    names = kept(check, upload(image(first)), upload(image(second, PNG + b"2")))
    assert 1 <= len(names) <= 2


def test_a_picture_of_which_no_name_is_left_replaces_no_other(check):
    assert len(kept(check, upload(image("唤.png")), upload(image("醒.png", PNG + b"2")))) == 2


@given(name=names(), again=st.booleans())
def test_any_name_is_kept_alike(check, name, again):
    request = upload(image(written(name)))
    check(request, **({"before": (request,)} if again else {}))
