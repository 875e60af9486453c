"""The examples of a document: commands with `curl`, and what each of them prints.

In a block of the language `console`, a line that begins with `$ ` is a command, and the lines behind it are what it
prints. `…` in these stands for any text, and alone on a line for any lines. Where what is shown is JSON, values are
compared, and neither white space nor the order of members counts.
"""

import dataclasses
import json
import re

from markdown import split

PROMPT = "$ "

# What stands for any text.
ANY = "…"


@dataclasses.dataclass
class Example:
    """A command and what the document says that it prints."""

    line: int
    command: str
    shown: str = ""


def scripts(text: str) -> list[list[Example]]:
    """The blocks that call the server, each as its commands in order."""
    found = []
    for block in split(text)[0]:
        if block.language != "console":
            continue
        commands: list[Example] = []
        for number, line in enumerate(block.lines, start=block.line + 1):
            if line.startswith(PROMPT):
                commands.append(Example(number, line.removeprefix(PROMPT)))
            elif commands:
                commands[-1].shown += line + "\n"
            else:
                raise ValueError(f"line {number} shows an output without a command")
        if any(command.command.startswith("curl ") for command in commands):
            found.append(commands)
    return found


def agrees(shown: str, printed: str) -> bool:
    """Whether a command printed what is shown."""
    wanted = _json(_quoted(shown))
    if wanted is not None:
        got = _json(printed)
        return got is not None and _equal(wanted, got)
    return re.fullmatch(_pattern(shown), _lines(printed), re.DOTALL) is not None


class Number(str):
    """A number of JSON as it is written: 2 and 2.0 are not the same."""


def _json(text: str):
    """What a text holds if it is a JSON object or array."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text, parse_float=Number, parse_int=Number)
    except json.JSONDecodeError:
        return None


def _quoted(shown: str) -> str:
    """`…` in place of a number as a text, so that the example is JSON."""
    return re.sub(rf'(:\s*){ANY}(?=\s*[,}}\n])', rf'\1"{ANY}"', shown)


def _equal(wanted, got) -> bool:
    if wanted == ANY:
        return got is not None
    if isinstance(wanted, dict):
        return (
            isinstance(got, dict)
            and wanted.keys() == got.keys()
            and all(_equal(value, got[key]) for key, value in wanted.items())
        )
    if isinstance(wanted, list):
        if wanted and wanted[-1] == ANY and len(wanted) > 1:
            # The rest of a list.
            wanted, got = wanted[:-1], got[: len(wanted) - 1] if isinstance(got, list) else got
        return isinstance(got, list) and len(wanted) == len(got) and all(map(_equal, wanted, got))
    if isinstance(wanted, str) and ANY in wanted:
        return isinstance(got, str) and re.fullmatch(_pattern(wanted), got) is not None
    return type(wanted) is type(got) and wanted == got


def _lines(text: str) -> str:
    """A text without the white space at the end of its lines."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n")


def _pattern(shown: str) -> str:
    def of(line: str) -> str:
        if line == ANY:
            return ".*?"
        return "[^\n]*".join(map(re.escape, line.split(ANY)))

    return "\n".join(map(of, _lines(shown).split("\n")))
