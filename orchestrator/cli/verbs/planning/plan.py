"""`orch plan`: check a release plan, show what it would do, and print its JSON Schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.schedule_times import moment_of_option, zone_given, zone_option
from orchestrator.cli.views.fault_formats import FORMATS, in_format
from orchestrator.cli.views.outline import print_outline
from orchestrator.cli.views.plan_answer import asked_json
from orchestrator.cli.views.plan_files import PlanShown, write_plan
from orchestrator.cli.views.plan_outline import may_change_lines, outline
from orchestrator.cli.views.plan_times import times_json, times_outline
from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.plan.installed import installed_words
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.errors import ExitCode, Fault, PlanFault, UsageFault
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.answer_ahead import answer_ahead
from orchestrator.policy.authority.times_ahead import times_ahead
from orchestrator.policy.evidence.allowed_changes import rules_binding
from orchestrator.policy.telling.words.still_asked import asked_lines
from orchestrator.policy.telling.words.strategy_words import strategy_words

if TYPE_CHECKING:
    from orchestrator.engine.ports import Ports

_file = click.argument("file", metavar="PLAN", type=click.Path(path_type=Path))
_project = click.option(
    "--project",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The folder that the plan's paths are relative to [default: the folder above the plan that has the files it names].",
)
_document = click.Path(dir_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs.")


@click.group()
def plan() -> None:
    """Check a release plan and show what it would do. No host is touched; --diff asks hosts in check mode."""


@plan.command()
@_file
@_project
@click.option(
    "--static", is_flag=True, help="Run no code of the project, and say what cannot be seen without it."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Print faults and warnings as a forge reads them (docs/ci.md), and nothing else.",
)
@ansible_option
@_json
def check(file: Path, project: Path | None, static: bool, form: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Check a plan against its files, inventory and playbooks, and show every fault at once.

    Ansible reads the inventory and the playbooks, and runs their plugins, lookups and scripts on this machine for it. Use
    --static for a project that you do not trust.
    """
    return check_and_report(file, project, form, static=static, as_json=as_json)


def check_and_report(
    file: Path,
    project: Path | None = None,
    form: str | None = None,
    *,
    static: bool = False,
    as_json: bool = False,
) -> int:
    """What `orch plan check` does and prints, and its exit code. Raises UsageFault for two forms at once."""
    if form is not None:
        if as_json:
            raise UsageFault("--json and --format are two forms of one answer: ask for one.")
        return _check_in_format(file, project, form, static=static)
    if static:
        return _check_statically(file, project, as_json=as_json)
    try:
        checked, question = _checked(file, project)
    except PlanFault as fault:
        return _report(str(file), fault.faults, (), as_json=as_json)
    asked = answer_ahead(question).still_asked if question is not None else ()
    if checked.faults or question is None:
        return _report(str(file), checked.faults, checked.warnings, asked, as_json=as_json)
    if as_json:
        _print_json({"plan": str(file), "ok": True, "faults": [], **_resolved(checked), **asked_json(asked)})
        return ExitCode.COMPLETED
    _print_warnings(checked.warnings)
    summary = f"{_count(len(checked.targets), 'host')} in {_count(len(checked.waves), 'wave')}"
    click.echo(f"{file}: ok, {summary}{_and_warnings(checked.warnings)}")
    for line in (*installed_words(checked.installed), *may_change_lines(checked), *asked_lines(asked)):
        click.echo(f"  {plain(line, 2000)}")
    return ExitCode.COMPLETED


@plan.command()
@_file
@_project
@click.option(
    "--at",
    metavar="TIME",
    help="Calculate the point of no return from this start [default: now, or the next opening].",
)
@zone_option
@click.option("--html", type=_document, help="Write the plan to this file as a page for sign-off.")
@click.option("--pdf", type=_document, help="Write the plan to this file as PDF for sign-off.")
@click.option(
    "--diff",
    is_flag=True,
    help="Run the deploy playbooks in check mode on hosts, and show what tasks say that they would change: a hint.",
)
@click.option(
    "--limit",
    metavar="HOSTS",
    help="With --diff: hosts or groups, by comma [default: the first of each stage].",
)
@click.option("--at-most", metavar="TIME", help="With --diff: the longest for each playbook [default: 10m].")
@ansible_option
@_json
def show(  # noqa: PLR0913 - the options of one command
    file: Path,
    project: Path | None,
    at: str | None,
    zone: str | None,
    *,
    diff: bool,
    limit: str | None,
    at_most: str | None,
    as_json: bool,
    **files: Path | None,
) -> int:
    """Show what a plan will do: hosts by wave, checks, gates, limits, backout, and how late each wave may start.

    With --html or --pdf it is a document for whoever signs it, and nothing is printed but where it is.

    With --diff hosts are asked: Ansible logs in to them, and runs the playbooks in check mode. Nothing is put on the journal,
    and nothing of it is kept.
    """
    if _is_hint(diff=diff, about_hint=(limit, at_most), about_plan=(at, zone, *files.values())):
        return _show_hint(file, project, limit, at_most, as_json=as_json)
    return _show_plan(file, project, at, zone, files, as_json=as_json)


