"""`orch cmdb due`, `deliver`, `check` and `schema`: CMDBs outside, and what they are owed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import json_option
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode

if TYPE_CHECKING:
    from orchestrator.policy.cmdb.owed import Owed

HEADINGS = ("cmdb", "kind", "owed", "last try", "next try", "what it said")


@click.command()
@json_option
def due(as_json: bool) -> None:  # noqa: FBT001 (click calls it)
    """Show what CMDBs outside (cmdb.yml) were not told yet, and why."""
    from orchestrator.engine.use_cases.cmdb_delivery import owing

    owed = owing(wiring.ports_to_look())
    if as_json:
        for each in owed:
            click.echo(json.dumps(_object(each)))
    elif not owed:
        click.echo("No CMDB outside is known: there is no cmdb.yml. orch cmdb schema prints its form.")
    else:
        from orchestrator.cli.views.table import print_table

        print_table(HEADINGS, [_row(each) for each in owed])


@click.command()
@click.option("--all", "everything", is_flag=True, help="Tell again what they were told already.")
@click.option("--due", "only_due", is_flag=True, help="Leave out what failed a moment ago.")
def deliver(everything: bool, only_due: bool) -> int:  # noqa: FBT001 (click calls it)
    """Tell CMDBs outside now what they are owed: of each host what is known now. The exit code is 8 if one was not told.

    Drivers begin this at their end, and orch run-due while something is owed.
    """
    from orchestrator.engine.use_cases.cmdb_delivery import deliver as use
    from orchestrator.policy.telling.words.cmdb_words import delivered_words

    ports = wiring.ports_to_look()
    failed, nothing = False, True
    for each in use(ports, everything=everything, only_due=only_due):
        nothing = False
        words, taken = delivered_words(each.answer)
        failed = failed or not taken
        click.echo(f"{each.name}, of {counted(each.ends, 'end')}: {words}")
    if nothing and not only_due:
        click.echo("Nothing is owed to any CMDB outside.")
    return ExitCode.HELD if failed else ExitCode.COMPLETED


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check the CMDBs outside in FILE (default: cmdb.yml of the house, else of the home), and show them."""
    from orchestrator.adapters.files.cmdb_file import CMDB, known_cmdb_file, load_cmdb_file
    from orchestrator.bootstrap import home_of

    places = (wiring.house().place, home_of())
    loaded = load_cmdb_file(file) if file is not None else known_cmdb_file(places)
    if loaded is None:
        click.echo(f"There is no {CMDB} in {' or '.join(str(place) for place in dict.fromkeys(places))}.")
        return
    for name, each in loaded.noun.outside.items():
        kind = "NetBox" if each.netbox is not None else "ServiceNow"
        settings = each.netbox or each.servicenow
        url = plain(settings.url, 200) if settings is not None else ""
        where = f", for {', '.join(each.environments)}" if each.environments else ""
        click.echo(f"{name}: {kind} at {url}{where}")


@click.command()
def schema() -> None:
    """Print the JSON Schema of cmdb.yml, for editors."""
    from orchestrator.adapters.files.schemas.authority_schemas import cmdb_schema

    click.echo(json.dumps(cmdb_schema(), indent=2))


def _row(owed: Owed) -> tuple[str, ...]:
    last = owed.last
    return (
        owed.place.name,
        owed.place.kind,
        counted(len(owed.updates), "end"),
        f"{last.at:%Y-%m-%d %H:%M} UTC" if last is not None else "",
        _next(owed),
        plain(f"{last.code}: {last.detail}", 200) if last is not None else "",
    )


def _next(owed: Owed) -> str:
    if not owed.updates:
        return ""
    return f"{owed.due:%Y-%m-%d %H:%M} UTC" if owed.due is not None else "now"


def _object(owed: Owed) -> dict[str, object]:
    last = owed.last
    return {
        "cmdb": owed.place.name,
        "kind": owed.place.kind,
        "url": owed.place.url,
        "owed": [{"deployment": each.deployment, "seq": each.seq} for each in owed.updates],
        "last_try": last.at.isoformat() if last is not None else None,
        "tries": last.tries if last is not None else 0,
        "next_try": owed.due.isoformat() if owed.due is not None else None,
        "code": last.code if last is not None else None,
        "detail": last.detail if last is not None else "",
    }
