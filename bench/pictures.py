"""Pictures to upload, stores full of them, and what a server needs for them."""

import os
import sqlite3
import time
from pathlib import Path

from client import JSON, Request

PNG = b"\x89PNG\r\n\x1a\n"


def form(name: str, size: int, fill: int = 0) -> Request:
    """A request that uploads a picture of so many bytes."""
    head = f'--b\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n\r\n'.encode()
    body = head + PNG + bytes([fill % 256]) * (size - len(PNG)) + b"\r\n--b--\r\n"
    return Request("/upload", JSON | {"Content-Type": "multipart/form-data; boundary=b"}, body)


def fill(state: Path, count: int) -> None:
    """Puts so many small pictures where the server keeps them."""
    now = int(time.time() * 1000)
    rows = [
        (f"{n:032x}", f"picture-{n:06}.png", now - n, 512 * 1024, 70, f"{n:064x}", "image/png", now - n)
        for n in range(count)
    ]
    with sqlite3.connect(state / "sqlite_db.db") as database:
        database.executemany(
            "INSERT INTO uploads (blob, name, state, chunks, touched_at, chunk_bytes, size, sha256, content_type, "
            "uploaded_at) VALUES (?, ?, 'kept', 1, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    database.close()
    with sqlite3.connect(state / "sqlite_key_value.db") as store:
        chunk = PNG + bytes(62)
        store.executemany(
            "INSERT INTO spin_key_value VALUES ('default', ?, ?)",
            [(f"blob/{row[0]}/00000", chunk) for row in rows],
        )
    store.close()


def listener(port: int) -> int:
    """The process that listens on a port of this machine."""
    wanted = f"{port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inode = next(line[9] for line in lines if line[1].endswith(":" + wanted) and line[3] == "0A")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(os.readlink(link) == f"socket:[{inode}]" for link in (entry / "fd").iterdir()):
                return int(entry.name)
        except OSError:
            continue
    raise RuntimeError(f"nothing listens on port {port}")


def forget_peak(process_id: int) -> None:
    """Has the most memory that a process had counted anew from now on."""
    Path(f"/proc/{process_id}/clear_refs").write_text("5")


def peak_mib(process_id: int) -> float:
    """The most memory that a process had, in MiB."""
    status = Path(f"/proc/{process_id}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
