"""Answers a shell that completes a line. Whatever goes wrong, there is nothing to offer: a TAB prints no error into a line."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path

from click import Command
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from orchestrator.cli.completion.known_words import known_words
from orchestrator.cli.completion.line import Candidate, Node, candidates

VARIABLE = "_ORCH_COMPLETE"
PROGRAM = "orch"
_SPECIAL = re.compile(r"[^\w@%+=:,./-]")
_TABLE = Path(__file__).with_name("commands.json")


def responder(shell: str) -> ShellComplete:
    """click's words and scripts for a shell, with candidates of our table. Raises ValueError for another shell."""
    base = get_completion_class(shell)
    if base is None:
        raise ValueError(f"no completion for {shell}")

    class FromTable(base):  # type: ignore[misc, valid-type]
        def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
            offered = _offered(args, incomplete)
            return [_item(_quoted(each) if shell == "bash" else each) for each in offered]

    # The table stands for the commands: to import them takes longer than a person waits.
    return FromTable(Command(PROGRAM), {}, PROGRAM, VARIABLE)


def answer() -> None:
    """Print what may follow, as `$_ORCH_COMPLETE` (bash_complete, zsh_complete, fish_complete) asks."""
    with suppress(Exception):
        shell, _, instruction = os.environ.get(VARIABLE, "").partition("_")
        if instruction == "complete":
            print(responder(shell).complete())  # noqa: T201 (a shell reads it)


def _offered(words: list[str], beginning: str) -> list[Candidate]:
    top: Node = json.loads(_TABLE.read_bytes())
    if words[:1] == ["help"]:
        top, words = {"commands": {**top["commands"]}}, words[1:]
    return candidates(top, words, beginning, known_words)


def _quoted(candidate: Candidate) -> Candidate:
    """As it may stand in a line of bash, which takes it as it is; the other shells quote by themselves.

    click's script reads it with `read`, which takes one backslash of two.
    """
    return candidate._replace(word=_SPECIAL.sub(lambda match: f"\\\\{match[0]}", candidate.word))


def _item(candidate: Candidate) -> CompletionItem:
    return CompletionItem(candidate.word, candidate.kind, candidate.help or None)
