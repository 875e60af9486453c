"""The files behind `/upload`, on both sides: listed, and deleted."""

import hashlib
import os

import wordbook
from compare import Exchange, json_of
from tutorial import UPLOADS
from wire import Request, send

# Where a file is kept.
PATH = "/upload"


def ask(addresses, request: Request, *, before=()) -> Exchange:
    """Sends a request to both, and finds out which files are there then. There are none before and behind.

    The requests `before` have been answered before this one is sent.
    """
    flask, ours = addresses
    for earlier in before:
        for address in addresses:
            send(address, earlier)
    answers = [send(address, request) for address in addresses]
    return Exchange(request, *answers, files=(_take_flasks_files(), take_files(ours)))


def take_files(ours) -> list[list[str]]:
    """Takes all files out of Handspun's gallery: their names, and the hashes of what is in them."""
    answer = send(ours, Request("GET", b"/uploads?limit=100"))
    assert answer.status == 200, answer
    listed = json_of(answer)
    assert listed["next"] is None, "there are more files than one page has"
    for file in listed["uploads"]:
        answer = send(ours, Request("DELETE", file["url"].encode(), (wordbook.login(ours),)))
        assert answer.status == 204, answer
    return sorted([file["name"], file["sha256"]] for file in listed["uploads"])


def _take_flasks_files() -> list[list[str]]:
    files = []
    for entry in os.scandir(UPLOADS.name):
        with open(entry, "rb") as file:
            files.append([entry.name, hashlib.file_digest(file, "sha256").hexdigest()])
        os.remove(entry)
    return sorted(files)
