"""A copy of this folder, in which `make new` may change what it likes."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What is built, kept or secret: no part of the source.
NOT_COPIED = shutil.ignore_patterns("target", ".git", ".spin", ".env", "__pycache__")

# What another make, or a CI that demands a finished lock file, hands down.
NOT_HANDED_DOWN = {"CI", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "NAME"}


class Tree:
    """The copy. Its files keep their times, so what is built is up to date in it as well."""

    def __init__(self, root: Path):
        self.root = root
        shutil.copytree(ROOT, root, ignore=NOT_COPIED, dirs_exist_ok=True)

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess:
        """Runs a command here; its output is text."""
        plain = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_DOWN}
        return subprocess.run(
            command, cwd=self.root, env=plain | environment, capture_output=True, text=True
        )

    def succeed(self, *command: str | Path, **environment: str) -> str:
        """What a command prints that has to succeed."""
        done = self.run(*command, **environment)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def files(self) -> dict[str, bytes]:
        """All files by their paths."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file()
        }

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")
