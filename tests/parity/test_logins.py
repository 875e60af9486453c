"""A login goes on for whoever uses it: a cookie that is older than a day is set anew, by whichever answer."""

import json

import pytest

import signing
from differences.uploads import image, upload
from wire import Request, send

DAY = 24 * 60 * 60

ACCOUNT = {"name": "regular", "password": "mood indigo"}
WORD = {"english": "renew", "chinese": "续"}


def in_json(method: str, path: str, fields: dict) -> Request:
    headers = ((b"Content-Type", b"application/json"), (b"Accept", b"application/json"))
    return Request(method, path.encode(), headers, json.dumps(fields).encode())


@pytest.fixture
def login(addresses):
    """What the session of somebody who just logged in holds, and how to send a request with it from long ago."""
    _, ours = addresses
    answers = (send(ours, in_json("POST", f"/auth/{path}", ACCOUNT)) for path in ("register", "login"))
    answer = next(answer for answer in answers if answer.status < 300)
    name, _, value = answer.header("Set-Cookie").partition(";")[0].partition("=")
    assert name == "session"
    values = signing.values(value)

    def ask(request: Request, age_seconds: float):
        answer = send(ours, request.with_header(b"Cookie", b"session=" + signing.cookie(values, age_seconds)))
        assert answer.status < 300, answer.text
        renewed = answer.header("Set-Cookie")
        if renewed is None:
            return answer, False
        assert signing.values(renewed.partition(";")[0].partition("=")[2]) == values
        return answer, True

    return ask


@pytest.mark.parametrize(("age", "want"), [(0, False), (DAY - 60, False), (DAY + 60, True), (30 * DAY, True)])
def test_any_use_of_a_login_prolongs_it(login, age, want):
    def is_renewed(request):
        answer, renewed = login(request, age)
        assert renewed == want, request
        return answer

    word = json.loads(is_renewed(in_json("POST", "/words", WORD)).body)
    path = f"/words/{word['id']}"
    is_renewed(in_json("PUT", path, WORD | {"chinese": "续约"}))
    is_renewed(in_json("PATCH", path, {"sentence_eng": "Renew it."}))
    is_renewed(Request("GET", b"/", ((b"Accept", b"text/html"),)))
    is_renewed(Request("DELETE", path.encode()))
    is_renewed(upload(image("renewed.png")).with_header(b"Accept", b"application/json"))
    is_renewed(upload(image("renewed.png")))
    is_renewed(Request("DELETE", b"/uploads/renewed.png"))
    is_renewed(Request("GET", b"/auth/me", ((b"Accept", b"application/json"),)))
