"""An application that answers with what came in, as the component `probe` does under `/mirror/`."""

import json
from urllib.parse import quote

from flask import Flask, Response, request

app = Flask(__name__)


@app.before_request
def answer():
    """Whatever the path is. The parameter `answer` asks for a status and headers, or for redirects."""
    wanted = json.loads(request.args.get("answer", "{}"))
    seen = {
        "method": request.method,
        # Flask's routes see no difference between a path with a slash in front and one without.
        "path": "/" + request.environ["PATH_INFO"].encode("latin-1").decode().removeprefix("/"),
        "query": request.query_string.decode("latin-1"),
        "headers": list(request.headers.items()),
        "body": request.get_data(parse_form_data=False).decode("latin-1"),
    }
    # An answer to a HEAD has no body.
    response = Response("seen", wanted.get("status", 200), {"X-Seen": quote(json.dumps(seen))})
    for name, value in wanted.get("headers", []):
        response.headers.add(name, value)
    if location := next_of(wanted):
        response.headers.add("Location", location)
    return response


def next_of(wanted: dict) -> str | None:
    """Where the next of several redirects leads, or one that leads back here."""
    if wanted.get("circle"):
        return f"{request.path}?{request.query_string.decode()}"
    left = wanted.get("redirects", 0) - 1
    if left < 0:
        return None
    answer = json.dumps({"redirects": left, "status": 302 if left else 200}, separators=(",", ":"))
    return f"/mirror/?answer={quote(answer, safe='')}"
