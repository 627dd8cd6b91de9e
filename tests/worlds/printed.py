"""Commands that orch prints: found in a text, and run in the state in which they were printed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

import click

from orchestrator.cli.main import orch as commands
from orchestrator.cli.verb_table import VERBS
from orchestrator.errors import OrchError
from tests.worlds.command_line import FleetWiring
from tests.worlds.fleet import Fleet

HOLE = "\N{BLACK SQUARE}"
"""Stands for a value that is only known when the text is printed."""
_BEGINS = re.compile(rf"\borch ({'|'.join(verb.name for verb in VERBS)})(?![\w-])")
_TOKEN = re.compile(r"""\s+("[^"]*"|'[^']*'|[^\s]+)""")
_PLACEHOLDER = re.compile(r"[A-Z]{2,}(=[A-Z]+)?|\"?[\w ]+=NAME\"?")
_ENDS = "`.,;:)"


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
    option = before[-1].startswith("--") and before[-1] not in {"--lift", "--deployed", "--static"}
    subcommand = len(before) == 1 and word in _subcommands(before[0])
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


def _subcommands(verb: str) -> Iterable[str]:
    command = commands.get_command(click.Context(commands), verb)
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
        while isinstance(command, click.Group):
            name, found_command, rest = command.resolve_command(context, rest)
            assert found_command is not None
            command = found_command
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
