"""The reverse proxy: which upstream is asked, what it is told, and where its answers lead."""

import json
import sqlite3
import time

import pytest

from nginx import free_port
from upstream import Upstream, answering
from ways import Way, connected
from wire import chunk, lines

OK = "HTTP/1.1 200 OK"

# What an upstream may not say for the whole of this site.
OF_THE_ORIGIN = [
    ("alt-svc", 'h3=":443"'),
    ("clear-site-data", '"*"'),
    ("nel", '{"report_to": "default", "max_age": 9}'),
    ("service-worker-allowed", "/"),
    ("strict-transport-security", "max-age=31536000"),
]


@pytest.fixture(scope="module")
def module_pair():
    pair = Upstream(), Upstream()
    yield pair
    for upstream in pair:
        upstream.stop()


@pytest.fixture
def pair(module_pair):
    """Two upstreams, of which the first is as good as always chosen."""
    for upstream in module_pair:
        upstream.reset()
    return module_pair


@pytest.fixture
def balanced(start, pair) -> Way:
    """The proxy in front of them, which has seen no failure."""
    first, second = pair
    pid, address, folder = start({"upstreams": f"{first.url}=1000, {second.url}"})
    forget_failures(folder)
    return Way("reverse", pid, address, first)


def forget_failures(folder, before: float | None = None):
    """Deletes the marks of upstreams that failed, or has them be of an earlier time."""
    with sqlite3.connect(folder / "state/sqlite_key_value.db") as store:
        has_table = store.execute("SELECT 1 FROM sqlite_master WHERE name = 'spin_key_value'").fetchone()
        if not has_table:
            return
        if before is None:
            store.execute("DELETE FROM spin_key_value WHERE key LIKE 'reverse/failed/%'")
        else:
            value = str(int(before * 1000)).encode()
            store.execute("UPDATE spin_key_value SET value = ? WHERE key LIKE 'reverse/failed/%'", (value,))
    store.close()


def problem(answer) -> tuple[int, str]:
    assert answer.one("content-type") == "application/problem+json", answer
    return answer.status, json.loads(answer.body)["code"]


def test_another_upstream_answers_for_one_that_is_down(balanced, pair):
    first, second = pair
    first.stop()
    # The weights let one in a thousand begin with the second.
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "PUT"]:
        fields = [("Content-Length", "0")] if method == "PUT" else []
        assert balanced.ask(method, "/a", *fields).status == 200, method
    assert len(second.requests) == 5


def test_all_instances_leave_alone_who_failed_and_try_again_later(balanced, pair, start):
    first, second = pair
    _, _, folder = start({"upstreams": f"{first.url}=1000, {second.url}"})
    first.stop()
    while first.connections == 0 and not marked(folder):
        assert balanced.ask("GET", "/a").status == 200
    first.start()
    for _ in range(20):
        assert balanced.ask("GET", "/a").body.endswith(f"of {second.port}".encode())
    assert first.requests == []
    forget_failures(folder, before=time.time() - 10)
    while first.requests == []:
        assert balanced.ask("GET", "/a").status == 200


def marked(folder) -> bool:
    with sqlite3.connect(folder / "state/sqlite_key_value.db") as store:
        found = store.execute("SELECT 1 FROM spin_key_value WHERE key LIKE 'reverse/failed/%'").fetchone()
    store.close()
    return found is not None


def test_an_upstream_that_hangs_has_failed_for_a_request_with_a_body_too(start, upstream):
    pid, address, folder = start({"upstreams": upstream.url})
    forget_failures(folder)

    def hang(upstream, stream):
        upstream.requests.append(stream.message())
        assert stream.file.read() == b""

    upstream.serve = hang
    answer = Way("reverse", pid, address, upstream).ask("POST", "/a", body=b"x")
    assert problem(answer) == (504, "timeout")
    assert upstream.requests[0].body == b"x"
    assert marked(folder)


def test_what_may_have_been_done_is_not_sent_again(balanced, pair):
    """An upstream that takes a request and closes the connection may have done what it asked for."""
    for upstream in pair:
        upstream.serve = answering(b"")
    for method, body, count in [("POST", b"", 1), ("PATCH", b"x", 1), ("PUT", b"x", 1), ("GET", b"", 2)]:
        for upstream in pair:
            upstream.requests.clear()
        assert problem(balanced.ask(method, "/a", body=body)) == (502, "broken-answer")
        assert sum(len(upstream.requests) for upstream in pair) == count, method


def test_where_all_are_down_it_is_502_and_they_are_tried_again(balanced, pair):
    for upstream in pair:
        upstream.stop()
    assert problem(balanced.ask("GET", "/a")) == (502, "unreachable")
    for upstream in pair:
        upstream.start()
    assert balanced.ask("GET", "/a").status == 200


def test_an_upstream_learns_whom_a_request_is_from(start, upstream):
    _, address, _ = start({"upstreams": upstream.url, "trusted_proxies": "127.0.0.3"})
    forged = [
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "shop.example"),
        ("Forwarded", "for=203.0.113.9"),
        ("Via", "1.1 nginx"),
    ]
    for source, addresses, forwarded, scheme in [
        ("127.0.0.2", "127.0.0.2", "for=127.0.0.2", "http"),
        ("127.0.0.3", "203.0.113.9, 127.0.0.3", "for=127.0.0.3", "https"),
    ]:
        upstream.requests.clear()
        with connected(address, source) as stream:
            fields = [("Host", "words.example"), *forged]
            stream.send(lines("GET /proxy/reverse/a HTTP/1.1", *fields))
            assert stream.head().status == 200
        request = upstream.requests[0]
        assert request.one("x-forwarded-for") == addresses
        assert request.one("forwarded") == f"{forwarded};host=words.example;proto={scheme}"
        assert request.one("x-forwarded-proto") == scheme
        assert request.one("x-forwarded-host") == "words.example"
        assert request.one("x-forwarded-prefix") == "/proxy/reverse"
        assert request.one("via").startswith("1.1 nginx, 1.1 handspun-reverse-")


