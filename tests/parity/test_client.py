"""`app.test_client()` and Handspun's test client: what an application sees of both, and what they keep."""

import pytest
from hypothesis import given

from clients import Ask, DeleteCookie, ReadCookie, SetCookie
from differences.clients import MIRROR, sets
from grammars import visits
from grammars.visits import ATTRIBUTES, LOCATIONS, PATHS, REDIRECTS, RELATIVE, at, leading

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
BODIES = [
    {}, {"body": "1"}, {"form": (("a", "b"),)}, {"json": {"a": [1, "唤"]}},
    {"multipart": (("a", "1"), ("f", "a.png", "image/png", "2"))},
]  # fmt: skip


@pytest.mark.parametrize("status", [*REDIRECTS, 201, 300, 304, 306])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: next(iter(body), "none"))
def test_the_status_decides_alike_what_is_kept(check, status, method, body):
    headers = (("X-A", "1"), ("Authorization", "Basic YTpi"))
    check((Ask(method, leading("/mirror/c", status), headers=headers, follow=True, **body),))


@pytest.mark.parametrize("location", LOCATIONS + RELATIVE, ids=ascii)
@pytest.mark.parametrize("host", ["localhost", "localhost:81", "example.org", "EXAMPLE.org"])
def test_the_same_places_are_gone_to(check, location, host):
    check((Ask("GET", leading(location), headers=(("Host", host),), follow=True),))


@pytest.mark.parametrize("hops", [1, 2, 20])
def test_redirects_are_followed_one_after_another(check, hops):
    visit = check((Ask("GET", at("/mirror/", 302, redirects=hops), follow=True),))
    assert len(visit.ours[0].seen) == hops + 1


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_circle_is_noticed_alike(check, status):
    """As soon as a redirect was made before."""
    visit = check((Ask("GET", at("/mirror/", status, circle=True), follow=True),))
    assert visit.ours[0].error


def test_a_redirect_is_not_followed_unless_a_test_says_so(check):
    check((Ask("POST", leading("/mirror/c", 307), form=(("a", "b"),)), MIRROR))


@pytest.mark.parametrize("headers", [(), (("X-A", "2"),), (("x-a", "2"),), (("Accept", "text/html"), ("X-B", "3"))])
def test_the_headers_of_a_client_are_sent_alike(check, headers):
    """The tutorial's CustomClient."""
    own = (("X-A", "1"), ("Authorization", "Basic ZHVrZTpzZWNyZXQ="))
    check((Ask("GET", leading("/mirror/c"), headers=headers, client_headers=own, follow=True), MIRROR))


@pytest.mark.parametrize("attribute", ATTRIBUTES)
@pytest.mark.parametrize("path", ["/mirror/", "/mirror/a/b"])
def test_a_cookie_is_kept_alike(check, attribute, path):
    asks = [Ask("GET", path) for path in PATHS]
    check((sets(f"a=1; {attribute}", path), *asks, ReadCookie("a")))
    # Over another one of that name.
    check((sets("a=1; Path=/"), sets(f"a=2; {attribute}", path), *asks, DeleteCookie("a"), ReadCookie("a"), *asks))


@pytest.mark.parametrize("value", ["1", "", "a=b", "(1)", "a b", '"1"', "a,b", "a\\b", "1;2", "é", "唤醒", "\t", "a\r\nb"], ids=ascii)
def test_a_cookie_is_set_by_a_test_alike(check, value):
    check((SetCookie("a", value), ReadCookie("a"), MIRROR, sets("a=2"), SetCookie("b", "3"), MIRROR, ReadCookie("b")))


@pytest.mark.parametrize("name", ["a b.png", "唤醒.png", "a'b;c.png", "é.png", "a%22b.png", 'a".png', "a\\b.png", "a\r\nb.png", "", " "])
def test_a_file_is_named_alike(check, name):
    check((Ask("POST", "/mirror/", multipart=(("f", name, "image/png", "1"), ("a", "2"))),))


@given(request=visits.requests())
def test_any_request_arrives_alike(check, request):
    check((request,))


@given(journey=visits.journeys())
def test_any_redirects_are_followed_alike(check, journey):
    check((journey, MIRROR))


@given(steps=visits.cookies())
def test_any_cookies_are_kept_alike(check, steps):
    check(steps)
