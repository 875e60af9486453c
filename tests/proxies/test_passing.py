"""What goes through either proxy: methods, paths, fields, bodies, and whatever a server may answer."""

import gzip

import pytest

from upstream import answering
from wire import Message, chunk, lines

OK = "HTTP/1.1 200 OK"
EMPTY = ("content-length", "0")


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "x-own"]
)
def test_any_method_goes_through(way, upstream, method):
    assert way.ask(method, "/a").status == 200
    assert upstream.requests[0].start == f"{method} /a HTTP/1.1"


@pytest.mark.parametrize(
    "path", ["/", "//a//b/", "/a/./b/../c", "/%2e%41%2F%c3%28/;x=1,2", "/?", "/a?b=%20&c&&=/../+", "/~'()*!$@:|"]
)
def test_a_path_and_a_query_stay_as_they_are(way, upstream, path):
    assert way.ask("GET", path).status == 200
    assert upstream.requests[0].start == f"GET {path} HTTP/1.1"


def test_a_client_names_the_server_only_once(way, upstream):
    way.ask("GET", "/a")
    assert upstream.requests[0].one("host") == f"127.0.0.1:{upstream.port}"


def test_fields_of_the_connection_end_at_the_proxy(way, upstream):
    mine = [("Keep-Alive", "timeout=5"), ("TE", "gzip"), ("Upgrade", "h2c"), ("Proxy-Connection", "x")]
    named = [("Connection", "x-named, Upgrade"), ("X-Named", "1")]
    kept = [("x-kept", "1"), ("x-kept", "2"), ("authorization", "Basic dTpw"), ("cookie", "a=1; b=2")]
    upstream.serve = answering(
        lines(
            OK,
            ("connection", "close, X-Own"),
            ("x-own", "1"),
            ("keep-alive", "timeout=5"),
            ("proxy-authenticate", "Basic"),
            ("upgrade", "h2c"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("x-kept", "1"),
            EMPTY,
        )
    )
    answer = way.ask("GET", "/a", *mine, *named, *kept)
    request = upstream.requests[0]
    for name in ["keep-alive", "te", "upgrade", "proxy-connection", "x-named", "proxy-authorization"]:
        assert request.all(name) == [], name
    # Lines of one name stay in order, names need not.
    assert sorted(field for field in request.fields if field in kept) == sorted(kept)
    assert request.all("x-kept") == ["1", "2"]
    for name in ["x-own", "keep-alive", "proxy-authenticate", "upgrade"]:
        assert answer.all(name) == [], name
    assert answer.all("set-cookie") == ["a=1", "b=2"]
    assert answer.one("x-kept") == "1"


@pytest.mark.parametrize("status", [200, 203, 301, 302, 304, 401, 404, 418, 429, 500, 503, 599])
def test_a_status_goes_through_and_no_redirect_is_followed(way, upstream, status):
    upstream.serve = answering(
        lines(f"HTTP/1.1 {status} Own", EMPTY, ("www-authenticate", "Basic"), ("location", "http://other.example/"))
    )
    answer = way.ask("GET", "/a")
    assert (answer.status, answer.one("location")) == (status, "http://other.example/")
    assert (answer.one("www-authenticate"), len(upstream.requests)) == ("Basic", 1)


@pytest.mark.parametrize("method, status, length", [("HEAD", 200, "5"), ("GET", 304, "5"), ("GET", 204, None)])
def test_an_answer_without_a_body_keeps_what_it_says_of_one(way, upstream, method, status, length):
    upstream.serve = answering(
        lines(f"HTTP/1.1 {status} Own", *([("content-length", length)] if length else []), ("etag", '"1"'))
    )
    with way.connected() as stream:
        way.begin(stream, method, "/a")
        head = stream.head()
        assert (head.status, head.one("content-length"), head.one("etag")) == (status, length, '"1"')
        assert head.one("transfer-encoding") is None
        # The next answer begins where this one ended.
        way.begin(stream, "HEAD", "/b")
        assert stream.head().status == status


def test_what_comes_before_the_answer_is_not_taken_for_it(way, upstream):
    upstream.serve = answering(
        lines("HTTP/1.1 100 Continue"),
        lines("HTTP/1.1 103 Early Hints", ("link", "</a.css>; rel=preload")),
        lines(OK, ("content-length", "2")),
        "ok",
    )
    with way.connected() as stream:
        way.begin(stream, "POST", "/a", ("Expect", "100-continue"), ("Content-Length", "1"))
        # The proxy's own word, as it wants the body.
        assert stream.head().status == 100
        stream.send(b"x")
        answer = stream.message()
    assert (answer.status, answer.body) == (200, b"ok")
    assert upstream.requests[0].body == b"x"


def test_compressed_bytes_are_left_alone(way, upstream):
    packed = gzip.compress("唤醒".encode() * 1000)
    fields = [("content-encoding", "gzip"), ("content-length", str(len(packed))), ("vary", "accept-encoding")]
    upstream.serve = answering(lines(OK, *fields), packed)
    answer = way.ask("POST", "/a", ("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip"), body=packed)
    assert answer.body == packed
    assert (answer.one("content-encoding"), answer.one("vary")) == ("gzip", "accept-encoding")
    request = upstream.requests[0]
    assert request.body == packed
    assert (request.one("content-encoding"), request.one("accept-encoding")) == ("gzip", "gzip")


def test_chunks_and_trailers_go_both_ways(way, upstream):
    upstream.serve = answering(
        lines(OK, ("transfer-encoding", "chunked"), ("trailer", "x-sum")),
        chunk(b"Hello, "),
        chunk(b"world!"),
        lines("0", ("x-sum", "1")),
    )
    with way.connected() as stream:
        way.begin(stream, "POST", "/a", ("Transfer-Encoding", "chunked"), ("Trailer", "x-sum"), ("TE", "trailers"))
        stream.send(chunk(b"wake"), chunk(b" up"), lines("0", ("x-sum", "2")))
        answer = stream.message()
    assert (answer.body, answer.trailers) == (b"Hello, world!", [("x-sum", "1")])
    request = upstream.requests[0]
    assert (request.body, request.trailers) == (b"wake up", [("x-sum", "2")])
    assert request.one("te") == "trailers"


def test_a_body_has_one_length_and_no_room_for_another_request(way, upstream):
    """What one of two servers takes for a body, and the other for a request, would be the attacker's."""
    smuggled = lines("GET /smuggled HTTP/1.1", ("Host", "x"))
    body = b"0\r\n\r\n" + smuggled.encode()
    with way.connected() as stream:
        both = [("Content-Length", str(len(body))), ("Transfer-Encoding", "chunked")]
        way.begin(stream, "POST", "/a", *both, body=body)
        assert stream.head().status in (200, 400)
    for request in upstream.requests:
        assert request.start == "POST /a HTTP/1.1"
        assert request.body == b""


@pytest.mark.parametrize("lengths", [["1", "2"], ["2, 3"], ["x"], ["-1"], ["99999999999999999999"]])
def test_an_answer_without_a_clear_length_is_502(way, upstream, lengths):
    upstream.serve = answering(lines(OK, *(("content-length", length) for length in lengths)), "ab")
    answer = way.ask("POST", "/a", body=b"x")
    assert answer.status == 502, answer
    assert answer.one("content-type") == "application/problem+json"
    assert b'"code":"broken-answer"' in answer.body
    assert way.ask("HEAD", "/a").status == 502


@pytest.mark.parametrize("lengths", [["2", "2"], ["2, 2"]])
def test_an_answer_may_say_its_length_twice(way, upstream, lengths):
    upstream.serve = answering(lines(OK, *(("content-length", length) for length in lengths)), "ab")
    answer = way.ask("GET", "/a")
    assert (answer.status, answer.all("content-length"), answer.body) == (200, ["2"], b"ab")


def test_a_body_in_another_coding_is_not_passed_on(way, upstream):
    coding = ("Transfer-Encoding", "gzip, chunked")
    with way.connected() as stream:
        way.begin(stream, "POST", "/a", coding, body=chunk(b"x") + b"0\r\n\r\n")
        assert stream.head().status == 400
    assert upstream.requests == []
    upstream.serve = answering(lines(OK, coding), chunk(b"x"), b"0\r\n\r\n")
    answer = way.ask("GET", "/a")
    assert (answer.status, b'"code":"broken-answer"' in answer.body) == (502, True), answer


def test_what_is_no_answer_is_502(way, upstream):
    for parts in [
        b"",
        b"HTTP/1.1",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 999999 x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na b\r\n\r\n",
        b"HTTP/1.1 600 x\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    ]:
        upstream.serve = answering(parts)
        answer = way.ask("POST", "/a", body=b"x")
        assert (answer.status, b'"code":"broken-answer"' in answer.body) == (502, True), (parts, answer)


def test_a_server_may_answer_before_it_has_read_all(way, upstream):
    def refuse(upstream, stream):
        upstream.requests.append(stream.head())
        stream.send(lines("HTTP/1.1 413 Too Large", EMPTY, ("connection", "close")))

    upstream.serve = refuse
    with way.connected() as stream:
        way.begin(stream, "POST", "/a", ("Content-Length", "1000000"), body=b"x")
        assert stream.head().status == 413


def test_a_get_with_a_body_without_a_length_is_411(way, upstream):
    with way.connected() as stream:
        body = chunk(b"x") + b"0\r\n\r\n"
        way.begin(stream, "GET", "/a", ("Transfer-Encoding", "chunked"), body=body)
        assert stream.head().status == 411
    assert way.ask("GET", "/a", body=b"x").status == 200
    assert [request.body for request in upstream.requests] == [b"x"]


def test_forwards_are_counted(way, upstream):
    answer: Message = way.ask("TRACE", "/a?b", ("Max-Forwards", "0"), ("Cookie", "session=secret"), ("X-A", "1"))
    assert (answer.status, answer.one("content-type")) == (200, "message/http")
    path = way.target("/a?b").removeprefix(upstream.url).encode()
    assert answer.body.startswith(b"TRACE " + path + b" HTTP/1.1\r\n") and b"x-a: 1\r\n" in answer.body
    assert b"secret" not in answer.body
    assert way.ask("OPTIONS", "/a", ("Max-Forwards", "0")).status == 204
    assert upstream.requests == []
    way.ask("OPTIONS", "/a", ("Max-Forwards", "2"))
    assert upstream.requests[0].one("max-forwards") == "1"
