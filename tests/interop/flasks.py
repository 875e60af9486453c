"""Real Flask: an application that sets and shows its session, through its own interface."""

import itsdangerous.timed
from flask import Flask, jsonify, session
from itsdangerous import BadPayload

from formats import NOW

ATTRIBUTES = "; HttpOnly; Path=/; SameSite=Lax"


class SessionApp:
    """An application whose session a test sets and reads, one request each."""

    def __init__(self, key: str, fallbacks: list[str] | None, monkeypatch):
        self.at = NOW
        monkeypatch.setattr(itsdangerous.timed.TimestampSigner, "get_timestamp", lambda _: self.at)
        self.app = app = Flask(__name__)
        app.secret_key = key
        app.config["SECRET_KEY_FALLBACKS"] = fallbacks
        # What we always set; the rest is Flask's default.
        app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
        app.testing = True
        self._set = self._shown = None

        @app.post("/")
        def set_session():
            session.update(self._set)
            return ""

        @app.get("/")
        def get_session():
            self._shown = dict(session)
            return ""

        @app.get("/json")
        def show():
            return jsonify(dict(session))

    def make(self, values: dict, cookie: str = "") -> str:
        """The `Set-Cookie` of a request that sets these values."""
        self._set = values
        [line] = self._request("POST", "/", cookie).headers.getlist("Set-Cookie")
        return line

    def read(self, cookie: str) -> dict:
        self._request("GET", "/", cookie)
        return self._shown

    def refuses(self, cookie: str) -> bool:
        """Whether the session is empty, or the application fails: Flask expects a right signature to stand
        over what can be read, and answers 500 where it does not."""
        try:
            return self.read(cookie) == {}
        except BadPayload:
            return True

    def json(self, cookie: str):
        return self._request("GET", "/json", cookie).json

    def sign(self, payload: bytes, **changed) -> str:
        """Any payload, signed as a session; `changed` is what is to differ from Flask's own signer."""
        interface = self.app.session_interface
        signer = interface.get_signing_serializer(self.app).make_signer()
        for name, value in changed.items():
            setattr(signer, name, value)
        return signer.sign(payload).decode()

    def _request(self, method: str, path: str, cookie: str):
        client = self.app.test_client(use_cookies=False)
        headers = {"Cookie": f"session={cookie}"} if cookie else {}
        response = client.open(path, method=method, headers=headers)
        assert response.status_code == 200
        return response
