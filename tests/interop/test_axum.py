"""A service of axum's and a Flask application share a session: crates/formats/examples/axum."""

import os
import subprocess
import urllib.request
from pathlib import Path

import pytest
from flask import Flask, session

KEY = "wristwaking"
PROGRAM = Path(__file__).resolve().parents[2] / "target/release/examples/axum"


@pytest.fixture
def axum():
    """The service's address."""
    environment = os.environ | {"SECRET_KEY": KEY, "ADDRESS": "127.0.0.1:0"}
    with subprocess.Popen([PROGRAM], env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            said, _, address = process.stderr.readline().strip().rpartition(" ")
            assert said == "Serving"
            yield address
        finally:
            process.terminate()


@pytest.fixture
def flask():
    app = Flask(__name__)
    app.secret_key = KEY

    @app.get("/login")
    def login():
        session["user"] = "唤醒手腕"
        return ""

    @app.get("/visits")
    def visits():
        return f"{session['user']} {session['visits']}"

    return app.test_client(use_cookies=False)


def cookie_of(set_cookie: str) -> str:
    return set_cookie.partition(";")[0]


def test_a_login_of_flasks_is_known_to_axum_and_flask_reads_what_axum_wrote(axum, flask):
    cookie = cookie_of(flask.get("/login").headers["Set-Cookie"])
    for n in (1, 2, 3):
        request = urllib.request.Request(f"{axum}/visits", headers={"Cookie": cookie})
        with urllib.request.urlopen(request, timeout=30) as response:
            assert response.read().decode() == f"Hello, 唤醒手腕! This is visit {n}.\n"
            cookie = cookie_of(response.headers["Set-Cookie"])
        assert flask.get("/visits", headers={"Cookie": cookie}).text == f"唤醒手腕 {n}"
