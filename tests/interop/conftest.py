"""kit and a real Flask application, for all tests."""

import sys

# Nothing is written beside the sources.
sys.dont_write_bytecode = True

import pytest  # noqa: E402

from flasks import SessionApp  # noqa: E402
from kit import Kit  # noqa: E402


@pytest.fixture(scope="session")
def kit():
    with Kit() as kit:
        yield kit


@pytest.fixture
def flask_with(monkeypatch):
    """`flask_with("key")`: an application with that key, whose clock is kit's."""

    def make(key: str, fallbacks: list[str] | None = None) -> SessionApp:
        return SessionApp(key, fallbacks, monkeypatch)

    return make
