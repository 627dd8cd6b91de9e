"""Quiet after an unclean end: tasks of a run can outlive it on the hosts and would race whatever comes next."""

from datetime import timedelta

from orchestrator.domain.deployment.attempts import Attempted, QuietWait
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Quiesced, QuietAwaited
from orchestrator.domain.plan.target import Ending, Silence
from orchestrator.engine.drive_context import DriveContext
from orchestrator.policy.course.steps import Perform

TASKS_END = 30.0
"""Seconds that a remote task is given to end by itself where nobody asked for an end now."""
PATIENCE = 120.0
"""Seconds in which a host that gives no answer is asked again: what reboots is back by then."""
AT_ONCE = 20.0
"""The same after an abort, an emergency stop and a run out of time."""
PAUSE = 2.0
"""Seconds between two questions."""


def perform(context: DriveContext, step: Perform) -> None:
    """One round: end what is left of the run on its hosts and see that it is gone; ask those again that do not answer.

    How long they are asked is a deadline on the journal, so that the next driver goes on waiting and does not begin anew.
    """
    attempt = next(a for a in context.deployment.attempts if a.attempt == step.attempt)
    wait = attempt.wait
    endings = context.ports.targets.end_run(
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
    """All that is known now: what earlier rounds were told, and this one."""
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
    """A clock that was set back behind the beginning would make it endless."""
    return not wait.since <= context.ports.clock.now() < wait.until


def _at_once(d: Deployment, attempt: Attempted) -> bool:
    """An abort, an emergency stop and a run out of time end now; a lost worker's tasks may come to their own end."""
    return d.driving.aborting is not None or d.driving.stopped is not None or _out_of_time(attempt)


def _out_of_time(attempt: Attempted) -> bool:
    return attempt.outcome is not None and attempt.outcome.out_of_time