def test_an_answer_leads_back_here(reverse, upstream):
    upstream.serve = answering(
        lines(
            "HTTP/1.1 302 Found",
            ("location", f"{upstream.url}/login?next=/a"),
            ("content-location", "/a.en"),
            ("set-cookie", "session=theirs; Path=/; HttpOnly"),
            ("set-cookie", "lang=zh; Domain=127.0.0.1; Path=/a"),
            *OF_THE_ORIGIN,
            ("content-length", "0"),
        )
    )
    answer = reverse.ask("GET", "/a")
    assert answer.one("location") == "/proxy/reverse/login?next=/a"
    assert answer.one("content-location") == "/proxy/reverse/a.en"
    assert answer.all("set-cookie") == [
        "upstream-session=theirs; Path=/proxy/reverse; HttpOnly",
        "lang=zh; Path=/proxy/reverse/a",
    ]
    for name, _ in OF_THE_ORIGIN:
        assert answer.all(name) == [], name


def test_an_answer_leads_nowhere_else_on_an_upstreams_server(start, upstream):
    pid, address, folder = start({"upstreams": f"{upstream.url}/base"})
    way = Way("reverse", pid, address, upstream)
    for target in ["/secret", "/base/../secret", f"{upstream.url}/secret"]:
        upstream.serve = answering(lines("HTTP/1.1 302 Found", ("location", target), ("content-length", "0")))
        answer = way.ask("GET", "/a")
        assert problem(answer) == (502, "broken-answer"), target
        assert str(upstream.port).encode() not in answer.body
    assert "/secret" in (folder / "state/logs/reverse_stderr.txt").read_text()


def test_a_target_may_be_text_that_is_not_escaped(reverse, upstream):
    head = lines("HTTP/1.1 302 Found", ("location", f"{upstream.url}/唤醒"), ("content-length", "0"))
    upstream.serve = answering(head)
    assert reverse.ask("GET", "/a").one("location").encode("latin-1").decode() == "/proxy/reverse/唤醒"


def test_a_request_with_a_broken_body_is_nobodys_failure(start, upstream):
    pid, address, folder = start({"upstreams": upstream.url})
    way = Way("reverse", pid, address, upstream)
    forget_failures(folder)
    upstream.serve = lambda _, stream: stream.file.read()
    for parts in [["ZZ\r\n"], [chunk(b"x"), "ZZ\r\n"]]:
        with way.connected() as stream:
            way.begin(stream, "POST", "/a", ("Transfer-Encoding", "chunked"))
            stream.send(*parts)
            assert problem(stream.message()) == (400, "malformed")
    assert not marked(folder)


def test_an_upstream_never_gets_this_sites_session(reverse, upstream):
    reverse.ask("GET", "/a", ("Cookie", "session=ours; a=1"), ("Cookie", "upstream-session=theirs"))
    assert upstream.requests[0].one("cookie") == "a=1; session=theirs"


def test_another_site_changes_nothing_through_the_proxy(reverse, upstream):
    cross = ("Sec-Fetch-Site", "cross-site")
    assert problem(reverse.ask("POST", "/a", cross, body=b"x")) == (403, "cross-site")
    assert upstream.requests == []
    for method in ["GET", "OPTIONS"]:
        assert reverse.ask(method, "/a", cross).status == 200
    assert reverse.ask("POST", "/a", ("Sec-Fetch-Site", "same-origin"), body=b"x").status == 200


def test_no_path_leads_above_an_upstreams_base(start, upstream):
    pid, address, _ = start({"upstreams": f"{upstream.url}/base/"})
    way = Way("reverse", pid, address, upstream)
    up = ["/../secret", "/a/..%2f..%2fsecret", "/%2e%2e/secret", "/..;/secret", "/..\\secret", "/a/../../secret"]
    for path in [*up, "/a%2fb/../../secret", "/a%5cb/../../secret", "/a\\b/../../secret"]:
        assert problem(way.ask("GET", path)) == (400, "malformed"), path
    assert upstream.requests == []
    assert way.ask("GET", "/a/../b").status == 200
    assert upstream.requests[0].start == "GET /base/a/../b HTTP/1.1"


def test_a_request_that_comes_back_is_508(start, upstream):
    port = free_port()
    url = f"http://127.0.0.1:{port}/proxy/reverse"
    pid, address, _ = start({"upstreams": url}, listen=f"127.0.0.1:{port}")
    assert problem(Way("reverse", pid, address, upstream).ask("GET", "/a")) == (508, "loop-detected")


def test_upstreams_that_are_none_are_named_to_the_operator_alone(start, upstream):
    pid, address, folder = start({"upstreams": f"{upstream.url}, secret.internal:80"})
    answer = Way("reverse", pid, address, upstream).ask("GET", "/a")
    assert problem(answer) == (500, "misconfigured")
    assert b"variable upstreams must be" in answer.body and b"secret" not in answer.body
    assert "secret.internal" in (folder / "state/logs/reverse_stderr.txt").read_text()
