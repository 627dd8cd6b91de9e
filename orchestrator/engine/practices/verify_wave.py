"""Verification of the deployment against its acceptance criteria (ITIL 4 table 5.2), after a wave and while it soaks."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, closing, nullcontext

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import WaveChecked
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.engine.check_files import in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.ports import Targets
from orchestrator.engine.practices import look_for_processes
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.own_processes import search_after_deploy
from orchestrator.policy.course.rehearsing import injected_failures
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.course.watching import as_watched, unwatched, watching_of
from orchestrator.policy.evidence.acceptance import completed, completed_units
from orchestrator.policy.evidence.checks_due import (
    Due,
    due_after_wave,
    due_at_the_end,
    due_while_watched,
    in_their_last_stage,
)


def perform(context: DriveContext, step: Perform) -> None:
    """Run every acceptance check on every deployed host, and compare the digests of the components there."""
    # Over new connections: those from before the wave do not show that login still works after it.
    context.close_connections()
    targets = context.lasting_connections(search_after_deploy(context.deployment))
    results = _answers(context, targets, _due(context.deployment, step))
    results += _units(context, targets, step)
    look_for_processes.beside(context, targets, step.hosts)
    results += injected_failures(context.deployment, step.wave, step.hosts)
    context.journal.note(
        WaveChecked(stage="verification", wave=step.wave, asked=len(results), results=tuple(results))
    )
    # The capture of what changed goes over the same connections.
    following = next_step(context.deployment, context.ports.clock.now())
    if not (isinstance(following, Perform) and following.practice == "compare_changes"):
        context.close_connections()


def _due(d: Deployment, step: Perform) -> list[Due]:
    """The checks of the wave; after the last wave of all, other hosts are asked once more too."""
    verified = d.hosts_standing("verified")
    return [
        *due_after_wave(d.plan, d.waves, step.wave, step.hosts),
        *due_at_the_end(d.plan, d.waves, step.wave, verified),
    ]


def _units(context: DriveContext, targets: Targets, step: Perform) -> list[CheckResult]:
    """Whether hosts hold the units, where no later stage may still bring them."""
    d, results = context.deployment, list[CheckResult]()
    last = in_their_last_stage(d.waves, step.wave, step.hosts)
    for expected in d.preparation.expected_on(context.targets(last)):
        units = targets.verify_units(expected.targets, expected.digests)
        results += completed_units(units, [target.host for target in expected.targets], expected.digests)
    return results


def watch(context: DriveContext, step: Perform) -> None:
    """Run the acceptance checks of all verified hosts again; until the last round only what did not pass is kept.

    After time in which nobody looked this is not the last round: what was not watched is still to be watched.
    """
    watching = watching_of(context.deployment)
    began = context.ports.clock.now()
    with _watching(context, final=step.final) as targets:
        asked, results = _looked(context, targets, step.hosts, watching.since(began))
        if step.final:
            look_for_processes.beside(context, targets, step.hosts)
    gate = context.deployment.rollout.gate
    # The time in which a person was awaited is no part of a soak.
    confirmed = gate is not None and gate.confirmed_after_soak
    gap = 0.0 if confirmed else unwatched(watching, context.ports.clock.now(), asked, results)
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
            took=max(0.0, (context.ports.clock.now() - began).total_seconds()),
        )
    )


def _watching(context: DriveContext, *, final: bool) -> AbstractContextManager[Targets]:
    """The last look at the hosts also looks for own processes."""
    targets = context.hosts
    return closing(targets.stay(search_after_deploy(context.deployment))) if final else nullcontext(targets)


def _looked(
    context: DriveContext, targets: Targets, hosts: tuple[str, ...], since: float
) -> tuple[list[Check], list[CheckResult]]:
    """The checks of all waves so far as they are watched, and their results on these hosts."""
    d = context.deployment
    until = d.rollout.wave if d.state is State.AT_GATE else len(d.waves) - 1
    due = [
        Due(each.hosts, tuple(as_watched(check, since) for check in each.checks))
        for each in due_while_watched(d.plan, d.waves, until, hosts)
    ]
    return [check for each in due for check in each.checks], _answers(context, targets, due)


def _answers(context: DriveContext, targets: Targets, due: Iterable[Due]) -> list[CheckResult]:
    results: list[CheckResult] = []
    for each in due:
        asked, checks = context.targets(each.hosts), in_place(context.deployment, each.checks)
        results += completed(targets.verify(asked, checks, context.project), asked, checks)
    return results
