"""Sessions as cookies, by Flask's own signer."""

import json
import pprint
import time

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData

from tutorial import app

_serializer = SecureCookieSessionInterface().get_signing_serializer(app)


def signed(payload: bytes, age_seconds: float = 0, key: str | None = None) -> bytes:
    """Any payload, signed that long ago, with the application's key or another one."""
    signer = _serializer.make_signer()
    if key is not None:
        signer.secret_keys = [key.encode()]
    made = int(time.time() - age_seconds)
    signer.get_timestamp = lambda: made
    return signer.sign(payload)


def cookie(values: dict, age_seconds: float = 0, key: str | None = None) -> bytes:
    """A session that holds these values."""
    return signed(_serializer.dump_payload(values), age_seconds, key)


def values(cookie: str) -> dict:
    """What a session's cookie holds.

    Raises `BadData` or `json.JSONDecodeError` where it is not one.
    """
    return _serializer.load_payload(_serializer.make_signer().unsign(cookie.encode()))


def content(value: str) -> str:
    """What a session's cookie says, or the cookie itself where nobody signed it."""
    try:
        # Keys have no order.
        return f"holds {pprint.pformat(values(value))}"
    except (BadData, json.JSONDecodeError):
        return value
