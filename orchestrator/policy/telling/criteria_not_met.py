"""Criteria that were not met, each with what was decided, by whom and in which role (ISO/IEC 20000-1 5.4 and 9.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.objective import text_of
from orchestrator.domain.text.format import counted
from orchestrator.policy.evidence.acceptance import complaints
from orchestrator.policy.telling.words.decision_words import chosen_words, confirmed_words

NO_DECISION = "no decision yet"


@dataclass(frozen=True, slots=True)
class NotMet:
    """One criterion, or those of one look. `wave`: where it is one of a wave; `number`: where it is an objective.

    `settled`: the decision is the last one about it; a hold is none.
    """

    at: datetime
    what: str
    decision: str = NO_DECISION
    settled: bool = False
    number: int | None = None
    wave: int | None = None
    entry: bool = False

    @property
    def place(self) -> tuple[int | None, int | None, bool]:
        """What it is about: further looks at the same place that fail are one criterion."""
        return self.number, self.wave, self.entry


def criteria_not_met(d: Deployment, records: Iterable[Recorded | Condensed]) -> tuple[NotMet, ...]:
    """In the order of the journal. Looks at the same wave that fail one after the other are one."""
    items: list[NotMet] = []
    measured: list[e.Measured] = []
    for record in records:
        items = [item if item.settled else _decided(d, item, record.event) for item in items]
        missed = _missed(d, record, measured)
        if missed is not None:
            items = _with_one(items, missed)
        measured = _since(measured, record.event)
    return tuple(items)


def not_met_lines(d: Deployment, records: Sequence[Recorded]) -> list[str]:
    """A line for each, with its decision."""
    return [
        f"{each.at:%Y-%m-%d %H:%M:%S} {each.what}: {each.decision}" for each in criteria_not_met(d, records)
    ]


def _since(measured: list[e.Measured], event: e.Event) -> list[e.Measured]:
    """The measurements that nothing has followed yet; a hold rests on these."""
    if isinstance(event, e.Measured):
        return [*measured, event]
    return measured if isinstance(event, e.DriverTook) else []


def _with_one(items: list[NotMet], missed: NotMet) -> list[NotMet]:
    """A wave that goes on failing is one item, told as it was first seen; so is an objective, as it was last measured."""
    for index, item in enumerate(items):
        if not item.settled and item.place == missed.place:
            return [*items[:index], missed, *items[index + 1 :]] if item.number is not None else items
    return [*items, missed]


def _missed(d: Deployment, record: Recorded | Condensed, measured: Sequence[e.Measured]) -> NotMet | None:
    at = record.at
    match record.event:
        case e.EntryChecked(wave=wave, results=results) if failing := complaints(results):
            words = f"entry criteria of {d.waves[wave].name}: {_first(failing)}"
            return NotMet(at, words, wave=wave, entry=True)
        case e.WaveChecked(wave=wave, stage=stage, results=results) if failing := complaints(results):
            words = f"{stage.replace('_', ' ')} of {d.waves[wave].name}: {_first(failing)}"
            return NotMet(at, words, wave=wave)
        case e.WaveRejected(wave=wave, reason=reason):
            return NotMet(at, f"{d.waves[wave].name}: {reason}", wave=wave)
        case e.EarlyLifeFailed(reason=reason):
            return NotMet(at, f"early life support: {reason}", wave=len(d.waves) - 1)
        case e.DeploymentHeld(by="orch", reason=reason) if _inconclusive(measured):
            last = measured[-1]
            place = f"gate of {d.waves[last.wave].name}" if last.stage == "gate" else "early life support"
            return NotMet(at, f"{place}: {reason}", wave=last.wave)
        case e.ObjectiveMeasured(number=number, result="not achieved", found=seen):
            known = d.plan.objectives[number] if number < len(d.plan.objectives) else ""
            return NotMet(at, f"objective {number + 1}, {text_of(known)}: found {seen}", number=number)
        case e.DeploymentRefused(stage="environment", results=results) if failing := complaints(results):
            words = f"verification of the environment: {_first(failing)}"
            return NotMet(at, words, decision=_REFUSED, settled=True)
        case _:
            return None


def _inconclusive(measured: Iterable[e.Measured]) -> bool:
    return any(event.verdict == "inconclusive" for event in measured)


def _first(failing: Sequence[str]) -> str:
    more = len(failing) - 1
    return failing[0] + (f", and {counted(more, 'answer')} more" if more else "")


_REFUSED = "refused by orch, as the plan says"
_WITHIN_LIMIT = "gone on by orch: within the failure limit, as the plan says"


def _decided(d: Deployment, item: NotMet, event: e.Event) -> NotMet:
    words = _of_objective(item, event) if item.number is not None else _of_wave(item, event)
    if words is None and isinstance(event, e.BackoutBegan | e.AbortRequested):
        words = chosen_words(d, event)
    if words is None and item.number is None:
        if isinstance(event, e.HeldOn):
            return replace(item, decision=_after(item, chosen_words(d, event)))
        words = chosen_words(d, event) if isinstance(event, e.Retried | e.Excluded) else None
    return item if words is None else replace(item, decision=_after(item, words), settled=True)


def _after(item: NotMet, words: str) -> str:
    """A decision after what a hold said before."""
    return words if item.decision == NO_DECISION else f"{item.decision}; {words}"


def _of_objective(item: NotMet, event: e.Event) -> str | None:
    match event:
        case e.ObjectiveAccepted(number=number) if number == item.number:
            return f"accepted by {event.by} as {event.role}: {event.reason}"
        case e.ObjectiveMeasured(number=number, result=result) if number == item.number:
            again = f"measured again by {event.by}: {result}, found {event.found}"
            return None if result == "not achieved" else again
        case _:
            return None


def _of_wave(item: NotMet, event: e.Event) -> str | None:
    match event:
        case e.Confirmed(wave=wave) if wave == item.wave:
            return confirmed_words(event)
        case e.WaveVerified(wave=wave) | e.GatePassed(wave=wave) if wave == item.wave and not item.entry:
            return _WITHIN_LIMIT
        case e.Completed() | e.CompletedWithExceptions():
            return _WITHIN_LIMIT
        case e.DeploymentRefused():
            return _REFUSED
        case _:
            return None
