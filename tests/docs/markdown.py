"""What the tests of the documents read in them."""

import dataclasses
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FENCE = re.compile(r"\s*(```+)\s*(\S*)\s*$")


@dataclasses.dataclass(frozen=True)
class Block:
    """A block of code."""

    line: int
    """Where it opens in its document, from 1."""
    language: str
    lines: tuple[str, ...]
    """Without the indentation of the fence."""


def split(text: str) -> tuple[list[Block], list[str]]:
    """The blocks of code of a document, and its lines with those of the blocks empty."""
    blocks, prose = [], []
    opened: tuple[int, int, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if opened is None and not fence:
            prose.append(line)
            continue
        prose.append("")
        if opened is None:
            opened, inside = (number, line.index("`"), fence[2]), []
        elif fence and not fence[2]:
            blocks.append(Block(opened[0], opened[2], tuple(inside)))
            opened = None
        else:
            indent = opened[1]
            inside.append(line[indent:] if not line[:indent].strip() else line)
    if opened is not None:
        raise ValueError(f"the block of code in line {opened[0]} is never closed")
    return blocks, prose