def _is_hint(*, diff: bool, about_hint: Sequence[object], about_plan: Sequence[object]) -> bool:
    """Whether hosts are asked. Raises UsageFault for options that are not about what is asked."""
    if diff and any(each is not None for each in about_plan):
        raise UsageFault(
            "--diff prints a hint; --html, --pdf, --at and --zone are about the plan itself: ask for one of both."
        )
    if not diff and any(each is not None for each in about_hint):
        raise UsageFault("--limit and --at-most are for the hint of --diff: add --diff, or leave them out.")
    return diff


def _show_plan(
    file: Path,
    project: Path | None,
    at: str | None,
    zone: str | None,
    files: Mapping[str, Path | None],
    *,
    as_json: bool,
) -> int:
    zone_given(zone)
    wanted = {form: place for form, place in files.items() if place is not None}
    if wanted and as_json:
        raise UsageFault("--json prints, and --html and --pdf write files: ask for one or the other.")
    try:
        checked, question = _checked(file, project)
        starts = moment_of_option(at, question.now, zone, "--at") if question and at is not None else None
    except PlanFault as fault:
        return _report(str(file), fault.faults, (), as_json=as_json)
    asked = answer_ahead(replace(question, now=starts or question.now)).still_asked if question else ()
    if checked.faults or question is None:
        return _report(str(file), checked.faults, checked.warnings, asked, as_json=as_json)
    ahead, plan = times_ahead(question, starts), checked.plan
    if as_json:
        shown = {"point_of_no_return": times_json(ahead), "sections": plan.model_dump(mode="json")}
        _print_json(
            {"plan": str(file), "ok": True, "faults": [], **_resolved(checked), **shown, **asked_json(asked)}
        )
        return ExitCode.COMPLETED
    clocks = zone_given(zone, [checked.policy] if checked.policy else [])
    if wanted:
        write_plan(wanted, PlanShown(checked, ahead, clocks, asked, question.now))
        return ExitCode.COMPLETED
    print_outline(outline(checked, times_outline(ahead, plan.schedule.on_window_close, clocks)))
    for line in asked_lines(asked):
        click.echo(plain(line, 2000))
    _print_warnings(checked.warnings)
    return ExitCode.COMPLETED


def _show_hint(
    file: Path, project: Path | None, limit: str | None, at_most: str | None, *, as_json: bool
) -> int:
    from orchestrator.cli.verbs.planning.plan_hint import names_of_limit, seconds_at_most, show_hint
    from orchestrator.cli.wiring import ports_to_check

    names, seconds, ports = names_of_limit(limit), seconds_at_most(at_most), ports_to_check()
    try:
        checked, question = _checked(file, project, ports)
    except PlanFault as fault:
        return _report(str(file), fault.faults, (), as_json=as_json)
    if checked.faults or question is None:
        return _report(str(file), checked.faults, checked.warnings, as_json=as_json)
    with _progress() as say:
        return show_hint(ports, checked, names, seconds, as_json=as_json, say=say)


@plan.command()
def schema() -> None:
    """Print the JSON Schema of release plans, for editors."""
    from orchestrator.adapters.files.schemas.plan_schema import plan_schema

    _print_json(plan_schema())


def _check_in_format(file: Path, project: Path | None, form: str, *, static: bool) -> ExitCode:
    """The check's faults and warnings in a forge's form; the exit code is that of the check in words."""
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    try:
        if static:
            faults, warnings = _static_findings(file, project)
        else:
            checked, _ = _checked(file, project)
            faults, warnings = checked.faults, checked.warnings
    except PlanFault as fault:
        faults = fault.faults
    click.echo(in_format(form, faults, warnings, Path.cwd()), nl=False)
    return ExitCode.PLAN_FAULT if faults else ExitCode.COMPLETED


