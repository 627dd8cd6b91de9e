"""What may stand at the end of a command line: a walk over the table of commands, and words of the home where one is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypedDict


class Node(TypedDict, total=False):
    """A command: `commands` by name with their help; or `options` by name and `arguments` in order, each with its kind.

    An option is `[kind, help]`; its kind is empty for a flag, and `any` for a value that nobody knows.
    """

    help: str
    commands: dict[str, Node]
    options: dict[str, list[str]]
    arguments: list[str]


class Candidate(NamedTuple):
    """A word that may follow, or a kind of path that the shell completes itself: `file` or `dir`."""

    word: str
    kind: str = "plain"
    help: str = ""


class Asked(NamedTuple):
    """What is asked for: the kind of word, how it begins, and the words of the command's arguments before it."""

    kind: str
    beginning: str
    before: tuple[str, ...]


Known = Callable[[Asked], Sequence[str]]
"""The words of a kind that the home, the project or a plan has."""


def candidates(top: Node, words: Sequence[str], beginning: str, known: Known) -> list[Candidate]:
    """Everything that may stand where the cursor is. `words`: those before it, without the program's own name."""
    node, rest = _command(top, words)
    if rest is None:
        return []
    if "commands" in node and not rest:
        offered = [Candidate(name, help=below.get("help", "")) for name, below in node["commands"].items()]
        return [each for each in offered if each.word.startswith(beginning)] + _options(node, beginning)
    given, open_kind, only_arguments = _given(node, rest)
    if open_kind is not None:
        return _of_kind(Asked(open_kind, beginning, given), known)
    name, equals, value = beginning.partition("=")
    if equals and name in node.get("options", {}) and not only_arguments:
        kind = node["options"][name][0]
        found_here = _of_kind(Asked(kind, value, given), known)
        return [each._replace(word=f"{name}={each.word}") for each in found_here if each.kind == "plain"]
    if beginning.startswith("-") and not only_arguments:
        return _options(node, beginning)
    kind = _kind_of_argument(node, len(given))
    return _of_kind(Asked(kind, beginning, given), known) if kind else []


def _command(top: Node, words: Sequence[str]) -> tuple[Node, Sequence[str] | None]:
    """The command that the words name, and those after it; None where there is no such command."""
    node = top
    for number, word in enumerate(words):
        if "commands" not in node:
            return node, words[number:]
        if word.startswith("-"):
            continue
        if word not in node["commands"]:
            return node, None
        node = node["commands"][word]
    return node, ()


def _given(node: Node, words: Sequence[str]) -> tuple[tuple[str, ...], str | None, bool]:
    """The arguments so far; the kind of value that the last option waits for; whether `--` has ended the options."""
    options = node.get("options", {})
    given: list[str] = []
    waits: str | None = None
    ended = False
    for word in words:
        if waits is not None:
            waits = None
        elif word == "--" and not ended:
            ended = True
        elif word.startswith("-") and len(word) > 1 and not ended:
            kind = options.get(word, ["", ""])[0]
            waits = kind or None
        else:
            given.append(word)
    return tuple(given), waits, ended


def _kind_of_argument(node: Node, place: int) -> str:
    """The kind of the argument at this place; the last one repeats where it ends with dots."""
    kinds = node.get("arguments", [])
    if place < len(kinds):
        return kinds[place].removesuffix("...")
    return kinds[-1].removesuffix("...") if kinds and kinds[-1].endswith("...") else ""


def _options(node: Node, beginning: str) -> list[Candidate]:
    if not beginning.startswith("-"):
        return []
    return [
        Candidate(name, help=words)
        for name, (_, words) in node.get("options", {}).items()
        if name.startswith(beginning)
    ]


def _of_kind(asked: Asked, known: Known) -> list[Candidate]:
    if asked.kind in ("file", "dir"):
        return [Candidate(asked.beginning, asked.kind)]
    if asked.kind.startswith("choice:"):
        words: Sequence[str] = asked.kind.removeprefix("choice:").split("|")
    else:
        words = known(asked)
    offered = [Candidate(word) for word in words if word.startswith(asked.beginning)]
    if asked.kind == "plan" and not offered:
        return [Candidate(asked.beginning, "file")]
    return offered


def mapping_of(value: object) -> Mapping[str, object]:
    """A mapping of what was read, empty for anything else: nothing that a file holds breaks a line."""
    return value if isinstance(value, dict) else {}
