"""Criteria that were not met, each with what was decided, by whom and in which role (ISO/IEC 20000-1 5.4 and 9.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.objective import text_of
from orchestrator.domain.plan.roles import same_person
from orchestrator.domain.text.format import counted
from orchestrator.policy.evidence.acceptance import complaints

NO_DECISION = "no decision yet"


@dataclass(frozen=True, slots=True)
class NotMet:
    """One criterion, or those of one look: `number` is that of an objective."""

    at: datetime
    what: str
    decision: str = NO_DECISION
    number: int | None = None
    place: tuple[str, int] | None = None


def criteria_not_met(d: Deployment, records: Iterable[Recorded]) -> tuple[NotMet, ...]:
    """In the order of the journal. Looks at the same wave that fail one after the other are one."""
    items: list[NotMet] = []
    for record in records:
        missed = _missed(d, record)
        if missed is not None and not _goes_on(items, missed):
            items.append(missed)
        items = [_decided(d, item, record.event) for item in items]
    return tuple(items)


def not_met_lines(d: Deployment, records: Sequence[Recorded]) -> list[str]:
    """A line for each, with its decision."""
    return [
        f"{each.at:%Y-%m-%d %H:%M:%S} {each.what}: {each.decision}" for each in criteria_not_met(d, records)
    ]


def _goes_on(items: Sequence[NotMet], missed: NotMet) -> bool:
    return any(item.place == missed.place and item.decision == NO_DECISION and missed.place for item in items)


def _missed(d: Deployment, record: Recorded) -> NotMet | None:
    match record.event:
        case e.EntryChecked(wave=wave, results=results) if failing := complaints(results):
            words = f"entry criteria of {d.waves[wave].name}: {_first(failing)}"
            return NotMet(record.at, words, place=("entry", wave))
        case e.WaveChecked(wave=wave, stage=stage, results=results) if failing := complaints(results):
            words = f"{stage.replace('_', ' ')} of {d.waves[wave].name}: {_first(failing)}"
            return NotMet(record.at, words, place=("wave", wave))
        case e.WaveRejected(wave=wave, reason=reason):
            return NotMet(record.at, f"{d.waves[wave].name}: {reason}", place=("wave", wave))
        case e.ObjectiveMeasured(number=number, result="not achieved", found=seen):
            known = d.plan.objectives[number] if number < len(d.plan.objectives) else ""
            return NotMet(record.at, f"objective {number + 1}, {text_of(known)}: found {seen}", number=number)
        case _:
            return None


def _first(failing: Sequence[str]) -> str:
    more = len(failing) - 1
    return failing[0] + (f", and {counted(more, 'answer')} more" if more else "")


def _decided(d: Deployment, item: NotMet, event: e.Event) -> NotMet:
    if item.decision != NO_DECISION:
        return item
    match event:
        case e.ObjectiveAccepted(number=number) if number == item.number:
            return replace(item, decision=f"accepted by {event.by} as {event.role}: {event.reason}")
        case e.Confirmed() if item.number is None:
            return replace(item, decision=f"confirmed by {event.by} as {event.role}: {event.note}")
        case e.Retried() | e.Excluded() | e.HeldOn() | e.AbortRequested() | e.BackoutBegan() if (
            item.number is None
        ):
            return replace(item, decision=_words(d, event))
        case e.DeploymentRefused() if item.number is None:
            return replace(item, decision="refused by orch, as the plan says")
        case _:
            return item


def _words(
    d: Deployment, event: e.Retried | e.Excluded | e.HeldOn | e.AbortRequested | e.BackoutBegan
) -> str:
    verb = _VERBS[type(event)]
    if isinstance(event, e.Excluded):
        verb = f"{verb} {', '.join(event.hosts)}"
    if isinstance(event, e.BackoutBegan) and not event.by_a_person:
        return f"{verb} by orch, as the plan says"
    roles = [role for role, person in d.plan.roles.items() if same_person(person, event.by)]
    return f"{verb} by {event.by} as {', '.join(roles) or 'nobody whom the plan names'}: {event.reason}"


_VERBS: dict[type, str] = {
    e.Retried: "tried again",
    e.Excluded: "gone on without",
    e.HeldOn: "held",
    e.AbortRequested: "aborted",
    e.BackoutBegan: "backed out",
}
