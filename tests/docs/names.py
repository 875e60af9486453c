"""What documents name and the sources have: tests, files, paths of the application, targets of make."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from markdown import split

# The documents in which every name is checked.
NAMING = ["docs/from-flask.md", "docs/zh/from-flask.md"]

# The folders whose files documents name by their path.
FOLDERS = ("bench/", "crates/", "deploy/", "docs/", "functions/", "migrations/", "static/", "templates/", "tests/")

# The function of the examples, which nobody has made.
EXAMPLE = re.compile(r"\b(?:NAME|hello)\b")

CODE = re.compile(r"`([^`]+)`")
TEST = re.compile(r"([\w./-]+)::(\w+)")
ENDPOINT = re.compile(r"(?:GET|POST|PUT|DELETE|ANY) (/\S*)")
TARGET = re.compile(r"make ([a-z-]+)(?: [A-Z]+=\S+)*")


def missing(root: Path) -> list[str]:
    """The names in the documents of `NAMING` that nothing has, as messages."""
    routes = [route for route, _ in _routes(root)]
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    found = []
    for document in NAMING:
        for number, name in _names((root / document).read_text(encoding="utf-8")):
            if flaw := _flaw(root, routes, targets, name):
                found.append(f"{document}:{number}: `{name}`: {flaw}")
    return found


def _names(text: str) -> Iterator[tuple[int, str]]:
    """Whatever is written as code outside of blocks, with its line."""
    _, prose = split(text)
    for number, line in enumerate(prose, start=1):
        for name in CODE.findall(line):
            yield number, name


def _flaw(root: Path, routes: list[str], targets: set[str], name: str) -> str | None:
    if test := TEST.fullmatch(name):
        path, function = test.groups()
        if "/" in path and not _defines(root / path, function):
            return f"{path} has no test {function}"
    elif endpoint := ENDPOINT.fullmatch(name):
        path = endpoint[1].partition("?")[0]
        if not any(takes(route, path) for route in routes):
            return "spin.toml has no route for it"
    elif target := TARGET.fullmatch(name):
        if target[1] not in targets:
            return "the Makefile has no such target"
    elif name.startswith(FOLDERS) and not EXAMPLE.search(name) and not (root / name).exists():
        return "there is no such file"
    return None


def _defines(path: Path, function: str) -> bool:
    """Whether a file, or one of a folder, defines a function."""
    files = [path] if path.is_file() else [*path.rglob("*.rs"), *path.rglob("*.py")]
    definition = re.compile(rf"^\s*(?:async )?(?:fn|def) {function}\b", re.MULTILINE)
    return any(definition.search(file.read_text(encoding="utf-8")) for file in files)


def takes(route: str, path: str) -> bool:
    """Whether a route of the manifest is one of this path. That of everything, `/...`, is of none."""
    top = route.removesuffix("/...")
    if top == route:
        return route == path
    return bool(top) and (path == top or path.startswith(top + "/"))


def undocumented(root: Path) -> list[str]:
    """The routes that the table of docs/api.md lacks, or has with another component, as messages."""
    documented = _endpoints((root / "docs/api.md").read_text(encoding="utf-8"))
    return [
        f"docs/api.md: the table of endpoints has no line for the route {route} of the function {component}"
        for route, component in _routes(root)
        if route != "/..." and not any(takes(route, path) and component == by for path, by in documented)
    ]


def _endpoints(text: str) -> list[tuple[str, str]]:
    """The paths in the first table, each with the function beside it."""
    _, prose = split(text)
    found = []
    for line in prose[: prose.index("## Common rules")]:
        if line.startswith("| "):
            _, paths, component, _ = (cell.strip() for cell in line.strip("|").split("|"))
            # What is behind a path, as in /words?limit=20, or /static/…, is no part of it.
            found += [(path.rstrip("…"), component) for path in re.findall(r"/[^\s,?]*", paths)]
    return found


def _routes(root: Path) -> list[tuple[str, str]]:
    manifest = tomllib.loads((root / "spin.toml").read_text(encoding="utf-8"))
    return [(trigger["route"], trigger["component"]) for trigger in manifest["trigger"]["http"]]
