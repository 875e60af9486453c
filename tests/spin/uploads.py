#!/usr/bin/env python3
"""A stress of uploads: many pictures at the same time, some of one name, read and listed and deleted meanwhile. Each
that is read is whole, and nothing waits for ever.

Usage: tests/spin/uploads.py, with the program to start in $HANDSPUN: `spin`, or `handspun`.
"""

import hashlib
import json
import os
import random
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from program import running  # noqa: E402

CLIENTS = 16
ROUNDS_OF_EACH = 8
# Of several chunks, and of a part of one.
SIZES_BYTES = [1_000, 700_000, 2_500_000]
# The names that everybody writes to.
SHARED = ["one.png", "two.png"]

# Whoever waits longer is taken to wait for ever: the runtime gives a request 30 s.
DEADLINE_SECONDS = 60

PNG = b"\x89PNG\r\n\x1a\n"
BOUNDARY = "of-the-stress"


class Stress:
    """What was uploaded under each name, and what went wrong."""

    def __init__(self, base: str):
        self.base = base
        self.lock = threading.Lock()
        self.sums: dict[str, set[str]] = {}
        self.failures: list[str] = []
        self.cookie = self.registered()

    def registered(self) -> str:
        """The cookie of an account, as only its pictures can be deleted."""
        body = json.dumps({"name": "stress", "password": "stress of uploads"}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/auth/register", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as response:
            return response.headers["Set-Cookie"].partition(";")[0]

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        headers["Cookie"] = self.cookie
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def expect(self, what: str, status: int, *wanted: int) -> None:
        if status not in wanted:
            with self.lock:
                self.failures.append(f"{what}: {status}, not {' or '.join(map(str, wanted))}")

    def upload(self, name: str, picture: bytes) -> None:
        with self.lock:
            # Before it is sent: a reader may see it before its sender has the answer.
            self.sums.setdefault(name, set()).add(hashlib.sha256(picture).hexdigest())
        disposition = f'Content-Disposition: form-data; name="image"; filename="{name}"'
        head = f"--{BOUNDARY}\r\n{disposition}\r\nContent-Type: image/png\r\n\r\n".encode()
        body = head + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        self.expect(f"POST /upload, {name}", self.ask("POST", "/upload", body, **kind)[0], 200)

    def read(self, name: str, *wanted: int) -> None:
        status, body = self.ask("GET", f"/uploads/{name}")
        self.expect(f"GET /uploads/{name}", status, *wanted)
        if status == 200 and hashlib.sha256(body).hexdigest() not in self.sums[name]:
            with self.lock:
                self.failures.append(f"GET /uploads/{name}: {len(body)} bytes that nobody sent so")

    def client(self, number: int) -> None:
        chance = random.Random(number)
        for turn in range(ROUNDS_OF_EACH):
            own, shared = f"own-{number}-{turn}.png", chance.choice(SHARED)
            for name in [own, shared]:
                self.upload(name, PNG + chance.randbytes(chance.choice(SIZES_BYTES)))
            self.read(own, 200)
            # Another client may just have deleted it.
            self.read(shared, 200, 404)
            self.expect("GET /uploads", self.ask("GET", "/uploads", Accept="application/json")[0], 200)
            self.expect(f"DELETE {shared}", self.ask("DELETE", f"/uploads/{shared}")[0], 204, 404)

    def end(self) -> None:
        """Whatever was not deleted is there, and listed."""
        after, listed = "", set()
        while after is not None:
            _, body = self.ask("GET", f"/uploads?limit=100&after={after}", Accept="application/json")
            page = json.loads(body)
            listed |= {picture["name"] for picture in page["uploads"]}
            after = page["next"]
        own = {name for name in self.sums if name not in SHARED}
        if not own <= listed:
            self.failures.append(f"not listed: {sorted(own - listed)}")
        for name in listed:
            self.read(name, 200)


def main() -> int:
    os.environ.setdefault("HANDSPUN", "target/release/handspun")
    variables = {"secret_key": "of-the-stress"}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), variables) as (_, (host, port)):
        stress = Stress(f"http://{host}:{port}")
        with ThreadPoolExecutor(CLIENTS) as clients:
            # Whatever a client raised, a time that ran out for one, is raised here.
            list(clients.map(stress.client, range(CLIENTS)))
        stress.end()
    for failure in stress.failures:
        print(failure, file=sys.stderr)
    print(f"{2 * CLIENTS * ROUNDS_OF_EACH} pictures by {CLIENTS} clients, {len(stress.failures)} failures")
    return 1 if stress.failures else 0


if __name__ == "__main__":
    sys.exit(main())
