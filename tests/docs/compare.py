"""What a document and its Chinese one have in common, and whether links lead somewhere."""

import dataclasses
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from markdown import Block, split

# Documents for people who change the code, in English only.
ENGLISH_ONLY = {"docs/decisions.md"}

# Documents of which only the links are checked, besides those that have a Chinese one.
OTHERS = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "tests/README.md", "bench/README.md"]

HEADING = re.compile(r"(#+)\s+(.+?)\s*$")
CELL_BREAK = re.compile(r"(?<!\\)\|")
CODE = re.compile(r"`[^`]*`")
LINKS = [
    re.compile(r"\]\(([^)\s]+)\)"),
    re.compile(r"<(https?://[^>\s]+)>"),
    re.compile(r'\b(?:src|href|srcset)="([^"]+)"'),
    re.compile(r"^\[[^\]]+\]:\s*(\S+)"),
]


def pairs(root: Path) -> Iterator[tuple[str, str]]:
    """Each document and its Chinese one.

    Raises ValueError for one without the other.
    """
    yield "README.md", "README.zh.md"
    for path in sorted(root.glob("deploy/**/README.md")):
        name = str(path.relative_to(root))
        yield name, name.replace(".md", ".zh.md")
    english = {path.name for path in root.glob("docs/*.md")}
    english -= {name.removeprefix("docs/") for name in ENGLISH_ONLY}
    chinese = {path.name for path in root.glob("docs/zh/*.md")}
    for name in sorted(english ^ chinese):
        missing = f"docs/{name}" if name in chinese else f"docs/zh/{name}"
        raise ValueError(f"{missing} is missing; write it, or name docs/{name} in ENGLISH_ONLY of tests/docs/compare.py")
    for name in sorted(english):
        yield f"docs/{name}", f"docs/zh/{name}"


def differences(root: Path, english: str, chinese: str) -> list[str]:
    """Where two documents differ in what should be the same, as messages."""
    ours, theirs = (Document(root, name) for name in (english, chinese))
    found = []
    for what, left, right in [
        ("headings", ours.headings, theirs.headings),
        ("blocks of code", ours.blocks, theirs.blocks),
        ("tables", ours.rows, theirs.rows),
        ("links", ours.links, theirs.links),
    ]:
        if flaw := first_difference(left, right):
            at, have, want = flaw
            found.append(f"{chinese}: {what} differ from {english}, number {at}: {show(want)} there, {show(have)} here")
    return found


def first_difference(left: list, right: list):
    """The number of the first item that differs, from 1, with what is on the right and on the left."""
    for at in range(max(len(left), len(right))):
        want = left[at] if at < len(left) else None
        have = right[at] if at < len(right) else None
        if want != have:
            return at + 1, have, want
    return None


def show(item) -> str:
    return "nothing" if item is None else str(item)


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of a document: what its translation has as well, and where it is."""

    what: str
    number: int = dataclasses.field(compare=False)
    """From 1."""
    text: str = dataclasses.field(compare=False)

    def __str__(self) -> str:
        return f"{self.what} (line {self.number}: {self.text.strip()})"


class Document:
    """A document, reduced to what its translation has as well."""

    def __init__(self, root: Path, name: str):
        blocks, prose = split((root / name).read_text(encoding="utf-8"))
        self.blocks = list(map(_code, blocks))
        self.headings: list[Line] = []
        self.rows: list[Line] = []
        self.links: list[str] = []
        # The order of links in a sentence depends on the language, so they are compared section by section.
        section: Counter[str] = Counter()
        for number, line in enumerate(prose, start=1):
            if heading := HEADING.match(line):
                self.headings.append(Line(f"a heading of level {len(heading[1])}", number, line))
                self._close(section)
            if line.startswith("|"):
                self.rows.append(Line(_row(line), number, line))
            section.update(_path(name, target) for target in links(line))
        self._close(section)

    def _close(self, section: Counter[str]) -> None:
        self.links += [f"{target} in section {len(self.headings)}" for target in sorted(section.elements())]
        section.clear()


def links(line: str) -> list[str]:
    """Where the links and pictures of a line lead. What is in code is no link, but a link's text may be code."""
    line = CODE.sub(lambda code: re.sub(r"[][<>]", "", code[0]), line)
    return [target for pattern in LINKS for target in pattern.findall(line)]


def _code(block: Block) -> str:
    lines = block.lines
    if block.language == "console":
        # What is said about a command is in the reader's language.
        lines = [re.sub(r"\s+# .*$", "", line) for line in lines]
    return f"{block.language}: " + "\\n".join(lines)


def _row(line: str) -> str:
    """A row of a table: how many cells it has, and the code in the first one."""
    cells = CELL_BREAK.split(re.sub(r"`[^`]*`", lambda code: code[0].replace("|", " "), line.strip().strip("|")))
    code = CODE.findall(cells[0])
    return f"a row of {len(cells)} cells" + (f" that begins with {', '.join(code)}" if code else "")


def _path(document: str, target: str) -> str:
    """A link's target as a path from the root, the same in both languages."""
    if re.match(r"[a-z]+:", target):
        return target
    target = target.partition("#")[0]
    if not target:
        return "the document itself"
    path = os.path.normpath(os.path.join(os.path.dirname(document), target))
    return re.sub(r"\.zh(\.\w+)$", r"\1", path).replace("docs/zh/", "docs/")


def broken_links(root: Path) -> list[str]:
    """The links to files and headings that are not there, as messages."""
    others = {name for name in ENGLISH_ONLY | set(OTHERS) if (root / name).exists()}
    names = {name for pair in pairs(root) for name in pair} | others
    found = []
    for name in sorted(names):
        _, prose = split((root / name).read_text(encoding="utf-8"))
        for number, line in enumerate(prose, start=1):
            for target in links(line):
                if not re.match(r"[a-z]+:", target) and not _leads_somewhere(root, name, target):
                    found.append(f"{name}:{number}: the link {target} leads nowhere")
    return found


def _leads_somewhere(root: Path, document: str, target: str) -> bool:
    path, _, fragment = target.partition("#")
    file = (root / document).parent / path if path else root / document
    if not file.exists():
        return False
    if not fragment or file.suffix != ".md":
        return True
    _, prose = split(file.read_text(encoding="utf-8"))
    return fragment in {_anchor(heading[2]) for line in prose if (heading := HEADING.match(line))}


def _anchor(heading: str) -> str:
    """The anchor that code hosts give to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
