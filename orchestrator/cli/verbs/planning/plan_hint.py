"""`orch plan show --diff`: what the deploy playbooks say in check mode that they would change."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from orchestrator.cli.views.hint_lines import hint_json, hint_lines
from orchestrator.domain.evidence.hint import StageHint
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.model_base import seconds_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode, UsageFault

if TYPE_CHECKING:
    from orchestrator.engine.ports import Ports

_AT_MOST = 600.0


def show_hint(
    ports: Ports,
    prepared: PreparedPlan,
    names: Sequence[str],
    seconds: float,
    *,
    as_json: bool,
    say: Callable[[str], None],
) -> ExitCode:
    """Ask for the hint and print it. Exit code 0: every chosen host came to the end; 1: one did not; 4: tasks would act.

    `ports` are those that checked the plan: they know what its vaults hold. Raises UsageFault, PlanFault, StoreFault,
    MachineLacks.
    """
    from orchestrator.engine.use_cases.check_mode_hint import hint_of_plan

    hints = hint_of_plan(ports, prepared, names, seconds=seconds, say=say)
    code = _code(hints)
    if as_json:
        whole = code == ExitCode.COMPLETED
        about = {"plan": prepared.named, "ok": whole, "sha256": prepared.plan_sha256}
        click.echo(json.dumps({**about, **hint_json(hints, whole=whole)}, indent=2))
        return code
    for line in hint_lines(hints, named=bool(names)):
        click.echo(line)
    return code


def _code(hints: Sequence[StageHint]) -> ExitCode:
    if any(hint.run is not None and hint.run.acting for hint in hints):
        return ExitCode.REFUSED
    whole = all(hint.whole for hint in hints)
    return ExitCode.COMPLETED if whole else ExitCode.COMPLETED_WITH_EXCEPTIONS


def names_of_limit(limit: str | None) -> tuple[str, ...]:
    """The hosts and groups of `--limit`. Raises UsageFault for one that names nothing."""
    if limit is None:
        return ()
    names = tuple(name for each in limit.split(",") if (name := each.strip()))
    if not names:
        raise UsageFault("--limit names no host: give hosts or groups of the plan, with commas between.")
    return names


def seconds_at_most(at_most: str | None) -> float:
    """Raises UsageFault for what is no time, or no time that passes."""
    if at_most is None:
        return _AT_MOST
    try:
        seconds = float(seconds_of(at_most))
    except ValueError as expected:
        raise UsageFault(f"--at-most is {plain(at_most, 40)!r}; expected {expected}.") from None
    if seconds <= 0:
        raise UsageFault("--at-most is no time at all; give a duration such as 90s or 10m.")
    return seconds
