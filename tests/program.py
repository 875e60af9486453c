"""The program `handspun`, started for a test."""

import contextlib
import os
import queue
import re
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# How long it may take to compile its components and listen.
START_DEADLINE_SECONDS = 120


@contextlib.contextmanager
def handspun(folder: Path, variables: dict[str, str] | None = None):
    """Runs the program `$HANDSPUN` with its state in `folder`; yields its address."""
    with running(folder, variables) as (_, address):
        yield address


@contextlib.contextmanager
def running(
    folder: Path,
    variables: dict[str, str] | None = None,
    manifest: str = "spin.toml",
    listen: str = "127.0.0.1:0",
    runtime_config: str | None = None,
):
    """The same with another manifest or address; yields the process's number, too."""
    program = ROOT / os.environ.get("HANDSPUN", "target/release/handspun")
    command = [program, "up", "--quiet", "--listen", listen]
    command += ["--from", ROOT / manifest, "--state-dir", folder / "state"]
    if runtime_config:
        command += ["--runtime-config-file", ROOT / runtime_config]
    for name, value in (variables or {}).items():
        command += ["--variable", f"{name}={value}"]
    # Neither a variable of the shell nor an .env of the root may change an answer.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SPIN_")}
    log = folder / "stderr"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command, cwd=folder, env=plain, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    try:
        yield process.pid, _address(process, log)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def _address(process, log: Path) -> tuple[str, int]:
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    deadline = time.monotonic() + START_DEADLINE_SECONDS
    while True:
        try:
            line = lines.get(timeout=deadline - time.monotonic())
        except (queue.Empty, ValueError):
            raise RuntimeError(f"Handspun did not listen in {START_DEADLINE_SECONDS} s") from None
        if line is None:
            raise RuntimeError(f"Handspun ended before it listened: {log.read_text()}")
        if found := re.match(r"Serving http://(.+):(\d+)", line):
            return found[1], int(found[2])
