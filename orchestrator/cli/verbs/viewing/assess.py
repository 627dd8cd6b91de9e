"""`orch assess`: how capable the organization is of deployment management, by levels, with the evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.option_values import moment_given, words_given
from orchestrator.cli.options.schedule_times import from_option, range_given, to_option, zone_given
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.evidence.capability import CapabilityAnswer, CapabilityAssessment
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria
from orchestrator.engine.use_cases import assessment as use
from orchestrator.errors import UsageFault
from orchestrator.policy.measures.capability.answers import answers_of, kept_assessments
from orchestrator.policy.measures.capability.capability_words import ANSWERS
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.measures.period.span import Period

USUAL = timedelta(days=365), timedelta(0)
FILE = click.Path(path_type=Path, allow_dash=True)


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which deployments are assessed."""
    for option in (
        click.option("--environment", help="Assess only deployments to this environment."),
        click.option("--service", help="Assess only deployments of this service."),
        click.option(
            "--zone", metavar="ZONE", help="The time zone of the times given and shown [default: UTC]."
        ),
        to_option,
        from_option,
    ):
        command = option(command)
    return command


@click.group()
def assess() -> None:
    """Assess the capability of deployment management, by the fourteen criteria of ITIL 4 in orch's own words."""


@assess.command()
@period_options
@click.option(
    "--all", "every_level", is_flag=True, help="Show what is missing for every level, not for the next alone."
)
@click.option("--csv", "csv_file", type=FILE, help="Write a row for each piece of evidence and each answer.")
@click.option("--html", type=FILE, help="Write a page.")
@click.option("--pdf", type=FILE, help="Write a PDF (the extra `pdf`).")
@json_option
def show(  # noqa: PLR0913, PLR0917 - an option each
    begins: str | None,
    ends: str | None,
    zone: str | None,
    service: str | None,
    environment: str | None,
    every_level: bool,  # noqa: FBT001 (click calls it)
    csv_file: Path | None,
    html: Path | None,
    pdf: Path | None,
    as_json: bool,  # noqa: FBT001 (click calls it)
) -> None:
    """Show the level that is reached in a period [default: the last 365 days], and what is missing for the next."""
    if as_json and (csv_file or html or pdf):
        raise UsageFault("--json is for standard output; choose it or files.")
    made, criteria, clocks = _assessed(begins, ends, zone, service, environment)
    from orchestrator.cli.views import capability_files, capability_view

    if as_json:
        click.echo(json.dumps(capability_files.assessment_json(made, criteria)))
    elif csv_file or html or pdf:
        capability_files.write_assessment(made, criteria, clocks, csv_file=csv_file, html=html, pdf=pdf)
    else:
        click.echo(
            "\n".join(capability_view.assessment_lines(made, criteria, clocks, every_level=every_level))
        )


@assess.command()
@click.option("--open", "only_open", is_flag=True, help="Only those without an answer that counts.")
@json_option
def questions(only_open: bool, as_json: bool) -> None:  # noqa: FBT001
    """List what only people can answer, with the answers that count."""
    ports, criteria = ports_of_home(), _criteria()
    answers = answers_of(ports.journal.read(HOUSE), criteria, ports.clock.now())
    from orchestrator.cli.views import capability_view

    asked = [
        each
        for each in criteria.each
        if each.question is not None and not (only_open and each.criterion in answers)
    ]
    if as_json:
        for each in asked:
            click.echo(json.dumps(capability_view.question_answer(each, answers.get(each.criterion))))
        return
    for each in asked:
        click.echo("\n".join(capability_view.question_lines(each, answers.get(each.criterion))))
    if not asked:
        click.echo("Every question has an answer that counts.")


@assess.command()
@click.argument("criterion")
@click.argument("answer", type=click.Choice(ANSWERS))
@click.option("--note", type=WORDS, required=True, help="What shows it, for the record.")
@click.option("--until", metavar="TIME", help="How long it counts, such as 90d [default: 365d, and at most].")
@by_option
@speaking_key_option
def answer(criterion: str, answer: CapabilityAnswer, note: str, until: str | None, by: str) -> None:
    """Answer the question of CRITERION: yes, partly or no; a later answer replaces it."""
    ports = ports_of_home()
    ends = moment_given(until, ports.clock.now(), "--until") if until is not None else None
    words = words_given(note, "--note")
    given = use.answer(ports, _criteria(), criterion, answer, note=words, until=ends, by=by)
    click.echo(f"{given.criterion}: {given.answer}, until {given.until:%Y-%m-%d %H:%M} UTC.")


@assess.command()
@period_options
@click.option("--reason", type=WORDS, required=True, help="Why it is kept, for the record.")
@by_option
@speaking_key_option
def keep(
    begins: str | None,
    ends: str | None,
    zone: str | None,
    service: str | None,
    environment: str | None,
    reason: str,
    by: str,
) -> None:  # fmt: skip
    """Keep the assessment of a period on record, so that later ones stand beside it."""
    made, criteria, _ = _assessed(begins, ends, zone, service, environment)
    use.keep(ports_of_home(), made, reason=words_given(reason, "--reason"), by=by)
    from orchestrator.cli.views import capability_view

    click.echo(
        f"Kept: {capability_view.short_words(made, criteria)}. orch assess history shows all that are kept."
    )


@assess.command()
@json_option
def history(as_json: bool) -> None:  # noqa: FBT001
    """List the assessments that were kept, oldest first, with what changed since the one before."""
    kept = kept_assessments(ports_of_home().journal.read(HOUSE))
    from orchestrator.cli.views import capability_view

    if as_json:
        for record, event in kept:
            click.echo(json.dumps(capability_view.kept_answer(record, event)))
    elif kept:
        capability_view.print_history(kept)
    else:
        click.echo(
            "No assessment is kept. Look at one with orch assess show, then keep it: orch assess keep --reason WHY"
        )


def _assessed(
    begins: str | None, ends: str | None, zone: str | None, service: str | None, environment: str | None
) -> tuple[CapabilityAssessment, CapabilityCriteria, Any]:
    ports, criteria, clocks = ports_of_home(), _criteria(), zone_given(zone)
    for name, option in ((service, "--service"), (environment, "--environment")):
        if name is not None:
            words_given(name, option)
    first, last = range_given(begins, ends, ports.clock.now(), USUAL, clocks)
    period, asked = Period(begins=first, ends=last), Asked(service=service, environment=environment)
    return use.assess_now(ports, criteria, period, asked), criteria, clocks


def _criteria() -> CapabilityCriteria:
    from orchestrator.adapters.files.capability_file import shipped_criteria

    return shipped_criteria()
