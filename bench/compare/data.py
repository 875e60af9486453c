"""What the servers have before anything is measured: the same words, an account and a picture."""

import shutil
import sys
from pathlib import Path

from bench.client import Client, Request, imported
from bench.compare import load, work
from bench.compare.peers import ALL, OURS, Peer, Server, running
from bench.growth import corpus

# A machine that does something else, too, would not import all of them in the time that a request may take.
IMPORTED_AT_ONCE = 20_000


def fill(folder: Path, words: int, cache: Path) -> None:
    """Has Handspun make a database with so many words, and whatever else it makes, in a folder."""
    print(f"importing {words:,} words", file=sys.stderr)
    with running(OURS, folder, cache) as server:
        client = Client(server.address)
        rows = corpus.words(words)
        for begin in range(0, words, IMPORTED_AT_ONCE):
            client.expect(imported(corpus.as_csv(rows[begin : begin + IMPORTED_AT_ONCE])), 200)
        client.expect(work.ACCOUNT, 201)
        # For the table alone: each server gets this picture again.
        client.expect(work.SERVED, 200)


def copy(filled: Path, to: Path) -> Path:
    """A folder for another server, with the same."""
    shutil.copytree(filled / "state", to / "state")
    return to


def check(servers: dict[tuple[Peer, int], Server], tasks: list[work.Task]) -> None:
    """Has every server answer every request of its tasks once.

    Raises:
        RuntimeError: one of them answers another thing than the first.
    """
    for server in servers.values():
        if server.peer in work.UPLOAD.by:
            Client(server.address).expect(work.SERVED, 200)
    for task in tasks:
        requests = [load.numbered(request, 0) for request in task.requests]
        if task.beside:
            requests.append(load.numbered(task.beside, 0))
        for request in requests:
            _compare(request, task, [servers[peer, task.words] for peer in task.by if peer in ALL])


def _compare(request: Request, task: work.Task, asked: list[Server]) -> None:
    expected = None
    for server in asked:
        answer = Client(server.address).send(request)
        what = answer.status, None if request.path == "/auth/register" else task.same(answer.body)
        if answer.status >= 400 or what != (expected or what):
            raise RuntimeError(
                f"{server.peer.name} answers {request.method} {request.path} with {answer.status} {answer.body[:300]}, "
                f"and {asked[0].peer.name} with {expected}"
            )  # fmt: skip
        expected = what
