"""The loop that drives a deployment: ask for the next step, perform it, record it on the journal, repeat."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import assert_never

from orchestrator.domain.authority.word import Verb
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine import anchoring, clock_watch, disk_space, seal_watch
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.host_locks import give_back
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.lost_history import refuse_lost_attempts
from orchestrator.engine.lookup.needed_password import refuse_without_password
from orchestrator.engine.lookup.present_software import go_on_with_its_ansible
from orchestrator.engine.lookup.seal_check import refuse_broken_seal
from orchestrator.engine.message_sending import have_messages_sent
from orchestrator.engine.ports import Ports, Watcher
from orchestrator.engine.practices import (
    admit,
    authorise_wave,
    capture_baseline,
    check_entry,
    compare_changes,
    compare_first,
    look_for_processes,
    measure,
    measure_objectives,
    prove_restoration,
    quiesce,
    rotate,
    run_attempt,
    verify_components,
    verify_environment,
    verify_wave,
)
from orchestrator.engine.practices.deliver_receipt import PAUSES, deliver_receipt
from orchestrator.engine.private_copies import discard_old, have_copy
from orchestrator.engine.redacted_ports import ask_for_vaulted
from orchestrator.engine.stop_in_force import honour_stop
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import (
    FollowAttempt,
    Over,
    Perform,
    Practice,
    Record,
    RunAttempt,
    Step,
    WaitForPerson,
    WaitUntil,
)

POLL = 0.25
"""Seconds between reads of the journal while waiting; commands from other terminals arrive there."""

PRACTICES: Mapping[Practice, Callable[[DriveContext, Perform], None]] = {
    "admit": admit.perform,
    "authorise_wave": authorise_wave.perform,
    "verify_components": verify_components.perform,
    "verify_environment": verify_environment.perform,
    "capture_baseline": capture_baseline.perform,
    "check_entry": check_entry.perform,
    "take_out": rotate.take_out,
    "give_back": rotate.give_back,
    "quiesce": quiesce.perform,
    "verify_wave": verify_wave.perform,
    "compare_changes": compare_changes.perform,
    "watch": verify_wave.watch,
    "measure": measure.perform,
    "measure_objectives": measure_objectives.perform,
    "look_for_processes": look_for_processes.perform,
    "compare_first": compare_first.perform,
    "prove_restoration": prove_restoration.perform,
}

BEFORE_ATTEMPTS: frozenset[Practice] = frozenset(
    {
        "verify_components",
        "verify_environment",
        "capture_baseline",
        "check_entry",
        "take_out",
        "quiesce",
        "verify_wave",
        "compare_first",
    }
)
"""Practices that an attempt can follow soon; it is prepared meanwhile. Not `watch`, which can last for days."""


def drive(
    ports: Ports,
    deployment: str,
    *,
    driver: str,
    by: str,
    watch: Watcher,
    fresh: bool = False,
    verb: Verb | None = None,
) -> Deployment:
    """Drive the deployment until it is over or waits for a person. Raises Conflict while another process drives it.

    `fresh`: the caller has just checked the plan; admission need not check it again. `verb`: what taking over says; None
    where the same command has said a word that it follows from.
    """
    with ports.journal.drive_alone(deployment) as claim:
        writer = JournalWriter(ports.journal, deployment, watch, driver)
        context = DriveContext(ports, writer, fresh=fresh, claim=claim)
        if not fresh:
            refuse_without_password(ports, context.deployment)
            refuse_lost_attempts(ports, context.deployment)
            refuse_broken_seal(ports, context.deployment.id)
            have_copy(ports, context.deployment)
            go_on_with_its_ansible(ports, context.deployment)
            ask_for_vaulted(ports, context.deployment)
        if not context.deployment.over:
            clock_watch.record_takeover(context, driver, by, verb)
            honour_stop(context)
        try:
            have_messages_sent(context)
            while take_step(context):
                have_messages_sent(context)
        finally:
            context.close_connections()
            ports.playbooks.let_go()
        have_messages_sent(context, last=True)
        give_back(ports, context.deployment)
        disk_space.give_back(ports.storage, context.deployment)
        discard_old(ports, context.deployment)
        deliver_receipt(ports, context.journal, by, PAUSES)
    if context.deployment.over:
        ports.outside_cmdbs.begin()
    anchoring.settle_quietly(ports)
    return context.deployment


def _make_ready(context: DriveContext) -> None:
    """For runs on this machine; those in a container start in the cold."""
    plan = context.deployment.plan
    if plan.resources.execution_environment is None:
        context.ports.playbooks.make_ready(context.deployment.workplace, plan.strategy.accelerate)


def take_step(context: DriveContext) -> bool:
    """Take one step; False when nothing is left to do without a person."""
    context.confirm_claim()
    clock_watch.record_clock_jump(context)
    now = context.ports.clock.now()
    step = next_step(context.deployment, now)
    return seal_watch.finds_break(context, step) or _taken(context, step, now)


def _taken(context: DriveContext, step: Step, now: datetime) -> bool:
    match step:
        case Over() | WaitForPerson():
            return False
        case Record(event=event):
            context.journal.decide(event)
        case WaitUntil(moment=moment):
            context.close_connections()
            context.ports.clock.sleep(min(POLL, max(0.0, (moment - now).total_seconds())))
            context.journal.refresh()
        case RunAttempt() as step:
            run_attempt.begin(context, step)
        case FollowAttempt() as step:
            run_attempt.follow(context, step)
        case Perform() as step:
            if step.practice in BEFORE_ATTEMPTS:
                _make_ready(context)
            PRACTICES[step.practice](context, step)
        case forgotten:
            assert_never(forgotten)
    return True
