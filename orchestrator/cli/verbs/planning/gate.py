"""`orch gate`: a dry run of the metrics of a plan's gates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.wiring import has_journal
from orchestrator.domain.journal.events import Measured
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.gate_try import Tried, present_wave, try_gate
from orchestrator.errors import ExitCode, PlanFault
from orchestrator.policy.telling.words.metric_words import measured_words, metric_line

_EXITS = {"success": ExitCode.COMPLETED, "failed": ExitCode.REFUSED, "inconclusive": ExitCode.HELD}
_NO_CONTROL = (
    "a deployment takes the last value of untouched hosts here; a dry run of this gate alone has none"
)
_MARKS = {"success": "success", "failed": "FAILED", "inconclusive": "INCONCLUSIVE"}


@click.group()
def gate() -> None:
    """Try the gates of a release plan. No host is touched."""


@gate.command(name="try")
@click.argument("file", metavar="PLAN", type=click.Path(path_type=Path))
@click.option(
    "--wave",
    type=int,
    help="The wave whose gate is tried, counted from 1 [default: the present one of this plan's deployment, else 1].",
)
@click.option("--early-life", is_flag=True, help="Try early life support instead of the gate of a wave.")
@click.option(
    "--project",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The folder that the plan's paths are relative to.",
)
@json_option
def try_(
    file: Path,
    wave: int | None,
    early_life: bool,  # noqa: FBT001 (click calls it)
    project: Path | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Ask every metric of a gate once, as if its wave were deployed, and show values, verdicts and why.

    Hosts of this wave and of earlier ones stand for the deployed hosts, hosts of later waves for those not yet touched.
    Exits with 0 if all are successes, with 4 if one failed, else with 8 if one is inconclusive.
    """
    from orchestrator.cli.wiring import ports_to_check

    if early_life and wave is not None:
        raise click.UsageError(
            "--early-life and --wave exclude each other: early life support follows the last wave."
        )
    ports = ports_to_check()
    checked = check_plan(ports, ports.plan_files.load(file, project))
    if checked.faults:
        raise PlanFault(checked.faults)
    number, why = (wave, "") if wave is not None or early_life else _present(ports, checked)
    tried = try_gate(ports, checked, number)
    place = "early life support" if number is None else checked.waves[number - 1].name
    if why and not as_json:
        click.echo(why)
    if as_json:
        _print_json(place, tried)
    else:
        _print_lines(place, tried)
    return _exit_code(tried)


def _present(ports: Ports, checked: PreparedPlan) -> tuple[int, str]:
    """The wave that is tried where none is named, and why it is that one."""
    present = present_wave(ports.journal, checked) if has_journal() else None
    last = len(checked.waves)
    if present is not None and present[0] <= last:
        return present[0], f"Wave {present[0]} of {last}, where {present[1]} is; --wave names another."
    return 1, f"Wave 1 of {last}; --wave names another." if last > 1 else ""


def _exit_code(tried: Sequence[Tried]) -> ExitCode:
    """A failure weighs more than what is inconclusive, and that more than a success."""
    verdicts = {each.measured.verdict for each in tried if each.measured is not None}
    return next(
        (_EXITS[verdict] for verdict in ("failed", "inconclusive") if verdict in verdicts), ExitCode.COMPLETED
    )


def _print_lines(place: str, tried: Sequence[Tried]) -> None:
    if not tried:
        click.echo(f"{plain(place)}: no metric is measured there")
    for metric, measured in tried:
        if measured is None:
            click.echo(
                f"{plain(place)}: skipped: {plain(metric.name)}: no untouched host is left to compare with"
            )
            continue
        click.echo(
            f"{plain(place)}: {_MARKS[measured.verdict]}: {plain(measured_words(metric, measured), 600)}"
        )
        if measured.why == "no_control":
            click.echo(f"  {_NO_CONTROL}")
        click.echo(f"  {plain(metric_line(metric), 600)}")
    if tried and all(each.measured is None for each in tried):
        click.echo(f"{plain(place)}: nothing was measured; the gate passes by its soak and its checks alone")


def _print_json(place: str, tried: Sequence[Tried]) -> None:
    shown = {
        "gate": place,
        "metrics": [_json_of(*each) for each in tried],
        "exit_code": int(_exit_code(tried)),
    }
    click.echo(json.dumps(shown, indent=2))


def _json_of(metric: Metric, measured: Measured | None) -> dict[str, object]:
    if measured is None:
        return {"metric": metric.name, "skipped": True}
    facts = measured.model_dump(mode="json", exclude={"kind", "stage", "wave", "metric", "took"})
    return {"metric": metric.name, "skipped": False, **facts, "words": measured_words(metric, measured)}
