"""A journal as changes of state: the ends, backouts and failures of one deployment, in order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.lifecycle import OVER, STANDS, State, after, end_of
from orchestrator.policy.measures.period.deployment_facts import BackoutFact, FailureCode

Failed = e.WaveFailed | e.WaveRejected | e.EarlyLifeFailed


@dataclass(frozen=True, slots=True)
class Moved:
    """A record, and the states before and after it. `failed`: the failure that is not answered yet, as a cause.

    A retry, leaving hosts out and a proved restoration answer it; a backout that leaves a residue does not."""

    record: Condensed
    before: State
    after: State
    failed: tuple[datetime, FailureCode] | None

    @property
    def ends(self) -> bool:
        """Whether the deployment came to an end by it."""
        return self.after in OVER and self.before not in OVER


def history_of(records: Iterable[Condensed]) -> tuple[Moved, ...]:
    """Every record after the first, `planned`, with its states. What is not of the table changes no state."""
    return tuple(_history(records))


def _history(records: Iterable[Condensed]) -> Iterator[Moved]:
    state, failed = State.PLANNED, None
    for record in records:
        new = after(state, record.event.kind) or state
        match record.event:
            case e.WaveFailed() | e.WaveRejected() | e.EarlyLifeFailed() as event:
                failed = record.at, _failure(event, state)
            case e.Retried() | e.Excluded():
                failed = None
        yield Moved(record, state, new, failed)
        if new in STANDS or new is State.BACKED_OUT:
            failed = None
        state = new


def _failure(event: Failed, state: State) -> FailureCode:
    match event:
        case e.WaveFailed():
            return "deploying"
        case e.EarlyLifeFailed():
            return "early_life"
        case e.WaveRejected(reasons=reasons):
            codes = {reason.code for reason in reasons}
            if codes & {"change.outside", "change.unknown"}:
                return "changes"
            if "metric.failed" in codes:
                return "metrics"
            return "verification" if state is State.VERIFYING_WAVE else "soak"


def first_end(history: Sequence[Moved]) -> Moved | None:
    """The record by which it first came to an end."""
    return next((moved for moved in history if moved.ends), None)


def cause_of(history: Sequence[Moved]) -> FailureCode | None:
    """Why its first end is not a good one; None for a completed, a cancelled and an open deployment."""
    end = first_end(history)
    if end is None or end.after in (State.COMPLETED, State.CANCELLED):
        return None
    match end.record.event:
        case e.Rejected():
            return "rejected"
        case e.DeploymentRefused(stage=stage):
            return _refused(stage)
        case e.CompletedWithExceptions():
            return "hosts_left_out"
    began = next((moved for moved in history if isinstance(moved.record.event, e.BackoutBegan)), None)
    return "not_known" if began is None else _cause_of_backout(began)


def _refused(stage: str) -> FailureCode:
    codes: dict[str, FailureCode] = {
        "approval": "refused_approval",
        "window": "refused_window",
        "components": "refused_components",
        "environment": "refused_environment",
        "baseline": "refused_baseline",
        "entry": "refused_entry",
        "rotation": "refused_rotation",
        "deploy": "refused_deploy",
    }
    return codes[stage]


def _cause_of_backout(began: Moved) -> FailureCode:
    """A failure that nobody answered is the cause, whoever then decided to back out; a rule of its own goes before that."""
    event = began.record.event
    codes = {reason.code for reason in event.reasons} if isinstance(event, e.BackoutBegan) else set()
    if "backout.not_authorised" in codes:
        return "not_authorised"
    if "backout.not_as_rehearsed" in codes:
        return "not_as_rehearsed"
    if "backout.record_broken" in codes:
        return "record_broken"
    if began.failed is not None:
        return began.failed[1]
    if "backout.aborted" in codes:
        return "aborted"
    by_a_person = isinstance(event, e.BackoutBegan) and event.by_a_person
    return "chosen" if by_a_person else "not_known"


def backouts_of(history: Sequence[Moved]) -> tuple[BackoutFact, ...]:
    """Every backout with its end: of a failed deployment, and of what had been completed."""
    return tuple(
        _backout(moved, history[place:])
        for place, moved in enumerate(history)
        if isinstance(moved.record.event, e.BackoutBegan)
    )


def _backout(began: Moved, rest: Sequence[Moved]) -> BackoutFact:
    end = first_end(rest)
    return BackoutFact(
        began=began.record.at,
        ended=end.record.at if end is not None else None,
        result=end_of(end.after) if end is not None else None,
        late=began.before in STANDS,
        failed_at=began.failed[0] if began.failed is not None else None,
    )
