"""Commands that orch prints: found in a text, and run in the state in which they were printed."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import click

from orchestrator.cli.main import orch as commands
from orchestrator.cli.verb_table import VERBS
from orchestrator.errors import OrchError
from tests.worlds.command_line import FleetWiring
from tests.worlds.fleet import Fleet

ROOT = Path(__file__).resolve().parents[2] / "orchestrator"
HOLE = "\N{BLACK SQUARE}"
"""Stands for a value that is only known when the text is printed."""
_BEGINS = re.compile(rf"\borch ({'|'.join(verb.name for verb in VERBS)})(?![\w-])")
_TOKEN = re.compile(r"""[ ]+("[^"]*"|'[^']*'|[^\s]+)""")
_PLACEHOLDER = re.compile(r"[A-Z]{2,}(=[A-Z]+)?|\"?[\w ]+=NAME\"?")
_ENDS = "`.,;:)"
_FLAGS = {"--lift", "--deployed", "--static", "--password"}
"""Options without a value after which prose may follow."""
_FIELD = re.compile(r"\{[a-z]+\}")
"""A field of `str.format`."""


def commands_in(text: str, known: Iterable[str] = ()) -> Iterator[str]:
    """Each command in a text for people, up to the first word that is prose; `known`: words that are arguments here."""
    for match in _BEGINS.finditer(text):
        words, after = [match[1]], match.end()
        while (token := _TOKEN.match(text, after)) is not None:
            word = token[1] if token[1][0] in "\"'" else token[1].rstrip(_ENDS)
            if not _belongs(word, words, known):
                break
            words.append(word)
            after = token.start(1) + len(word)
            if text[after : after + 1] in _ENDS and text[after : after + 1]:
                break
        yield " ".join(["orch", *words])


def _belongs(word: str, before: list[str], known: Iterable[str]) -> bool:
    option = before[-1].startswith("--") and before[-1] not in _FLAGS
    subcommand = word in _subcommands(before)
    return bool(
        option
        or subcommand
        or word.startswith("--")
        or HOLE in word
        or word in known
        or word[:1] in "\"'"
        or _PLACEHOLDER.fullmatch(word)
        or re.search(r"[/\d]|\.\w", word)
    )


def _subcommands(words: Iterable[str]) -> Iterable[str]:
    command: click.Command | None = commands
    for word in words:
        command = (
            command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        )
    return command.commands if isinstance(command, click.Group) else ()


def filled(command: str, values: Mapping[str, str]) -> list[str]:
    """The words of a command after `orch`, with values for its placeholders."""
    words = shlex.split(command)[1:]
    return [
        re.sub(r"\b[A-Z]{2,}\b", lambda match: values.get(match[0], match[0]), word)
        if _PLACEHOLDER.fullmatch(word)
        else word
        for word in words
    ]


def fault_of(words: list[str]) -> str:
    """Why a command line cannot be read; empty where it can. Nothing is run."""
    command: click.Command = commands
    context = click.Context(commands, info_name="orch")
    rest = list(words)
    try:
        while isinstance(command, click.Group) and not (
            command.invoke_without_command and (not rest or rest[0].startswith("-"))
        ):
            name, inner, rest = command.resolve_command(context, rest)
            assert inner is not None
            command = inner
            context = click.Context(command, parent=context, info_name=name)
        command.make_context(command.name, rest)
    except click.ClickException as error:
        return error.format_message()
    return ""


def refusal_of(fleet: Fleet, words: list[str]) -> str:
    """Why orch refuses a command in this state; empty where it does what it says, however the deployment ends."""
    try:
        commands.main(words, prog_name="orch", standalone_mode=False, obj=FleetWiring(fleet))
    except (OrchError, click.ClickException) as error:
        return f"{type(error).__name__}: {error}"
    return ""


@cache
def sources() -> frozenset[tuple[str, str]]:
    """File and form of each command in a text of orch, without those of the lab; what is filled in is a hole."""
    return frozenset(_of_files())


def _of_files() -> Iterator[tuple[str, str]]:
    for path in ROOT.rglob("*.py"):
        file, code = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        if _BEGINS.search(code) and not file.startswith(("lab/", "cli/verbs/lab.py")):
            for text in _texts(ast.parse(code)):
                yield from ((file, command) for command in commands_in(_FIELD.sub(HOLE, text)))


def _texts(tree: ast.Module) -> Iterator[str]:
    """Each text that is no docstring; one with values in it once, and whole."""
    whole = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in whole for part in node.values}
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in whole:
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in parts | alone:
            yield each.value


def is_form(form: str, command: str) -> bool:
    """Whether a command has this form."""
    pattern = "".join(
        ".+" if part.startswith(HOLE) else re.escape(part) for part in re.split(f"({HOLE}+)", form)
    )
    return re.fullmatch(pattern, command) is not None
