"""`orch plan`: check a release plan, show what it would do, and print its JSON Schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.schedule_times import moment_of_option, zone_given, zone_option
from orchestrator.cli.verbs.planning.plan_list import list_plans
from orchestrator.cli.views.fault_formats import FORMATS, in_format
from orchestrator.cli.views.outline import print_outline
from orchestrator.cli.views.plan_files import write_plan
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode, Fault, PlanFault, UsageFault
from orchestrator.policy.authority.plan_answer import PlanAnswer, and_warnings, faulty

if TYPE_CHECKING:
    from orchestrator.engine.use_cases.plan_answers import PlanNamed, PlanShown

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


plan.add_command(list_plans)


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
    if form is not None and as_json:
        raise UsageFault("--json and --format are two forms of one answer: ask for one.")
    answer = _check(file, project, static=static)
    if form is not None:
        click.echo(in_format(form, answer.faults, answer.warnings, Path.cwd()), nl=False)
        return ExitCode.COMPLETED if answer.ok else ExitCode.PLAN_FAULT
    if as_json or not answer.ok:
        if not as_json:
            _print_lines(answer.lines, err=True)
        return _report(answer, as_json=as_json)
    if static:
        *before, last = answer.lines
        _print_lines(before)
        _print_warnings(answer.warnings)
        _print_lines([last])
        return ExitCode.COMPLETED
    _print_warnings(answer.warnings)
    _print_lines(answer.lines)
    return ExitCode.COMPLETED


def _check(file: Path, project: Path | None, *, static: bool) -> PlanAnswer:
    from orchestrator.cli.wiring import ports_to_check, server

    if (asked := server()) is not None:
        from orchestrator.adapters.remote import remote_plans

        _refuse_here_alone(project=project)
        return remote_plans.check(asked, file.as_posix(), static=static)
    from orchestrator.engine.use_cases import plan_answers

    with _progress() as say:
        act = plan_answers.check_by_reading if static else plan_answers.check
        return act(ports_to_check(), _named(file, project), say)


def _named(file: Path, project: Path | None) -> PlanNamed:
    from orchestrator.cli.wiring import has_journal
    from orchestrator.engine.use_cases.plan_answers import PlanNamed

    return PlanNamed(str(file), file, project, has_journal())


def _refuse_here_alone(**options: object) -> None:
    given = [f"--{name}" for name, value in options.items() if value]
    if given:
        raise UsageFault(
            f"{' and '.join(given)}: not with --server, where plans are of projects that the server knows. "
            "Leave it out, or run the command where the project is."
        )


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
    answer, made = _shown(file, project, at, zone, wanted)
    if as_json or not answer.ok:
        return _report(answer, as_json=as_json)
    if wanted and made is not None:
        write_plan(wanted, made)
        return ExitCode.COMPLETED
    if answer.outline is not None:
        print_outline(answer.outline)
    _print_lines(answer.lines)
    _print_warnings(answer.warnings)
    return ExitCode.COMPLETED


def _shown(
    file: Path, project: Path | None, at: str | None, zone: str | None, wanted: Mapping[str, Path]
) -> tuple[PlanAnswer, PlanShown | None]:
    from orchestrator.bootstrap import clock
    from orchestrator.cli.wiring import ports_to_check, server

    starts = moment_of_option(at, clock().now(), zone, "--at") if at is not None else None
    if (asked := server()) is not None:
        from orchestrator.adapters.remote import remote_plans

        _refuse_here_alone(project=project, **wanted)
        return remote_plans.show(asked, file.as_posix(), starts, zone), None
    from orchestrator.engine.use_cases import plan_answers

    with _progress() as say:
        return plan_answers.shown(
            ports_to_check(), _named(file, project), starts, lambda policies: zone_given(zone, policies), say
        )


def _show_hint(
    file: Path, project: Path | None, limit: str | None, at_most: str | None, *, as_json: bool
) -> int:
    from orchestrator.cli.verbs.planning.plan_hint import names_of_limit, seconds_at_most, show_hint
    from orchestrator.cli.wiring import ports_to_check
    from orchestrator.engine.use_cases import plan_answers

    names, seconds, ports = names_of_limit(limit), seconds_at_most(at_most), ports_to_check()
    try:
        with _progress() as say:
            checked, question = plan_answers.checked_plan(ports, _named(file, project), say)
    except PlanFault as fault:
        return _report(faulty(str(file), fault.faults, ()), as_json=as_json)
    if checked.faults or question is None:
        return _report(faulty(str(file), checked.faults, checked.warnings), as_json=as_json)
    with _progress() as say:
        return show_hint(ports, checked, names, seconds, as_json=as_json, say=say)


@plan.command()
def schema() -> None:
    """Print the JSON Schema of release plans, for editors."""
    from orchestrator.adapters.files.schemas.plan_schema import plan_schema

    _print_json(plan_schema())


def _report(answer: PlanAnswer, *, as_json: bool) -> ExitCode:
    """What is wrong with a plan, or its JSON, and the exit code."""
    if as_json:
        _print_json(answer.fields)
        return ExitCode.COMPLETED if answer.ok else ExitCode.PLAN_FAULT
    for fault in answer.faults:
        click.echo(str(fault), err=True)
    _print_warnings(answer.warnings, err=True)
    number = counted(len(answer.faults), "fault")
    click.echo(f"{answer.fields['plan']}: {number}{and_warnings(answer.warnings)}", err=True)
    return ExitCode.PLAN_FAULT


def _print_lines(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        text = line.lstrip(" ")
        click.echo(" " * (len(line) - len(text)) + plain(text, 2000), err=err)


def _print_warnings(warnings: tuple[Fault, ...], *, err: bool = False) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}", err=err)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show progress in a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("checks the plan") as status:
        yield lambda step: status.update(f"checks {step}")
