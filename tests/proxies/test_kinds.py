"""The four kinds of §4, made by the forward proxy and seen by /proxy/inspect behind nginx."""

import json
import subprocess

import pytest

from nginx import free_port, nginx as running_nginx
from ways import TOKEN

# The client, and nginx, each with an address of its own: the forward proxy has 127.0.0.1.
CLIENT = "127.0.0.2"
NGINX = "127.0.0.3"

SERVER = """
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://{site};
        proxy_bind {own};
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
    }}
}}
"""


@pytest.fixture(scope="module")
def nginx(start, tmp_path_factory):
    """nginx as a reverse proxy in front of the site, which trusts it."""
    _, (host, port), _ = start({"trusted_proxies": NGINX})
    own_port = free_port()
    server = SERVER.format(port=own_port, site=f"{host}:{port}", own=NGINX)
    with running_nginx(tmp_path_factory.mktemp("nginx"), server):
        yield f"http://127.0.0.1:{own_port}"


def inspected(url: str, *arguments: str) -> dict:
    command = ["curl", "--silent", "--show-error", "--fail", "--interface", CLIENT, "--max-time", "30"]
    command += ["--header", "Accept: application/json", *arguments, url]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_nginx_alone_is_trusted_and_no_proxy(nginx):
    seen = inspected(f"{nginx}/proxy/inspect")
    assert (seen["remote_addr"], seen["client_addr"]) == (NGINX, CLIENT)
    assert seen["x_forwarded_for"] == [CLIENT]


@pytest.mark.parametrize("kind", ["transparent", "anonymous", "distorting", "elite"])
def test_a_kind_is_seen_as_what_it_is(nginx, start_forward, kind):
    _, (host, port), _ = start_forward(forward_kind=kind)
    through = ["--proxy", f"http://{host}:{port}", "--proxy-user", f":{TOKEN}"]
    seen = inspected(f"{nginx}/proxy/inspect?real_ip={CLIENT}", *through)
    assert seen["kind"] == kind, seen
    assert (seen["remote_addr"], seen["client_addr"]) == (NGINX, "127.0.0.1")
    names = [] if kind == "elite" else ["handspun-forward"]
    assert [via["received_by"] for via in seen["via"]] == names, seen
    unsure = inspected(f"{nginx}/proxy/inspect", *through)
    candidates = {
        "transparent": ["transparent", "distorting"],
        "anonymous": ["anonymous"],
        "distorting": ["transparent", "distorting"],
        "elite": ["elite", "none"],
    }
    assert unsure["candidates"] == candidates[kind], unsure
