"""Verification of the deployment against its acceptance criteria (ITIL 4 table 5.2), after a wave and while it soaks."""

from collections.abc import Sequence
from contextlib import closing

from orchestrator.domain.journal.events import WaveChecked
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.engine.drive_context import Work
from orchestrator.engine.ports import Targets
from orchestrator.policy.course.rehearsing import injected_failures
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.course.watching import as_watched, unwatched, watching_of
from orchestrator.policy.evidence.acceptance import completed, completed_units


def perform(work: Work, step: Perform) -> None:
    """Ask every acceptance check on every deployed host, and the digests of the components there."""
    # New connections: those that were there before the wave say nothing of whether anybody can log in after it.
    with closing(work.ports.targets.stay()) as targets:
        results = _ask(work, targets, step.wave, step.hosts)
        on_target = work.deployment.preparation.on_target
        if on_target and step.hosts:
            units = targets.verify_units(work.targets(step.hosts), on_target)
            results += completed_units(units, step.hosts, on_target)
    results += injected_failures(work.deployment, step.wave, step.hosts)
    work.chronicle.note(
        WaveChecked(stage="verification", wave=step.wave, asked=len(results), results=tuple(results))
    )


def watch(work: Work, step: Perform) -> None:
    """Ask the acceptance checks of all verified hosts again; before the last time only what did not pass is kept.

    After time in which nobody looked it is not the last time: what was not watched is watched yet.
    """
    watching = watching_of(work.deployment)
    since = 0.0 if watching.last is None else (work.ports.clock.now() - watching.last).total_seconds()
    results: list[CheckResult] = []
    asked: list[Check] = []
    for wave in work.deployment.waves:
        checks = [as_watched(check, since) for check in _checks(work, wave.number)]
        hosts = tuple(host for host in wave.hosts if host in step.hosts)
        results += _answers(work, work.ports.targets, checks, hosts)
        asked += checks
    gap = unwatched(watching, work.ports.clock.now(), asked, results)
    final = step.final and not gap
    kept = [result for result in results if final or result.answer != "passed"]
    work.chronicle.note(
        WaveChecked(
            stage="soak" if work.deployment.state is State.AT_GATE else "early_life",
            wave=step.wave,
            final=final,
            asked=len(results),
            results=tuple(kept),
            unwatched=gap,
        )
    )


def _ask(work: Work, targets: Targets, wave: int, hosts: tuple[str, ...]) -> list[CheckResult]:
    return _answers(work, targets, _checks(work, wave), hosts)


def _checks(work: Work, wave: int) -> tuple[Check, ...]:
    return (*work.deployment.plan.validation.acceptance, *work.deployment.waves[wave].acceptance)


def _answers(
    work: Work, targets: Targets, checks: Sequence[Check], hosts: tuple[str, ...]
) -> list[CheckResult]:
    if not hosts:
        return []
    return completed(targets.verify(work.targets(hosts), checks, work.project), hosts, checks)
