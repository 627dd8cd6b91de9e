"""A click group that imports a verb only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.util import find_spec

import click

from orchestrator.cli.verb_table import Verb


class LazyGroup(click.Group):
    """Lists verbs from a table and imports the one that is called."""

    def __init__(self, *, verbs: Iterable[Verb], name: str, help: str) -> None:  # noqa: A002 (click's own name)
        super().__init__(name=name, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self._verbs = {verb.name: verb for verb in verbs if find_spec(_module(verb))}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        verb = self._verbs.get(cmd_name)
        return load(verb) if verb else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; for a word that is no verb, similar ones are named, from the table."""
        word = args[0]
        if not word.startswith("-") and word not in self._verbs and not ctx.resilient_parsing:
            raise click.UsageError(f"No such command {word!r}.{_similar(word, self._verbs)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs' lines from the table; click itself would import every verb."""
        if self._verbs:
            with formatter.section("Commands"):
                formatter.write_dl([(verb.name, verb.help) for verb in self._verbs.values()])


def load(verb: Verb) -> click.Command:
    """Import the verb's module and return its command."""
    command = getattr(importlib.import_module(_module(verb)), verb.target.partition(":")[2])
    if not isinstance(command, click.Command):
        raise TypeError(f"{verb.target} is a {type(command).__name__}, not a click command.")
    return command


def _similar(word: str, verbs: Iterable[str]) -> str:
    from difflib import get_close_matches  # not on the way of every command

    near = get_close_matches(word, verbs)
    return f" Did you mean {' or '.join(near)}?" if near else " `orch help` lists them."


def _module(verb: Verb) -> str:
    return verb.target.partition(":")[0]