def _static_findings(file: Path, project: Path | None) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    from orchestrator.cli.wiring import ports_to_check
    from orchestrator.engine.planning.static_check import check_statically
    from orchestrator.engine.use_cases.preview import faults_by_rules

    ports = ports_to_check()
    static = check_statically(ports, ports.plan_files.load(file, project), lambda step: None)
    return (*static.checked.faults, *faults_by_rules(ports, static.checked)), static.checked.warnings


def _check_statically(file: Path, project: Path | None, *, as_json: bool) -> int:
    from orchestrator.cli.wiring import ports_to_check
    from orchestrator.engine.planning.static_check import UNSEEN, check_statically
    from orchestrator.engine.use_cases.preview import faults_by_rules

    ports = ports_to_check()
    try:
        loaded = ports.plan_files.load(file, project)
    except PlanFault as fault:
        return _report(str(file), fault.faults, (), as_json=as_json)
    with _progress() as say:
        static = check_statically(ports, loaded, say)
    faults = (*static.checked.faults, *faults_by_rules(ports, static.checked))
    warnings = static.checked.warnings
    unseen = {"static": True, "unseen": list(UNSEEN), "code": list(static.code)}
    if as_json:
        listed = {
            "faults": [asdict(item) for item in faults],
            "warnings": [asdict(item) for item in warnings],
        }
        _print_json({"plan": str(file), "ok": not faults, **listed, **unseen})
        return ExitCode.PLAN_FAULT if faults else ExitCode.COMPLETED
    for sentence in UNSEEN:
        click.echo(f"not seen: {sentence}", err=bool(faults))
    for path in static.code:
        click.echo(f"not run: {plain(path, 200)}", err=bool(faults))
    if faults:
        return _report(str(file), faults, warnings, as_json=False)
    _print_warnings(warnings)
    click.echo(f"{file}: no fault in what can be read without running code{_and_warnings(warnings)}")
    return ExitCode.COMPLETED


def _checked(
    file: Path, project: Path | None, ports: Ports | None = None
) -> tuple[PreparedPlan, Question | None]:
    """The plan with all its faults, those by its rules too, and the question whether it may start; None if none can be made."""
    from orchestrator.cli.wiring import has_journal, ports_to_check
    from orchestrator.engine.use_cases.preview import asked_ahead

    ports = ports or ports_to_check()
    loaded = ports.plan_files.load(file, project)
    with _progress() as say:
        checked = check_plan(ports, loaded, say=say)
    return asked_ahead(ports, checked, history=has_journal())


def _resolved(checked: PreparedPlan) -> dict[str, Any]:
    return {
        "sha256": checked.plan_sha256,
        "strategy": strategy_words(checked),
        "environment": checked.plan.resources.environment,
        "environment_class": checked.environment_class,
        "hosts": [target.host for target in checked.targets],
        "waves": [wave.model_dump(mode="json") for wave in checked.waves],
        "may_change": {
            place: {part: names if isinstance(names, str) else list(names) for part, names in rule.items()}
            for place, rule in rules_binding(checked.policy, checked.model).items()
        },
        "installed": [part.model_dump(mode="json") for part in checked.installed],
        "documents": [document.model_dump(mode="json") for document in checked.documents],
        "warnings": [asdict(warning) for warning in checked.warnings],
    }


def _report(
    file: str,
    faults: tuple[Fault, ...],
    warnings: tuple[Fault, ...],
    asked: tuple[Reason, ...] = (),
    *,
    as_json: bool,
) -> ExitCode:
    if as_json:
        listed = {
            "faults": [asdict(fault) for fault in faults],
            "warnings": [asdict(item) for item in warnings],
        }
        _print_json({"plan": file, "ok": False, **listed, **(asked_json(asked) if asked else {})})
        return ExitCode.PLAN_FAULT
    for fault in faults:
        click.echo(str(fault), err=True)
    _print_warnings(warnings, err=True)
    click.echo(f"{file}: {_count(len(faults), 'fault')}{_and_warnings(warnings)}", err=True)
    return ExitCode.PLAN_FAULT


def _print_warnings(warnings: tuple[Fault, ...], *, err: bool = False) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}", err=err)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _and_warnings(warnings: tuple[Fault, ...]) -> str:
    return f", {_count(len(warnings), 'warning')}" if warnings else ""


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show progress in a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("checks the plan") as status:
        yield lambda step: status.update(f"checks {step}")
