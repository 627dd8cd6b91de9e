"""Pages as a reader types them: the console blocks with their commands, and what the page says comes back.

A block that begins with ```console is run. A command begins with `$ `; it goes on after a backslash at the end of its
line and up to the end of a here-document. Every other line is what the command prints (tests/docs/transcript.py). A
command ends with exit code 0, or with the one of which its comment says `exit code N`. Two comments, which no reader of
the page sees, stand before a block:

    <!-- begin: WORLD -->      a fresh folder, with what tests/docs/beginnings.py puts there
    <!-- not run: REASON -->   this block is not run
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_MARK = re.compile(r"<!-- (begin|not run): (.+) -->")
_FENCE = re.compile(r"```(\w*)")
_CODE = re.compile(r"#.*\bexit code (\d+)(?! if)")
_HERE = re.compile(r"<<'?(\w+)'?")


@dataclass(frozen=True)
class Step:
    """A command with the line of the page that it stands in, what it prints (nothing: not compared), and its exit code."""

    line: int
    command: str
    printed: tuple[str, ...]
    code: int


@dataclass(frozen=True)
class Block:
    """A console block: where it stands, the world that begins with it, and why it is not run."""

    line: int
    steps: tuple[Step, ...]
    begin: str | None
    not_run: str | None


def blocks(page: Path) -> list[Block]:
    """The console blocks of a page, in order."""
    return list(_blocks(page.read_text(encoding="utf-8").splitlines()))


def _blocks(lines: list[str]) -> Iterator[Block]:
    marks: dict[str, str] = {}
    fence, begin = "", 0
    for number, line in enumerate(lines, 1):
        if fence and line.strip() == "```":
            if fence == "console":
                steps = tuple(_steps(lines[begin : number - 1], begin + 1))
                yield Block(begin, steps, marks.get("begin"), marks.get("not run"))
            fence, marks = "", {}
        elif not fence and (opened := _FENCE.match(line)):
            fence, begin = opened[1] or "plain", number
        elif not fence and (mark := _MARK.fullmatch(line)):
            marks[mark[1]] = mark[2]


def _steps(lines: list[str], first: int) -> Iterator[Step]:
    at = 0
    while at < len(lines):
        began = at
        if not lines[at].startswith("$ "):
            raise ValueError(f"line {first + at}: a command begins with `$ `, and here is {lines[at]!r}")
        command = [lines[at][2:]]
        here = _HERE.search(lines[at])
        at += 1
        while at < len(lines) and (here or command[-1].endswith("\\")):
            command.append(lines[at])
            at += 1
            if here and command[-1] == here[1]:
                break
        printed = []
        while at < len(lines) and not lines[at].startswith("$ "):
            printed.append(lines[at])
            at += 1
        code = _CODE.search(command[0])
        yield Step(first + began, "\n".join(command), tuple(printed), int(code[1]) if code else 0)


def other_code(page: Path) -> Iterator[tuple[int, str]]:
    """Each line of code on a page that is no console block, and each piece of code in its prose."""
    fence, after_blank, indented = "", True, False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if opened := _FENCE.match(line):
            fence = "" if fence else opened[1] or "plain"
        elif fence:
            if fence != "console":
                yield number, line
        else:
            indented = line.startswith("    ") and (after_blank or indented)
            if indented:
                yield number, line
            else:
                yield from ((number, code) for code in re.findall(r"`([^`]+)`", line))
        after_blank = not line.strip()
