"""`orch evidence`: what a deployment and a period hold of what standards ask for, clause by clause, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from orchestrator.cli.options.clause_options import html_option, map_option, maps_asked
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.period_options import period_asked, period_options
from orchestrator.cli.verbs.evidence.export import export, verifier, verify
from orchestrator.cli.views import evidence_text as view
from orchestrator.cli.views.waiting import waiting
from orchestrator.cli.views.whole_file import write_whole
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.rules.clause_map import ClauseMap
from orchestrator.engine.lookup.clause_cases import case_of, period_evidence
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.ports import Ports
from orchestrator.errors import ExitCode, PlanFault, UsageFault
from orchestrator.policy.clauses.case import Finding
from orchestrator.policy.clauses.clause_answers import answers_to, gaps_in
from orchestrator.policy.clauses.evidence_of import findings_of
from orchestrator.policy.clauses.period_evidence import PeriodEvidence, counts_of, gaps_of
from orchestrator.policy.measures.period.period_words import period_words


@click.group()
def evidence() -> None:
    """Evidence by clause: what is held of what standards and laws ask for, and what is missing."""


for command in (export, verify, verifier):
    evidence.add_command(command)


@evidence.command()
@click.argument("deployment", required=False)
@map_option
@html_option
@json_option
def show(deployment: str | None, maps: tuple[str, ...], html: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show what DEPLOYMENT [default: the open one, else the newest] holds of what each clause asks for."""
    _one_form(html, as_json=as_json)
    asked, ports = maps_asked(maps), ports_of_home()
    d = find(ports, deployment)
    findings = findings_of(case_of(ports, d))
    answered = [(each, answers_to(each, findings)) for each in asked]
    if as_json:
        maps_json = [view.answers_json(*each) for each in answered]
        answer = {
            "kind": "evidence",
            "orch_evidence": view.FORM,
            "deployment": d.id,
            "state": d.state.value,
            "maps": maps_json,
        }
        click.echo(json.dumps(answer))
    elif html is not None:
        from orchestrator.adapters.report.clause_document import deployment_document
        from orchestrator.adapters.report.document_page import html_of

        write_whole(html, html_of(deployment_document(d.id, d.state.value, answered, ports.clock.now())))
        click.echo(f"The evidence of {d.id} is in {html}")
    else:
        for number, (clauses, answers) in enumerate(answered):
            click.echo("\n" if number else "", nl=False)
            click.echo("\n".join([*view.head_lines(clauses, d.id), *view.answer_lines(answers)]))


@evidence.command()
@period_options
@map_option
@html_option
@json_option
def period(*, maps: tuple[str, ...], html: Path | None, as_json: bool, **given: str | None) -> None:
    """Show how many deployments of a period [default: the last 30 days] hold what each clause asks for, and which lack it.

    A deployment is of the period if it was planned before its end, and something happened since its beginning.
    """
    _one_form(html, as_json=as_json)
    clause_maps, ports = maps_asked(maps), ports_of_home()
    time = period_asked(ports.clock.now(), **given)
    with waiting(ports.clock, "reads the deployments") as say:
        of_period = period_evidence(ports, time.period, time.asked, say)
    counts = [(each, counts_of(each, of_period)) for each in clause_maps]
    words = period_words(time.period, time.zone)
    if as_json:
        click.echo(json.dumps(view.period_json(of_period, time.asked, counts)))
    elif html is not None:
        from orchestrator.adapters.report.clause_document import period_document
        from orchestrator.adapters.report.document_page import html_of

        write_whole(html, html_of(period_document(words, of_period, counts, ports.clock.now())))
        click.echo(f"The evidence of {words} is in {html}")
    else:
        for clauses, counted in counts:
            head = [*view.head_lines(clauses, words), view.period_line(of_period)]
            click.echo("\n".join([*head, *view.count_lines(counted), ""]))


@evidence.command()
@click.argument("deployment", required=False)
@period_options
@map_option
@json_option
def gaps(deployment: str | None, *, maps: tuple[str, ...], as_json: bool, **given: str | None) -> None:
    """List what is missing, with what closes it: of DEPLOYMENT, or of each deployment of a period [the last 30 days]."""
    if deployment is not None and any(given.values()):
        raise UsageFault("DEPLOYMENT is one, and the other options choose among many: give one or the other.")
    clause_maps, ports = maps_asked(maps), ports_of_home()
    if deployment is not None:
        listed = list(_of_one(clause_maps, ports, find(ports, deployment)))
    else:
        time = period_asked(ports.clock.now(), **given)
        with waiting(ports.clock, "reads the deployments") as say:
            listed = list(_of_many(clause_maps, period_evidence(ports, time.period, time.asked, say)))
    _show_gaps(clause_maps, listed, as_json=as_json)


Gap = tuple[ClauseMap, str, Finding, tuple[str, ...]]


def _of_one(maps: tuple[ClauseMap, ...], ports: Ports, d: Deployment) -> Iterator[Gap]:
    findings = findings_of(case_of(ports, d))
    for clauses in maps:
        for finding, numbers in gaps_in(answers_to(clauses, findings)):
            yield clauses, d.id, finding, numbers


def _of_many(maps: tuple[ClauseMap, ...], of_period: PeriodEvidence) -> Iterator[Gap]:
    """In the order of the deployments; what the period lacks as a whole comes last."""
    order = {each.id: number for number, each in enumerate(of_period.deployments)}
    for clauses in maps:
        each_gap = sorted(
            gaps_of(counts_of(clauses, of_period)), key=lambda each: order.get(each[0], len(order))
        )
        yield from ((clauses, *each) for each in each_gap)


def _show_gaps(maps: tuple[ClauseMap, ...], listed: list[Gap], *, as_json: bool) -> None:
    if as_json:
        for clauses, name, finding, numbers in listed:
            line = {
                "kind": "evidence_gap",
                "deployment": name or None,
                "map": clauses.named,
                "clauses": numbers,
                **view.finding_json(finding),
            }
            click.echo(json.dumps(line))
        return
    for clauses in maps:
        own = [(name, finding, numbers) for of, name, finding, numbers in listed if of is clauses]
        click.echo(view.shown(f"{clauses.named}: {clauses.title}"))
        click.echo("\n".join(view.gap_lines(own)) if own else "No gap among what orch can hold evidence of.")


@evidence.command("maps")
@json_option
def maps_(as_json: bool) -> int:  # noqa: FBT001
    """List the maps of clauses: those of orch, and those that the project adds in its folder `clauses`."""
    from orchestrator.adapters.files.clause_maps import known_maps
    from orchestrator.cli.views.table import print_table
    from orchestrator.policy.clauses.answer_words import source_words

    sound, faults = known_maps(Path())
    if as_json:
        answer = [{**view.map_json(each.noun), "file": each.file} for each in sound]
        click.echo(json.dumps(answer))
    else:
        rows = [
            (
                each.noun.named,
                str(len(each.noun.clauses)),
                view.shown(each.noun.title),
                view.shown(source_words(each.noun)),
            )
            for each in sound
        ]
        print_table(("map", "clauses", "title", "source"), rows)
    if faults:
        raise PlanFault(list(faults))
    return ExitCode.COMPLETED


def _one_form(html: Path | None, *, as_json: bool) -> None:
    if as_json and html is not None:
        raise UsageFault("--json is for standard output; choose it or --html.")
