"""`orch help`: the help of a command, by the words that people try first."""

from __future__ import annotations

import click

from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import UsageFault


@click.command()
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def help_(context: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of COMMAND, as `orch COMMAND --help` does; without one, the list of all commands."""
    shown = context.find_root()
    for word in words:
        shown = _below(shown, word)
    click.echo(shown.get_help(), color=shown.color)


def _below(group: click.Context, word: str) -> click.Context:
    """The context of a command in this group. Raises UsageFault below a command that has none."""
    if not isinstance(group.command, click.Group):
        raise UsageFault(f"{group.command_path} has no commands of its own; see: {group.command_path} --help")
    name, command, _ = group.command.resolve_command(group, [word])
    if command is None:  # only where click completes a line, and not here
        raise UsageFault(f"There is no command {plain(word, 40)!r}; `orch help` lists them.")
    return command.context_class(command, parent=group, info_name=name)
