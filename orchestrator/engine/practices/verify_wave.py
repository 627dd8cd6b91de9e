"""Verification of the deployment against its acceptance criteria (ITIL 4 table 5.2), after a wave and while it soaks."""

from collections.abc import Sequence
from contextlib import closing

from orchestrator.domain.journal.events import WaveChecked
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.engine.check_files import in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.ports import Targets
from orchestrator.policy.course.rehearsing import injected_failures
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.course.watching import as_watched, unwatched, watching_of
from orchestrator.policy.evidence.acceptance import completed, completed_units


def perform(context: DriveContext, step: Perform) -> None:
    """Run every acceptance check on every deployed host, and compare the digests of the components there."""
    # Over new connections: those from before the wave do not show that login still works after it.
    with closing(context.ports.targets.stay()) as targets:
        results = _ask(context, targets, step.wave, step.hosts)
        on_target = context.deployment.preparation.on_target
        if on_target and step.hosts:
            units = targets.verify_units(context.targets(step.hosts), on_target)
            results += completed_units(units, step.hosts, on_target)
    results += injected_failures(context.deployment, step.wave, step.hosts)
    context.journal.note(
        WaveChecked(stage="verification", wave=step.wave, asked=len(results), results=tuple(results))
    )


def watch(context: DriveContext, step: Perform) -> None:
    """Run the acceptance checks of all verified hosts again; until the last round only what did not pass is kept.

    After time in which nobody looked this is not the last round: what was not watched is still to be watched.
    """
    watching = watching_of(context.deployment)
    since = 0.0 if watching.last is None else (context.ports.clock.now() - watching.last).total_seconds()
    results: list[CheckResult] = []
    asked: list[Check] = []
    for wave in context.deployment.waves:
        checks = [as_watched(check, since) for check in _checks(context, wave.number)]
        hosts = tuple(host for host in wave.hosts if host in step.hosts)
        results += _answers(context, context.ports.targets, checks, hosts)
        asked += checks
    gap = unwatched(watching, context.ports.clock.now(), asked, results)
    final = step.final and not gap
    kept = [result for result in results if final or result.answer != "passed"]
    context.journal.note(
        WaveChecked(
            stage="soak" if context.deployment.state is State.AT_GATE else "early_life",
            wave=step.wave,
            final=final,
            asked=len(results),
            results=tuple(kept),
            unwatched=gap,
        )
    )


def _ask(context: DriveContext, targets: Targets, wave: int, hosts: tuple[str, ...]) -> list[CheckResult]:
    return _answers(context, targets, _checks(context, wave), hosts)


def _checks(context: DriveContext, wave: int) -> tuple[Check, ...]:
    d = context.deployment
    return in_place(d, (*d.plan.validation.acceptance, *d.waves[wave].acceptance))


def _answers(
    context: DriveContext, targets: Targets, checks: Sequence[Check], hosts: tuple[str, ...]
) -> list[CheckResult]:
    if not hosts:
        return []
    return completed(targets.verify(context.targets(hosts), checks, context.project), hosts, checks)
