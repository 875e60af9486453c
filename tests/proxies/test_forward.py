"""The forward proxy: who may use it, where to, and what it answers itself."""

import json
import subprocess
from pathlib import Path

import pytest
import requests

from upstream import Upstream
from ways import TOKEN, connected, credentials
from wire import Message, lines

INSIDE = Path(__file__).with_name("inside.txt").read_text().splitlines()


def curl(*arguments: str) -> str:
    command = ["curl", "--silent", "--show-error", "--max-time", "30", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ask(address, target: str, host: str, *fields: tuple[str, str]) -> Message:
    with connected(address) as stream:
        stream.send(lines(f"GET {target} HTTP/1.1", ("Host", host), *fields, ("Connection", "close")))
        return stream.message()


def problem(answer: Message) -> tuple[int, str]:
    assert answer.one("content-type") == "application/problem+json", answer
    return answer.status, json.loads(answer.body)["code"]


def test_curl_uses_it(forward, upstream):
    proxy = f"http://{forward.address[0]}:{forward.address[1]}"
    through = ["--proxy", proxy, "--proxy-user", f":{TOKEN}", "--write-out", " %{http_code}"]
    assert curl(*through, f"{upstream.url}/a?b") == f"/a?b of {upstream.port} 200"
    assert curl(*through, "--data", "x=1", f"{upstream.url}/a").endswith(" 200")
    assert curl(*through, "--request", "DELETE", f"{upstream.url}/a").endswith(" 200")
    assert [request.body for request in upstream.requests] == [b"", b"x=1", b""]


def test_requests_uses_it(forward, upstream):
    host, port = forward.address
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"http": f"http://anybody:{TOKEN}@{host}:{port}"}
        answer = session.post(f"{upstream.url}/a", data={"b": "唤醒"}, timeout=30)
        assert (answer.status_code, answer.text) == (200, f"/a of {upstream.port}")
        session.proxies = {"http": f"http://anybody:wrong@{host}:{port}"}
        assert session.get(f"{upstream.url}/a", timeout=30).status_code == 407
    assert [request.body for request in upstream.requests] == [b"b=%E5%94%A4%E9%86%92"]


def test_a_tunnel_is_501(forward):
    with connected(forward.address) as stream:
        stream.send(lines("CONNECT example.org:443 HTTP/1.1", ("Host", "example.org:443"), *credentials()))
        assert problem(stream.message()) == (501, "connect-not-supported")


@pytest.mark.parametrize(
    "fields", [[], credentials("wrong"), credentials(""), credentials() * 2, [("Authorization", "Basic OnQ=")]]
)
def test_without_the_token_it_is_407(forward, upstream, fields):
    target = f"{upstream.url}/a"
    answer = ask(forward.address, target, f"127.0.0.1:{upstream.port}", *fields)
    assert problem(answer) == (407, "wrong-token")
    assert b"curl -x" in answer.body
    assert upstream.connections == 0


def test_without_a_token_it_is_closed(start_forward, upstream):
    _, address, _ = start_forward(forward_token="")
    answer = ask(address, f"{upstream.url}/a", f"127.0.0.1:{upstream.port}", *credentials(""))
    assert problem(answer) == (403, "no-token")
    assert b"forward_token" in answer.body and upstream.connections == 0


def test_the_token_is_neither_passed_on_nor_logged(forward, start_forward, upstream):
    forward.ask("GET", "/a")
    ask(forward.address, f"{upstream.url}/a", "127.0.0.1:1", *credentials("guessed"))
    assert upstream.requests[0].all("proxy-authorization") == []
    _, _, folder = start_forward()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        logged = path.read_bytes()
        for secret in [TOKEN, "guessed", credentials()[0][1], credentials("guessed")[0][1]]:
            assert secret.encode() not in logged, path


