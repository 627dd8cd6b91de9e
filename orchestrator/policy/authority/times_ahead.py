"""The point of no return of a plan that has not started: its waves compared with the next opening."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.evidence.completed_times import CompletedTimes
from orchestrator.policy.authority.admission import weigh
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.calendar_check import opens_next
from orchestrator.policy.calendar.forward_times import ForwardTimes, forward_times
from orchestrator.policy.calendar.point_of_no_return import Arithmetic


@dataclass(frozen=True, slots=True)
class TimesAhead:
    """`against`: the calendar's reasons against the requested start; the arithmetic starts there nevertheless.

    `waits`: no start was requested, nothing is open now, and the arithmetic starts at the next opening. `binds`: the policy
    forbids the start of a wave that could not be undone in time. `forward`: what the waves are expected to take by completed
    deployments; the arithmetic does not rest on that.
    """

    times: Arithmetic
    binds: bool
    waits: bool = False
    against: tuple[Reason, ...] = ()
    forward: tuple[ForwardTimes, ...] = ()
    completed: CompletedTimes | None = None

    @property
    def late(self) -> tuple[str, ...]:
        """The waves that could not be undone before it closes."""
        return tuple(line.times.name for line in self.times.lines if not line.may_start)

    @property
    def latest_for_all(self) -> datetime | None:
        """The latest start that leaves time to undo every wave; None where the window does not close."""
        spare = [line.spare for line in self.times.lines if line.spare is not None]
        return self.times.now + timedelta(seconds=min(spare)) if spare else None


def times_ahead(question: Question, at: datetime | None = None) -> TimesAhead:
    """The arithmetic from a moment; by default from the question's own, or if closed then, from the next opening."""
    binds = question.policy.undo_before_close
    asked = weigh(question if at is None else replace(question, now=at))
    completed = question.completed
    forward = _forward(question, completed) if completed is not None else ()
    opens = opens_next(question) if at is None and asked.opening.reasons else None
    if opens is None:
        against = asked.opening.reasons
        return TimesAhead(asked.times, binds, against=against, forward=forward, completed=completed)
    times = weigh(replace(question, now=opens)).times
    return TimesAhead(times, binds, waits=True, forward=forward, completed=completed)


def _forward(question: Question, completed: CompletedTimes) -> tuple[ForwardTimes, ...]:
    return forward_times(question.plan, question.waves, completed, margin=question.policy.margin)
