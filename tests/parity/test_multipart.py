"""`request.form` of multipart bodies."""

import pytest
from hypothesis import given

from differences.multipart import NAME, form
from grammars import multipart
from grammars.multipart import Part, body, post

VALUES = [
    b"", b"1", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"a\r\nb", b"a\nb", b"\r\n--xy", b"--", b"\r\n--", b"\r\n-",
    b"a=1&b=2", b"%41+", b"\0", b"\xef\xbb\xbfa", "唤醒手腕😀".encode(), b"\xff", b"\xe5\x94", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b"\xc0\x80", b"a\xe9b", b"x" * 70_000, b"\r\n--xyz\r" * 3, b"1\r\n--xyzz",
]  # fmt: skip

# What stands behind `Content-Disposition:`.
DISPOSITIONS = [
    'form-data; name=""', "form-data", 'name="a"', '; name="a"', "", 'attachment; name="a"', 'file; name="a"',
    "form-data; name='a'", 'form-data; name="a', 'form-data; name="a"b', "form-data; name=a b",
    'form-data; name="a\\"b"', 'form-data; name="a%22b%0d%0a"', 'form-data; name="a\\\\b"',
    'form-data; name="a\\b"', 'form-data; name="a;b=c"', 'form-data; name="唤醒"', "form-data; name=唤醒",
    "form-data; name*=UTF-8''%E5%94%A4", "form-data; name*=ISO-8859-1''%E9",
    'form-data; name="a"; name*=UTF-8\'\'b', "form-data; name*=''a", "form-data; name*=utf-16''a",
    "form-data; name*=a", "form-data; name*=\"UTF-8''a\"", "form-data; name*0=a; name*1=b",
    'form-data; name="a"; name="b"', 'form-data; NAME="a"', 'form-data; name = "a"', 'form-data;; name="a"',
    'form-data; x; name="a"', 'form-data; filename="x"', "form-data; name=a%22b", 'form-data; name="a"\t',
    "form-data;name=a", 'form-data; name="\\\\"', 'form-data; name="\\"', 'form-data; name="a\\\\%22\\""',
    "form-data; name=", *(f'form-data; name="a"; {filename}' for filename in multipart.FILENAMES),
]  # fmt: skip

HEADS = [
    (NAME.lower(),), (NAME.upper(),), ("Content-Disposition:form-data;name=a",), ("X-A: 1",),
    (NAME, NAME.replace('"a"', '"b"')), (NAME, "Content-Type: text/plain"), ("Content-Type: text/plain", NAME),
    (NAME, "X: 1", "Y: 2", "Z:"), (NAME, "no colon"), (NAME, ": 1"), (NAME, " folded"), (NAME + ';\r\n name="b"',),
    (NAME.replace(":", " :"),), ("", NAME), (" " + NAME,), (NAME, "Content-Transfer-Encoding: base64"),
    (NAME, "Content-Length: 0"), (NAME, "Content-Type: multipart/mixed; boundary=abc"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value)[:40])
def test_values_are_read_alike(check, value):
    check(form(Part((NAME,), value), Part((NAME,), b"last")))


@pytest.mark.parametrize("disposition", DISPOSITIONS, ids=ascii)
def test_dispositions_are_read_alike(check, disposition):
    check(form(Part((f"Content-Disposition: {disposition}",), b"1"), Part((NAME,), b"last")))


@pytest.mark.parametrize("head", HEADS, ids=ascii)
def test_part_headers_are_read_alike(check, head):
    check(form(Part(head, b"1"), Part((NAME,), b"last")))


@pytest.mark.parametrize("kind", multipart.PART_TYPES)
@pytest.mark.parametrize("value", [b"a", "é".encode(), b"\xe9", b"\xff\xfea\0"])
def test_part_charsets_are_read_alike(check, kind, value):
    check(form(Part((NAME, f"Content-Type: {kind}"), value)))


