"""Stores full of pictures."""

import sqlite3
import time
from pathlib import Path

from bench.client import PNG



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
