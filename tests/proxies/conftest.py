"""The proxies, each started once for each set of its variables, and the servers behind them."""

import contextlib
import sys

# Nothing is written beside the sources.
sys.dont_write_bytecode = True

import pytest  # noqa: E402

from program import running  # noqa: E402
from upstream import Upstream  # noqa: E402
from ways import TOKEN, Way  # noqa: E402


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """Starts `handspun` with these settings, once; returns its process, its address and its folder."""
    with contextlib.ExitStack() as stack:
        started = {}

        def start(variables: dict[str, str], **settings):
            key = repr((sorted(variables.items()), sorted(settings.items())))
            if key not in started:
                folder = tmp_path_factory.mktemp("handspun")
                pid, address = stack.enter_context(running(folder, variables, **settings))
                started[key] = pid, address, folder
            return started[key]

        yield start


@pytest.fixture(scope="session")
def start_forward(start):
    """The same for the forward proxy, to whatever `forward_hosts` names, without blocked networks."""

    def start_forward(**variables):
        variables = {"forward_token": TOKEN, "forward_hosts": "127.0.0.0/8"} | variables
        return start(variables, manifest="forward-proxy.toml")

    return start_forward


@pytest.fixture(scope="session")
def session_upstream():
    upstream = Upstream()
    yield upstream
    upstream.stop()


@pytest.fixture
def upstream(session_upstream):
    """A server behind the proxies. No handler of it may fail, unless the test takes the error out."""
    session_upstream.reset()
    yield session_upstream
    assert session_upstream.errors == []


@pytest.fixture
def reverse(start, upstream) -> Way:
    pid, address, _ = start({"upstreams": upstream.url})
    return Way("reverse", pid, address, upstream)


@pytest.fixture
def forward(start_forward, upstream) -> Way:
    pid, address, _ = start_forward()
    return Way("forward", pid, address, upstream)


@pytest.fixture(params=["reverse", "forward"])
def way(request) -> Way:
    """Each of the proxies in turn."""
    return request.getfixturevalue(request.param)
