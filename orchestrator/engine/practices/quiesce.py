"""Quiescing after an unclean end: a run's tasks can outlive it on the hosts and would race with the next run."""

from datetime import timedelta

from orchestrator.domain.deployment.attempts import Attempted, QuietWait
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Quiesced, QuietAwaited
from orchestrator.domain.plan.target import Ending, Silence
from orchestrator.engine.drive_context import DriveContext
from orchestrator.policy.course.steps import Perform

TASKS_END = 30.0
"""Seconds for a remote task to end by itself, unless somebody wants it ended now."""
PATIENCE = 120.0
"""Seconds during which an unreachable host is tried again; a reboot takes less."""
AT_ONCE = 20.0
"""PATIENCE after an abort, an emergency stop or a run that exceeded its time limit."""
PAUSE = 2.0
"""Seconds between two tries."""


def perform(context: DriveContext, step: Perform) -> None:
    """One round: end what is left of the run on its hosts and verify that it is gone; hosts that do not answer are tried again.

    The deadline for them is on the journal, so that the next driver continues the same wait.
    """
    attempt = next(a for a in context.deployment.attempts if a.attempt == step.attempt)
    wait = attempt.wait
    endings = context.hosts.end_run(
        context.targets(wait.hosts if wait is not None else step.hosts),
        step.attempt,
        0.0 if _at_once(context.deployment, attempt) else TASKS_END,
    )
    quiet = _with_answers(attempt, step.hosts, endings)
    waited = wait is not None and _is_over(context, wait)
    if waited or not any(_may_come_back(endings.get(host)) for host in quiet.unreachable):
        context.journal.note(quiet)
        return
    if wait is None or wait.hosts != quiet.unreachable:
        context.journal.note(_awaited(context, attempt, quiet))
    context.ports.clock.sleep(PAUSE)
    context.journal.refresh()


def _with_answers(
    attempt: Attempted, hosts: tuple[str, ...], answers: dict[str, Ending | Silence]
) -> Quiesced:
    """The answers of all rounds so far, this one included."""
    earlier = attempt.wait
    pending = set(earlier.hosts if earlier is not None else hosts)
    endings = {host: ending for host, ending in answers.items() if isinstance(ending, Ending)}
    busy = {host for host, ending in endings.items() if ending.left}
    ended = {host for host, ending in endings.items() if ending.ended}
    if earlier is not None:
        busy, ended = busy | set(earlier.busy), ended | set(earlier.ended)
    return Quiesced(
        attempt=attempt.attempt,
        busy=tuple(host for host in hosts if host in busy),
        unreachable=tuple(host for host in hosts if host in pending and host not in endings),
        ended=tuple(host for host in hosts if host in ended),
    )


def _may_come_back(answer: Ending | Silence | None) -> bool:
    return not isinstance(answer, Silence) or answer.may_end


def _awaited(context: DriveContext, attempt: Attempted, quiet: Quiesced) -> QuietAwaited:
    patience = AT_ONCE if _at_once(context.deployment, attempt) else PATIENCE
    wait = attempt.wait
    return QuietAwaited(
        attempt=attempt.attempt,
        hosts=quiet.unreachable,
        until=wait.until if wait is not None else context.ports.clock.now() + timedelta(seconds=patience),
        busy=quiet.busy,
        ended=quiet.ended,
    )


def _is_over(context: DriveContext, wait: QuietWait) -> bool:
    """Whether the wait is over; also if the clock was set back to before it began, which would make it endless."""
    return not wait.since <= context.ports.clock.now() < wait.until


def _at_once(d: Deployment, attempt: Attempted) -> bool:
    """Whether to end tasks now: after an abort, an emergency stop or a timeout. A lost worker's tasks may finish."""
    return d.driving.aborting is not None or d.driving.stopped is not None or _out_of_time(attempt)


def _out_of_time(attempt: Attempted) -> bool:
    return attempt.outcome is not None and attempt.outcome.out_of_time
