"""The tutorial's upload on Flask under gunicorn, with a list beside it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask, jsonify, request
from werkzeug.utils import secure_filename

START_DEADLINE_SECONDS = 60

app = Flask(__name__)


@app.post("/upload")
def upload():
    image = request.files["image"]
    path = Path(os.environ["PICTURES"]) / secure_filename(image.filename)
    image.save(path)
    # What Handspun has answered is on the disk.
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return f"info is {request.form.get('info', '')}. success"


@app.get("/uploads")
def uploads():
    names = sorted(os.listdir(os.environ["PICTURES"]))
    return jsonify(uploads=names[:20])


@contextlib.contextmanager
def flask(folder: Path):
    """Serves it by as many processes as the tutorial advises; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    workers = 2 * (os.cpu_count() or 1) + 1
    command = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--bind", f"127.0.0.1:{port}"]
    environment = os.environ | {"PICTURES": str(folder)}
    here = Path(__file__).resolve().parent
    process = subprocess.Popen(
        [*command, "--log-level", "error", "--keep-alive", "60", "--worker-class", "gthread", "flask_server:app"],
        cwd=here, env=environment,
    )  # fmt: skip
    try:
        _wait(process, port)
        yield ("127.0.0.1", port)
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + START_DEADLINE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
    raise RuntimeError("gunicorn does not listen")
