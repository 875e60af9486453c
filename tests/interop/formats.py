"""The crate formats, asked through its example `interop`: see crates/formats/examples/interop.rs."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# When every session is made and read, unless a test says otherwise.
NOW = 1_700_000_000


class Refused(Exception):
    """What it says where it does not do what it is asked for."""


class Formats:
    def __enter__(self):
        program = ROOT / "target/release/examples/interop"
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process.stderr.close()

    def ask(self, question: dict) -> dict:
        print(json.dumps(question), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def make(self, values: dict, key: str, at: int = NOW, **more) -> str | None:
        """The `Set-Cookie` of a session in which these values, each shown with its type, were set."""
        return self.ask({"make": {"key": key, "at": at, "set": values, **more}})["set_cookie"]

    def read(self, session: str, key: str, at: int = NOW, fallbacks: list[str] | None = None) -> dict:
        """What a cookie holds: `values`, each shown with its type, and `json`."""
        fallbacks = json.dumps(fallbacks or [])
        return self.ask({"read": {"key": key, "fallbacks": fallbacks, "at": at, "session": session}})

    def hash(self, password: str) -> str:
        return self.ask({"hash": password})["hash"]

    def verify(self, hash: str, password: str) -> str:
        return self.ask({"verify": {"hash": hash, "password": password}})["verdict"]

    def secure_filename(self, filename: str) -> str:
        return self.ask({"filename": filename})["secure"]


def value_of(set_cookie: str) -> str:
    name, _, rest = set_cookie.partition("=")
    assert name == "session"
    return rest.partition(";")[0]
