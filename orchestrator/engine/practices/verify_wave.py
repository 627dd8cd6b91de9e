"""Verification of the deployment against its acceptance criteria (ITIL 4 table 5.2), after a wave and while it soaks."""

from contextlib import closing

from orchestrator.domain.journal.events import WaveChecked
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import CheckResult
from orchestrator.engine.drive_context import Work
from orchestrator.engine.ports import Targets
from orchestrator.policy.course.rehearsing import injected_failures
from orchestrator.policy.course.steps import Perform
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
    """Ask the acceptance checks of all verified hosts again; before the last time only what did not pass is kept."""
    results: list[CheckResult] = []
    for wave in work.deployment.waves:
        results += _ask(
            work, work.ports.targets, wave.number, tuple(host for host in wave.hosts if host in step.hosts)
        )
    kept = [result for result in results if step.final or result.answer != "passed"]
    work.chronicle.note(
        WaveChecked(
            stage="soak" if work.deployment.state is State.AT_GATE else "early_life",
            wave=step.wave,
            final=step.final,
            asked=len(results),
            results=tuple(kept),
        )
    )


def _ask(work: Work, targets: Targets, wave: int, hosts: tuple[str, ...]) -> list[CheckResult]:
    if not hosts:
        return []
    checks = (*work.deployment.plan.validation.acceptance, *work.deployment.waves[wave].acceptance)
    return completed(targets.verify(work.targets(hosts), checks, work.project), hosts, checks)
