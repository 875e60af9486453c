"""The crate formats and a real Flask application, for all tests."""

import sys

# Nothing is written beside the sources.
sys.dont_write_bytecode = True

import pytest  # noqa: E402

from flasks import SessionApp  # noqa: E402
from formats import Formats  # noqa: E402


@pytest.fixture(scope="session")
def formats():
    with Formats() as formats:
        yield formats


@pytest.fixture
def flask_with(monkeypatch):
    """`flask_with("key")`: an application with that key, whose clock is ours."""

    def make(key: str, fallbacks: list[str] | None = None) -> SessionApp:
        return SessionApp(key, fallbacks, monkeypatch)

    return make
