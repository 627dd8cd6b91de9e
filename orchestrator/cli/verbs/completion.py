"""`orch completion`: commands, options, ids, hosts, roles and plans at a TAB, in bash, zsh and fish."""

from __future__ import annotations

import click

from orchestrator.adapters.shell_files import line_added, line_removed, removed, written
from orchestrator.cli.completion.places import SHELLS, place_for, script_for, shell_of
from orchestrator.errors import ExitCode

_shell = click.option(
    "--shell", type=click.Choice(SHELLS), help="The shell [default: the one that SHELL names]."
)


@click.group()
def completion() -> None:
    """Complete commands, options, ids, hosts, roles and plans at a TAB, in bash, zsh and fish."""


@completion.command()
@_shell
def install(shell: str | None) -> int:
    """Write the completion to where your shell looks for it, and say what was written."""
    name = shell or shell_of()
    place = place_for(name)
    new = written(place.script, script_for(name))
    click.echo(f"{place.script}: {'written' if new else 'there already, and the same'}")
    if place.reads is not None and not place.by_itself:
        added = line_added(place.reads, place.line)
        click.echo(f"{place.reads}: {'a line that reads it' if added else 'it has the line that reads it'}")
    click.echo(f"It works in each {name} that begins from now on.")
    return ExitCode.COMPLETED


@completion.command()
@_shell
def uninstall(shell: str | None) -> int:
    """Take away what `install` has written."""
    name = shell or shell_of()
    place = place_for(name)
    gone = removed(place.script)
    click.echo(f"{place.script}: {'removed' if gone else 'not there'}")
    if place.reads is not None and line_removed(place.reads):
        click.echo(f"{place.reads}: the line that read it is removed")
    return ExitCode.COMPLETED


@completion.command()
@_shell
def show(shell: str | None) -> int:
    """Print the completion, for a place of your own."""
    click.echo(script_for(shell or shell_of()), nl=False)
    return ExitCode.COMPLETED
