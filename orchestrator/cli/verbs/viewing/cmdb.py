"""`orch cmdb`: configuration items, what deployments proved of them, what people say of them, and audits of hosts."""

from __future__ import annotations

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.verbs.viewing.cmdb_audit import accept, audit, audits
from orchestrator.cli.verbs.viewing.cmdb_exchange import export, import_, relate
from orchestrator.cli.verbs.viewing.cmdb_look import look
from orchestrator.cli.verbs.viewing.cmdb_outside import check, deliver, due, schema
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.cmdb.ci import CI_STATUSES
from orchestrator.domain.cmdb.facts import CI_KINDS, CiKind
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import UsageFault

HEADINGS = ("id", "kind", "name", "on", "environment", "status", "version", "proved")
NOTHING = "The CMDB is empty. It is filled by each deployment that ends (orch deploy PLAN), and by orch cmdb import FILE."


@click.group()
def cmdb() -> None:
    """The CMDB: configuration items, fed by what deployments proved and by what people record."""


@cmdb.command("list")
@click.option("--kind", type=click.Choice(CI_KINDS), help="Only items of this kind.")
@click.option("--service", metavar="NAME", help="Only this service, its units and their hosts.")
@click.option("--environment", metavar="NAME", help="Only items of this environment.")
@click.option("--status", type=click.Choice(CI_STATUSES), help="Only items with this status.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV that can be imported.")
@json_option
def list_(
    kind: CiKind | None,
    service: str | None,
    environment: str | None,
    status: str | None,
    as_csv: bool,  # noqa: FBT001 (click calls it)
    as_json: bool,  # noqa: FBT001 (click calls it)
) -> None:
    """List configuration items: id, kind, name, environment, status, version, and when that was proved."""
    from orchestrator.policy.cmdb.about import Asked, wanted

    known = look()
    asked = Asked(kind, service, environment, status)
    chosen = wanted(known.cis, asked)
    if as_csv and as_json:
        raise UsageFault("--json and --csv: expected one of the two, found both; choose one.")
    if as_csv:
        from orchestrator.adapters.files.cmdb.csv_form import csv_text

        click.echo(csv_text(chosen), nl=False)
    elif as_json:
        for ci in chosen:
            click.echo(ci.model_dump_json(ensure_ascii=True))
    elif not chosen:
        click.echo(
            NOTHING
            if not known.cis
            else f"None of {counted(len(known.cis), 'item')} is as asked for; without options all are listed."
        )
    else:
        from orchestrator.cli.views.table import print_table

        print_table(
            HEADINGS,
            [
                (
                    ci.id,
                    ci.kind,
                    plain(ci.name, 60),
                    plain(next((each.name for each in ci.relations if each.type == "runs_on"), ""), 60)
                    if ci.kind == "unit"
                    else "",
                    plain(ci.environment, 40),
                    ci.status,
                    plain(ci.value("version"), 40),
                    f"{ci.proved_at:%Y-%m-%d %H:%M} UTC" if ci.proved_at is not None else "",
                )
                for ci in chosen
            ],
        )


@cmdb.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:  # noqa: FBT001 (click calls it)
    """Show configuration item NAME (or its id): attributes with their sources, relations, changes, problems, incidents."""
    from orchestrator.cli.views.cmdb_view import ci_object, ci_text
    from orchestrator.engine.lookup.cmdb_items import ci_named
    from orchestrator.engine.lookup.known_incidents import known_incidents
    from orchestrator.engine.lookup.recorded_machines import in_hand
    from orchestrator.policy.cmdb.ids import host_id
    from orchestrator.policy.evidence.audit_history import history_of

    known = look()
    ci = ci_named(known, name)
    ports = ports_of_home()
    journal = ports.journal
    at_work = next(
        (
            name
            for machine, name in in_hand(ports, ports.clock.now()).machines.items()
            if host_id(machine) == ci.id
        ),
        None,
    )
    incidents = tuple(known_incidents(journal).values())
    history = history_of(journal.read(HOUSE))
    if as_json:
        import json

        click.echo(json.dumps(ci_object(ci, known.cis, incidents, history, at_work)))
    else:
        click.echo("\n".join(ci_text(ci, known.cis, incidents, history, at_work)))


@cmdb.command()
def rebuild() -> None:
    """Make the CMDB in the store anew from the journals, and say what was not as they say."""
    from orchestrator.engine.use_cases.cmdb import rebuild as use

    made = use(ports_of_home())
    click.echo(
        f"The CMDB follows from {counted(made.updates, 'end')} of deployments, and was made anew of these."
    )
    for name in made.differing:
        click.echo(f"  {name} was missing, or not as the journal says.")
    for name in made.unreadable:
        click.echo(f"  {name} cannot be read, and is left out.")


for command in (audit, audits, accept, relate, import_, export, due, deliver, check, schema):
    cmdb.add_command(command)
