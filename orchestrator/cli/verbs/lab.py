"""`orch lab`: real hosts on this one machine."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.errors import Interrupted
from orchestrator.lab import ways_in
from orchestrator.lab.fleet import FAULTS, Lab, take_down
from orchestrator.lab.hosts.sweep import labs_with_traces
from orchestrator.lab.options import Asked
from orchestrator.lab.pythons import checked_versions
from orchestrator.lab.shell import become

if TYPE_CHECKING:
    from orchestrator.lab.hosts.sighting import HostSighting

_named = click.option(
    "--name", default="lab", show_default=True, help="The lab's name; several labs can exist side by side."
)


@click.group()
def lab() -> None:
    """Real hosts on this machine: sshd and systemd in network namespaces of their own."""


@lab.command()
@_named
@click.option("--hosts", default=6, show_default=True, type=int, help="How many hosts: web1 to webN.")
@click.option("--light", is_flag=True, help="Run sshd only, without systemd: for fleets of 50 or 100.")
@click.option("--user", help="The account that logs in and may use sudo [default: deploy].")
@click.option(
    "--sudo-password",
    "sudo",
    is_flag=False,
    flag_value="vault",
    type=click.Choice(["vault", "file"]),
    help="sudo asks for a password: the inventory has it vaulted, or a file that you name has it [without a value: vault].",
)
@click.option(
    "--jump",
    "jumps",
    is_flag=False,
    flag_value=1,
    type=int,
    metavar="[COUNT]",
    help="The hosts are reached through a jump host, or a chain of COUNT.",
)
@click.option(
    "--packages",
    is_flag=True,
    default=None,
    help="Hosts install Debian packages from this machine's package sources.",
)
@click.option(
    "--python",
    "pythons",
    metavar="VERSIONS",
    callback=lambda _context, _option, text: checked_versions(text) if text is not None else None,
    help="Hosts run this Python of the machine, such as 3.9; 3.9,3.12 gives each host the next.",
)
@click.option(
    "--inventory-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write NAME/hosts.yml to this folder [default: ./inventories if it exists].",
)
def up(
    name: str,
    hosts: int,
    light: bool,  # noqa: FBT001 (click calls it)
    inventory_dir: Path | None,
    **asked: str | int | tuple[str, ...] | None,
) -> None:
    """Make the lab, or complete an existing one."""
    default = Path("inventories") if Path("inventories").is_dir() else None
    try:
        made = Lab.up(
            name,
            hosts,
            light=light,
            asked=Asked.model_validate(asked),
            inventory_dir=inventory_dir or default,
            say=_say,
        )
    except KeyboardInterrupt:
        raise Interrupted(
            f"Stopped in the middle: `orch lab up{_flag(name)}` completes the lab, `orch lab down{_flag(name)}` removes it."
        ) from None
    click.echo(
        f"lab {name} is up: {len(made.hosts)} host{'s' if len(made.hosts) > 1 else ''}, sshd answers on each"
    )
    click.echo(f"  inventory    {made.state.inventory or made.inventory}")
    for line in ways_in.lines(made):
        click.echo(f"  {line}")
    click.echo(f"  log in       orch lab ssh web1{_flag(name)}")
    click.echo(f"  take down    orch lab down{_flag(name)}")


@lab.command()
@_named
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs.")
def status(name: str, as_json: bool) -> None:  # noqa: FBT001
    """Show what every host looks like now."""
    lab_at_hand = Lab.find(name)
    sightings = lab_at_hand.status()
    if as_json:
        hosts = [asdict(sighting) for sighting in sightings]
        facts = {"lab": name, "network": str(lab_at_hand.state.network)}
        click.echo(json.dumps(facts | ways_in.facts(lab_at_hand) | {"hosts": hosts}, indent=2))
    else:
        _print_table(lab_at_hand, sightings)
        for line in ways_in.lines(lab_at_hand):
            click.echo(line)


@lab.command()
@_named
@click.option("--all", "everything", is_flag=True, help="Take every lab on this machine down.")
def down(name: str, everything: bool) -> None:  # noqa: FBT001
    """Take the lab away: processes, mounts, namespaces, bridge and files."""
    chosen = labs_with_traces() if everything else [name]
    for fault in chosen:
        take_down(fault)
        click.echo(f"lab {fault} is gone")
    if not chosen:
        click.echo("there is no lab on this machine")


@lab.command(context_settings={"ignore_unknown_options": True})
@_named
@click.argument("host")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def ssh(name: str, host: str, command: tuple[str, ...]) -> None:
    """Log in to HOST as the lab's user, or run a command there (after --)."""
    become(Lab.find(name).ssh_command(host, command))


@lab.command()
@_named
@click.argument("host")
@click.argument("fault", metavar="FAULT", type=click.Choice(FAULTS))
def fault(name: str, host: str, fault: str) -> None:
    """Inject a FAULT into HOST, or undo it.

    \b
    cut     drop every packet to and from it
    hang    TCP connects and sshd sends its banner, then nothing more
    freeze  all its processes stop; TCP still connects
    fill    its disk is full: writes fail with ENOSPC
    kill    it dies at once, as in a power failure
    start   it boots again with the same disk and host key
    heal    undo cut, hang, freeze and fill
    """
    Lab.find(name).fault(host, fault)
    click.echo(f"{host}: {fault}")


def _say(text: str) -> None:
    click.echo(f"lab: {text}", err=True)


def _flag(name: str) -> str:
    return "" if name == "lab" else f" --name {name}"


def _print_table(lab_at_hand: Lab, sightings: list[HostSighting]) -> None:
    rows = [_row(sighting) for sighting in sightings]
    if not sys.stdout.isatty():
        click.echo("\n".join("\t".join(row) for row in [_HEADINGS, *rows]))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(
        *_HEADINGS, title=f"lab {lab_at_hand.name}  {lab_at_hand.state.network}", title_justify="left"
    )
    for row in rows:
        colour = "green" if row[3] == "up" and row[4] == "yes" else "red"
        table.add_row(*row[:3], f"[{colour}]{row[3]}[/]", f"[{colour}]{row[4]}[/]", row[5])
    Console().print(table)


_HEADINGS = ("host", "kind", "address", "state", "ssh", "uptime")


def _row(sighting: HostSighting) -> tuple[str, ...]:
    reachable = "yes" if sighting.reachable else "no"
    conditions = ", ".join(sighting.conditions)
    return sighting.name, sighting.kind, sighting.address, conditions, reachable, _duration(sighting.uptime)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"
