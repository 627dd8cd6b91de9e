"""Waits in a journal: for words of people, and for the calendar, each from when it began until it was answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from orchestrator.domain.authority.admission_answer import OF_APPROVALS, OF_CALENDAR
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.measures.period.deployment_facts import WaitFact, WaitKind
from orchestrator.policy.measures.period.history import Moved

_BEFORE_START: tuple[WaitKind, ...] = ("approval", "window", "admission")
RolesByHand = Mapping[tuple[int, Purpose], str]
"""The role whose word ends a manual step, by wave and purpose."""
_Begun = tuple[WaitKind, str, datetime]


def waits_of(history: Sequence[Moved], roles_by_hand: RolesByHand) -> tuple[WaitFact, ...]:
    """Every wait in order of its end, those that last at the end of the list."""
    waits = _Waits()
    for moved in history:
        waits.take(moved, roles_by_hand)
    return (*waits.over, *waits.still_open())


class _Waits:
    def __init__(self) -> None:
        self.over: list[WaitFact] = []
        self._open: dict[WaitKind, _Begun] = {}

    def take(self, moved: Moved, roles_by_hand: RolesByHand) -> None:
        at = moved.record.at
        for kind in _answered(moved):
            self._end(kind, at)
        if moved.ends:
            for kind in tuple(self._open):
                self._end(kind, at)
        for kind, on, began in _begun(moved, roles_by_hand):
            if kind in _BEFORE_START:
                self._end_others(kind, began)
            self._open.setdefault(kind, (kind, on, began))

    def still_open(self) -> Iterator[WaitFact]:
        return (
            WaitFact(kind=kind, on=on, began=began, ended=None) for kind, on, began in self._open.values()
        )

    def _end_others(self, kind: WaitKind, at: datetime) -> None:
        for other in _BEFORE_START:
            if other != kind:
                self._end(other, at)

    def _end(self, kind: WaitKind, at: datetime) -> None:
        begun = self._open.pop(kind, None)
        if begun is not None:
            self.over.append(WaitFact(kind=kind, on=begun[1], began=begun[2], ended=max(at, begun[2])))


def _begun(moved: Moved, roles_by_hand: RolesByHand) -> Iterator[_Begun]:
    at = moved.record.at
    match moved.record.event:
        case e.DeploymentNotAdmitted(reasons=reasons):
            yield _admission({reason.code for reason in reasons}), "", at
        case e.DeploymentHeld():
            yield "hold", "", at
        case e.Paused() | e.EmergencyStopped() | e.ClockJumped():
            yield "pause", "", at
        case e.GateReached(confirm=str() as role, soak_until=until):
            yield "confirmation", role, max(at, until or at)
        case e.AttemptIntended(manual=True, wave=wave, purpose=purpose):
            yield "step", roles_by_hand.get((wave, purpose), ""), at


def _admission(codes: Iterable[str]) -> WaitKind:
    if any(code in OF_APPROVALS for code in codes):
        return "approval"
    return "window" if all(code in OF_CALENDAR for code in codes) else "admission"


def _answered(moved: Moved) -> tuple[WaitKind, ...]:
    match moved.record.event:
        case e.WindowOpened():
            return _BEFORE_START
        case e.Retried() | e.Excluded() | e.AbortRequested():
            return ("hold", "confirmation")
        case e.BackoutBegan():
            return ("hold", "confirmation", "pause")
        case e.Resumed():
            return ("pause",)
        case e.Confirmed() | e.GatePassed() | e.WaveRejected() | e.EarlyLifeBegan():
            return ("confirmation",)
        case e.StepAnswered() | e.AttemptEnded() | e.AttemptLost() | e.StepOverdue(ends=True):
            return ("step",)
        case _:
            return ("confirmation",) if moved.after is not State.AT_GATE else ()