@pytest.mark.parametrize(("boundary", "parameter"), multipart.BOUNDARIES)
def test_boundaries_are_found_alike(check, boundary, parameter):
    check(post(b"/form", parameter, body(boundary, [Part((NAME,), b"1"), Part((NAME,), b"2")])))


@pytest.mark.parametrize(
    "parameter",
    [
        "", "boundary", "boundary=", 'boundary=""', "boundary=abc", "boundary=XYZ", "boundary='xyz'",
        "boundary=xyz; boundary=abc", "boundary = xyz", "boundary*=UTF-8''xyz", "boundary=\"xyz", "boundary=xyz,",
        "boundary=xyz;", "boundary=--xyz", "boundary=唤", "boundary=\"x\\yz\"", "BOUNDARY=\"xyz\"",
        "boundary=" + "x" * 71, "boundary=" + "x" * 300, "x=\"; boundary=abc\"; boundary=xyz",
        "boundary=xyz boundary=abc",
    ],
)  # fmt: skip
def test_boundary_parameters_are_read_alike(check, parameter):
    check(post(b"/form", parameter, body(b"xyz", [Part((NAME,), b"1")])))


ONE = body(b"xyz", [Part((NAME,), b"1")])


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\r\n", b"--xyz", b"--xyz--", b"--xyz--\r\n", b"--xyz\r\n", b"--xyz\r\n\r\n",
        b"--xyz\r\n\r\n\r\n--xyz--\r\n", b"xyz", b"junk", ONE, ONE[:-2], ONE[:-4], ONE[:-6], ONE[2:], b"\r\n" + ONE,
        b"\n" + ONE, b"junk" + ONE, b"junk\r\n" + ONE, b"junk\n" + ONE, ONE + b"junk", ONE + ONE,
        ONE + b"\r\n" + ONE, ONE.replace(b"\r\n", b"\n"), ONE.replace(b"\r\n", b"\r"),
        ONE.replace(b"--xyz--", b"--xyz --"), ONE.replace(b"--xyz\r\n", b"--xyz \t\r\n"),
        ONE.replace(b"--xyz--", b"--xyz-- \t"), ONE.replace(b"--xyz--", b"--xyz-"),
        ONE.replace(b"--xyz--", b"--xyz--x"), ONE.replace(b"--xyz\r\n", b"--xyzz\r\n"),
        ONE.replace(b"\r\n\r\n1", b"\r\n1"), ONE.replace(b"\r\n\r\n1", b"\n\n1"),
        ONE.replace(b"1\r\n--xyz--", b"1--xyz--"), ONE.replace(b"1\r\n--xyz--", b"1\n--xyz--"),
        ONE.replace(b"1\r\n--xyz--", b"1\r\n--xyz--\r\n--xyz\r\n"), ONE.replace(b'"a"', b'"\xff"'),
        ONE.replace(b'"a"', b'"a"\r\nX-A: \xff'), ONE.replace(b'"a"', b'"a"; filename="\xff"'),
    ],
    ids=ascii,
)  # fmt: skip
def test_bodies_are_cut_alike(check, content):
    check(post(b"/form", "boundary=xyz", content))


@pytest.mark.parametrize(("count", "size"), [
    (2, 1), (1000, 1), (1001, 1), (1, 500_000), (1, 500_001), (3, 300_000), (5, 200_000), (40, 10_000),
])
def test_limits_are_alike(check, count, size):
    check(form(*[Part((NAME,), b"x" * size)] * count))


@pytest.mark.parametrize("content", [ONE, b"", b"junk"])
def test_a_registration_may_be_multipart(check, content):
    check(post(b"/register", "boundary=xyz", content.replace(b'"a"', b'"name"')))


@given(case=multipart.good())
def test_any_multipart_form_is_read_alike(check, case):
    check(case)


@given(case=multipart.broken())
def test_any_broken_multipart_form_is_read_alike(check, case):
    check(case)