def test_only_hosts_that_are_named_are_asked(start_forward, upstream):
    other = Upstream()
    _, address, _ = start_forward(forward_hosts=f"127.0.0.1:{upstream.port}, *.example.org")
    for url, host, want in [
        (f"{upstream.url}/a", f"127.0.0.1:{upstream.port}", 200),
        (f"{other.url}/a", f"127.0.0.1:{other.port}", 403),
        ("http://example.org/", "example.org", 403),
    ]:
        assert ask(address, url, host, *credentials()).status == want, url
    other.stop()
    assert other.connections == 0


@pytest.mark.parametrize("scheme", ["https", "ftp"])
def test_nothing_is_sent_in_the_clear_that_was_meant_to_be_secret(forward, upstream, scheme):
    named = f"127.0.0.1:{upstream.port}"
    answer = ask(forward.address, f"{scheme}://{named}/a", named, *credentials())
    assert problem(answer) == (400, "malformed")
    assert scheme.encode() in answer.body and upstream.connections == 0


def test_itself_as_a_target_is_508(start_forward, forward):
    host, port = forward.address
    answer = ask(forward.address, f"http://{host}:{port}/a", f"{host}:{port}", *credentials())
    assert problem(answer) == (508, "loop-detected")
    # An elite proxy adds no Via. It has no token for itself, so that is the end as well.
    _, (host, port), _ = start_forward(forward_kind="elite")
    answer = ask((host, port), f"http://{host}:{port}/a", f"{host}:{port}", *credentials())
    assert problem(answer) == (407, "wrong-token")


def test_who_asks_the_proxy_for_a_page_learns_how_to_use_it(forward):
    host, port = forward.address
    answer = ask(forward.address, "/", f"{host}:{port}")
    assert problem(answer) == (407, "wrong-token")
    assert b"curl -x http://HOST:PORT -U :TOKEN http://" in answer.body


def test_a_server_that_is_down_is_502(forward, upstream):
    upstream.stop()
    answer = forward.ask("GET", "/a")
    assert problem(answer) == (502, "unreachable")


@pytest.mark.parametrize("variables", [{"forward_kind": "open"}, {"forward_hosts": "http://a"}])
def test_a_wrong_setting_is_named(start_forward, variables):
    _, address, _ = start_forward(**variables)
    answer = ask(address, "http://example.org/", "example.org", *credentials())
    assert problem(answer) == (500, "misconfigured")
    name, value = *variables, *variables.values()
    assert name.encode() in answer.body and json.dumps(value)[1:-1].encode() in answer.body


def test_no_spelling_of_an_inner_address_makes_a_connection(start_forward):
    """The component alone keeps them out here: this runtime blocks nothing."""
    _, address, _ = start_forward(forward_hosts="*")
    listeners = [Upstream(address="0.0.0.0")]
    port = listeners[0].port
    listeners.append(Upstream(address="::1", port=port))
    spellings = [line for line in INSIDE if line and not line.startswith("#")]
    for host in spellings:
        with connected(address) as stream:
            named = f"{host}:{port}"
            stream.send(lines(f"GET http://{named}/ HTTP/1.1", ("Host", named), *credentials()))
            assert stream.head().status in (400, 403), host
    assert [listener.connections for listener in listeners] == [0, 0]
    # They do listen: a proxy that may go there gets there.
    _, address, _ = start_forward(forward_hosts="127.0.0.1, ::1")
    for host in ["127.1", "[0:0::1]"]:
        named = f"{host}:{port}"
        assert ask(address, f"http://{named}/", named, *credentials()).status == 200, host
    assert [len(listener.requests) for listener in listeners] == [1, 1]
    for listener in listeners:
        listener.stop()


def test_a_name_that_leads_inside_is_the_runtimes_matter(start, upstream):
    variables = {"forward_token": TOKEN, "forward_hosts": "localhost, 127.0.0.1"}
    settings = {"manifest": "forward-proxy.toml", "runtime_config": "forward-proxy.runtime.toml"}
    _, address, _ = start(variables, **settings)
    for host in ["localhost", "127.0.0.1"]:
        named = f"{host}:{upstream.port}"
        answer = ask(address, f"http://{named}/", named, *credentials())
        assert problem(answer) == (403, "target-not-allowed"), host
    assert upstream.connections == 0
