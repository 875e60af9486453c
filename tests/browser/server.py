"""A server that several tests use one after the other; each finds it as new."""

import contextlib
import sqlite3
from pathlib import Path

from program import handspun

# What a server keeps in its state, and what says how that is laid out: it stays.
SQL, KEY_VALUE = DATABASES = ("sqlite_db.db", "sqlite_key_value.db")
KEPT = ("schema_migrations",)

# What says that somebody is logged in.
ACCOUNTS = ("users", "sessions")

# How long a change of the server's own may hold a file.
BUSY_SECONDS = 20


class Server:
    """A running server, by its address `url`."""

    def __init__(self, address: tuple[str, int], state: Path):
        self.host, self.port = address
        self.url = f"http://{self.host}:{self.port}"
        self._state = state
        self._logins: dict[str, tuple[dict, list]] = {}

    def empty(self):
        """Deletes all words, accounts, pictures and whatever else somebody left."""
        for name in DATABASES:
            # A new server has none before its first request.
            if (self._state / name).exists():
                with self._open(name) as database:
                    _empty(database)

    def log_in(self, context, account: dict[str, str]):
        """Registers an account from a browser context, or puts its rows and cookies back.

        A password is made to take long to hash, and many tests need somebody who is logged in.
        """
        name = account["name"]
        if name in self._logins:
            rows, cookies = self._logins[name]
            with self._open(SQL) as database, database:
                for table in ACCOUNTS:
                    _insert(database, table, rows[table])
            context.add_cookies(cookies)
        else:
            answer = context.request.post("/auth/register", data=account)
            assert answer.status == 201, answer.text()
            with self._open(SQL) as database:
                rows = {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in ACCOUNTS}
            self._logins[name] = rows, context.cookies()

    def _open(self, name: str):
        return contextlib.closing(sqlite3.connect(self._state / name, timeout=BUSY_SECONDS))


class Servers:
    """The servers of a process: one for each set of variables, from its first test to the last."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self._servers: dict[frozenset, Server] = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def running(self, variables: dict[str, str]) -> Server:
        """The server with these variables, as the last test left it."""
        key = frozenset(variables.items())
        if key not in self._servers:
            folder = self._folder / str(len(self._servers))
            folder.mkdir()
            address = self._stack.enter_context(handspun(folder, variables))
            self._servers[key] = Server(address, folder / "state")
        return self._servers[key]


def _empty(database: sqlite3.Connection):
    """Empties the tables in one transaction. An index of a text search follows its table's triggers."""
    every = database.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    ).fetchall()
    with database:
        for (name,) in every:
            # SQLite's own are left alone, but for the ids: they begin at 1 again.
            if name not in KEPT and (name == "sqlite_sequence" or not name.startswith("sqlite_")):
                database.execute(f'DELETE FROM "{name}"')


def _insert(database: sqlite3.Connection, table: str, rows: list[tuple]):
    for row in rows:
        database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
