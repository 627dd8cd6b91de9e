"""Where every kind of event has its place: in the fold, in the story, and as a line; and where it needs none, with the reason.

The accessors are all that knows how a place keeps its functions.
"""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.domain.fold.fold import PARTS
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.telling.teller import Telling
from orchestrator.policy.telling.timeline_builder import telling_of_record
from tests.histories import START
from tests.journals import corpus
from tests.store.every_event import EVERY_EVENT


def every_kind() -> tuple[str, ...]:
    """Every kind of event, in a fixed order."""
    return tuple(sorted(event.kind for event in EVERY_EVENT))


def folded() -> frozenset[str]:
    """Kinds that change more of a deployment than its state and times."""
    changing = frozenset[type]().union(*(changed_by for changed_by, _ in PARTS.values()))
    return frozenset(event.kind for event in EVERY_EVENT if type(event) in changing)


def _tellings() -> dict[str, Telling]:
    """What each kind says of a deployment that knows its attempt."""
    whole = corpus.folded("completed_phased")
    attempt = whole.attempts[0].model_copy(update={"attempt": "d1.deploy.0.1"})
    d = whole.model_copy(update={"attempts": (attempt,)})
    records = [
        Recorded(deployment=d.id, seq=n, at=START, event=event) for n, event in enumerate(EVERY_EVENT, 1)
    ]
    return {record.event.kind: telling_of_record(record, d) for record in records}


def in_the_story() -> frozenset[str]:
    """Kinds that begin, end or change a step."""
    return frozenset(kind for kind, telling in _tellings().items() if telling.steps)


def lined() -> frozenset[str]:
    """Kinds that say something on a plain line."""
    return frozenset(kind for kind, telling in _tellings().items() if telling.lines)


HANDLED: dict[str, Callable[[], frozenset[str]]] = {
    "fold": folded,
    "step of the story": in_the_story,
    "plain line": lined,
}
_HOUSE_ALONE = "it is on the journal of the house, and of no deployment"
_AFTER_THE_END = "it is said after the end, and is no step to it"
CHANGES_NOTHING: dict[str, dict[str, str]] = {
    "fold": {
        "planned": "the deployment is made of it",
        "attempt_adopted": "who follows the attempt changes nothing of it",
        "held_on": "the hold goes on as it was",
        "environment_left": _HOUSE_ALONE,
        "baseline_kept": _HOUSE_ALONE,
        "ticket_opened": _HOUSE_ALONE,
        "keyring_adopted": _HOUSE_ALONE,
        "log_accepted": _HOUSE_ALONE,
        "machine_released": _HOUSE_ALONE,
        "policy_adopted": _HOUSE_ALONE,
        "policy_withdrawn": _HOUSE_ALONE,
        "incident_recorded": _HOUSE_ALONE,
        "criterion_answered": _HOUSE_ALONE,
        "assessment_kept": _HOUSE_ALONE,
        "cmdb_audit_began": _HOUSE_ALONE,
        "cmdb_audited": _HOUSE_ALONE,
        "drift_accepted": _HOUSE_ALONE,
        "disposal_begun": _HOUSE_ALONE,
        "disposal_finished": _HOUSE_ALONE,
        "cis_recorded": _HOUSE_ALONE,
        "people_changed": _HOUSE_ALONE,
    },
    "step of the story": {
        "planned": "the story begins with what follows",
        "submitted": "it happens at once",
        "wave_deployed": "the attempt before it is the step",
        "wave_failed": "the attempt or the entry criteria before it are the step",
        "wave_verified": "the check before it is the step",
        "messages_tried": "people are told beside what happens",
        "objective_measured": "it is a fact about the result, and no step to it",
        "objective_accepted": "it is a decision about the result, and no step to it",
        "ticket_seen": "the authorisation that follows is the step",
        "delivery_owed": "it is about the ticket, after the last step",
        "delivered": "it is about the ticket, after the last step",
        "seal_accepted": "it is about the record, and no step of what is recorded",
        "seal_broken": "the hold or the backout that follows is the step",
        "step_overdue": "the work goes on, unless the plan ends it then",
        "restored": "the proof before it is the step",
        "residue_found": "the proof before it is the step",
        "backout_failed": "the proof before it is the step",
        "held_on": "the hold goes on",
        "baseline_kept": _HOUSE_ALONE,
        "ticket_opened": _HOUSE_ALONE,
        "log_accepted": _HOUSE_ALONE,
        "keyring_adopted": _HOUSE_ALONE,
        "machine_released": _HOUSE_ALONE,
        "abort_requested": "what it leads to is the step",
        "emergency_lifted": "the pause goes on until somebody resumes",
        "environment_left": _HOUSE_ALONE,
        "policy_adopted": _HOUSE_ALONE,
        "policy_withdrawn": _HOUSE_ALONE,
        "incident_recorded": _HOUSE_ALONE,
        "criterion_answered": _HOUSE_ALONE,
        "assessment_kept": _HOUSE_ALONE,
        "cmdb_audit_began": _HOUSE_ALONE,
        "cmdb_audited": _HOUSE_ALONE,
        "drift_accepted": _HOUSE_ALONE,
        "disposal_begun": _HOUSE_ALONE,
        "disposal_finished": _HOUSE_ALONE,
        "cis_recorded": _HOUSE_ALONE,
        "people_changed": _HOUSE_ALONE,
        "pir_opened": _AFTER_THE_END,
        "pir_answered": _AFTER_THE_END,
        "satisfaction_given": _AFTER_THE_END,
        "action_agreed": _AFTER_THE_END,
        "action_done": _AFTER_THE_END,
        "pir_closed": _AFTER_THE_END,
        "incident_linked": _AFTER_THE_END,
        "overdue_reminded": _AFTER_THE_END,
        "record_archived": _AFTER_THE_END,
        "legal_hold_placed": _AFTER_THE_END,
        "legal_hold_lifted": _AFTER_THE_END,
    },
    "plain line": {
        "submitted": "the approval that follows is the line",
        "wave_deployed": "the attempt before it is the line",
    },
}
