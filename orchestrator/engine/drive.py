"""The loop that drives a deployment: ask what is next, do it, put it on the journal, ask again."""

from collections.abc import Callable, Mapping
from typing import assert_never

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine import clock_watch, disk_space
from orchestrator.engine.drive_context import Work
from orchestrator.engine.host_locks import give_back
from orchestrator.engine.journal_writer import Chronicle
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.engine.practices import (
    admit,
    authorise_wave,
    capture_baseline,
    check_entry,
    prove_restoration,
    quiesce,
    run_attempt,
    verify_components,
    verify_environment,
    verify_wave,
)
from orchestrator.engine.private_copies import discard_old
from orchestrator.engine.stop_in_force import honour_stop
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import (
    FollowAttempt,
    Over,
    Perform,
    Practice,
    Record,
    RunAttempt,
    WaitForPerson,
    WaitUntil,
)

POLL = 0.25
"""Seconds between looks at the journal while waiting, so that a word from another terminal is heard."""

PRACTICES: Mapping[Practice, Callable[[Work, Perform], None]] = {
    "admit": admit.perform,
    "authorise_wave": authorise_wave.perform,
    "verify_components": verify_components.perform,
    "verify_environment": verify_environment.perform,
    "capture_baseline": capture_baseline.perform,
    "check_entry": check_entry.perform,
    "quiesce": quiesce.perform,
    "verify_wave": verify_wave.perform,
    "watch": verify_wave.watch,
    "prove_restoration": prove_restoration.perform,
}

BEFORE_ATTEMPTS: frozenset[Practice] = frozenset(
    {"verify_components", "verify_environment", "capture_baseline", "check_entry", "quiesce", "verify_wave"}
)
"""What an attempt can follow within moments; it is prepared meanwhile. Not `watch`, which goes on for days."""


def drive(
    ports: Ports, deployment: str, *, driver: str, by: str, watch: Watcher, fresh: bool = False
) -> Deployment:
    """Drive until the deployment is over or waits for a person. Raises Conflict while another process drives it.

    `fresh`: the caller has just checked the plan, and need not do so again before it starts.
    """
    with ports.journal.drive_alone(deployment):
        work = Work(ports, Chronicle(ports.journal, deployment, watch, driver), fresh=fresh)
        if not work.deployment.over:
            clock_watch.took_over(work, driver, by)
            honour_stop(work)
        try:
            while take_step(work):
                pass
        finally:
            work.part()
            ports.playbooks.let_go()
        give_back(ports, work.deployment)
        disk_space.give_back(ports.storage, work.deployment)
        discard_old(ports, work.deployment)
        return work.deployment


def take_step(work: Work) -> bool:
    """One step; False when there is nothing more to do without a person."""
    clock_watch.look(work)
    now = work.ports.clock.now()
    match next_step(work.deployment, now):
        case Over() | WaitForPerson():
            return False
        case Record(event=event):
            work.chronicle.decide(event)
        case WaitUntil(moment=moment):
            work.part()
            work.ports.clock.sleep(min(POLL, max(0.0, (moment - now).total_seconds())))
            work.chronicle.refresh()
        case RunAttempt() as step:
            run_attempt.begin(work, step)
        case FollowAttempt() as step:
            run_attempt.follow(work, step)
        case Perform() as step:
            if step.practice in BEFORE_ATTEMPTS:
                deployment = work.deployment
                work.ports.playbooks.make_ready(deployment.workplace, deployment.plan.strategy.accelerate)
            PRACTICES[step.practice](work, step)
        case forgotten:
            assert_never(forgotten)
    return True
