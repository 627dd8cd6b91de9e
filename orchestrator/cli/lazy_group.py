"""A click group that imports a verb only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

import click

from orchestrator.cli.verb_table import Verb
from orchestrator.errors import UsageFault


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

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; for a client of a server, a verb that none serves says so before anything is done."""
        if ctx.obj is not None:
            from orchestrator.cli.served_verbs import refusal_of
            from orchestrator.cli.wiring import RemoteWiring  # not on the way of every command

            words = [*ctx._protected_args, *ctx.args]  # noqa: SLF001 - click's own name for the verb
            refusal = refusal_of(_verb_in(self, ctx, words)) if isinstance(ctx.obj, RemoteWiring) else None
            if refusal is not None and not {"--help", "-h"} & {*words}:
                raise UsageFault(refusal)
        return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs' lines from the table; click itself would import every verb."""
        if self._verbs:
            with formatter.section("Commands"):
                formatter.write_dl([(verb.name, verb.help) for verb in self._verbs.values()])


def _verb_in(group: click.Group, ctx: click.Context, words: Sequence[str]) -> str:
    """The verb that these words begin with, such as `plan check`; what follows it are its own words."""
    path: list[str] = []
    command: click.Command | None = group
    for word in words:
        if not isinstance(command, click.Group):
            break
        command = command.get_command(ctx, word)
        if command is None:
            break
        path.append(word)
    return " ".join(path)


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
