"""`orch report`: the measures of a period, each with its definition and its number of cases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.schedule_times import from_option, range_given, to_option, zone_given
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.errors import UsageFault
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.measures.period.report_json import report_json_text
from orchestrator.policy.measures.period.report_of import report_of
from orchestrator.policy.measures.period.span import Period

USUAL = timedelta(days=30), timedelta(0)


@click.command()
@from_option
@to_option
@click.option("--zone", metavar="ZONE", help="The time zone of the times given and shown [default: UTC].")
@click.option("--service", help="Count only deployments of this service.")
@click.option("--model", help="Count only deployments by this model.")
@click.option("--environment", help="Count only deployments to this environment.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write a row for each measure.",
)
@click.option("--html", type=click.Path(path_type=Path, allow_dash=True), help="Write a page with charts.")
@click.option(
    "--pdf",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write it to print and to archive (PDF/A-3, tagged), with charts.",
)
@json_option
def report(  # noqa: PLR0913, PLR0917 - an option each
    begins: str | None,
    ends: str | None,
    zone: str | None,
    service: str | None,
    model: str | None,
    environment: str | None,
    csv_file: Path | None,
    html: Path | None,
    pdf: Path | None,
    as_json: bool,  # noqa: FBT001 (click calls it)
) -> None:
    """Show how deployments went in a period [default: the last 30 days], beside the period of equal length before it.

    Each figure has its number of cases and its definition. What orch does not record is named, and has no figure.
    """
    if as_json and (csv_file or html or pdf):
        raise UsageFault("--json is for standard output; choose it or files.")
    ports, clocks = ports_of_home(), zone_given(zone)
    now = ports.clock.now()
    first, last = range_given(begins, ends, now, USUAL, clocks)
    period = Period(begins=first, ends=last)
    facts = period_facts(ports.journal, period, now)
    made = report_of(
        facts.deployments,
        period,
        now,
        asked=Asked(service=service, model=model, environment=environment),
        house=facts.house,
        unreadable=tuple(facts.unreadable),
    )
    from orchestrator.cli.views import report_files, report_text

    if as_json:
        click.echo(report_json_text(made))
    elif csv_file or html or pdf:
        report_files.write_report(made, clocks, {"csv": csv_file, "html": html, "pdf": pdf})
    else:
        click.echo("\n".join(report_text.report_lines(made, clocks)))
