"""The reports of the review after a deployment, and of how long its record is kept."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.policy.telling.teller import Telling, at, telling_of
from orchestrator.policy.telling.words.review_words import QUESTION_WORDS


@telling_of.register
def _opened(event: e.PostReviewOpened, d: Deployment, counts: Counts) -> Telling:
    due = f", to be closed by {event.due:%Y-%m-%d %H:%M} UTC" if event.due is not None else ""
    return _beside("review", f"begun by {event.by}{due}")


@telling_of.register
def _answered(event: e.PostReviewAnswered, d: Deployment, counts: Counts) -> Telling:
    return _beside("review", f"{QUESTION_WORDS[event.question]} {event.answer} ({event.by})")


@telling_of.register
def _satisfaction(event: e.SatisfactionGiven, d: Deployment, counts: Counts) -> Telling:
    note = f": {event.note}" if event.note else ""
    return _beside("review", f"{event.stakeholder} is satisfied {event.score} of 5{note} ({event.by})")


@telling_of.register
def _action(event: e.ActionAgreed, d: Deployment, counts: Counts) -> Telling:
    return _beside("review", f"agreed: {event.what}; {event.owner}, by {event.due:%Y-%m-%d %H:%M} UTC")


@telling_of.register
def _action_done(event: e.ActionDone, d: Deployment, counts: Counts) -> Telling:
    actions = d.post_review.actions
    what = actions[event.number].what if event.number < len(actions) else "an action that is not agreed"
    return _beside("review", f"done, says {event.by}: {what}: {event.note}")


@telling_of.register
def _closed(event: e.PostReviewClosed, d: Deployment, counts: Counts) -> Telling:
    words = f"closed by {event.by}: {event.reason}"
    return Telling(at("review", words), beside=True, decision="review closed")


@telling_of.register
def _incident(event: e.IncidentLinked, d: Deployment, counts: Counts) -> Telling:
    came = "came of it" if event.related else "did not come of it"
    incident = event.incident
    words = f"incident {incident.id} ({incident.title}) {came}, says {event.by}: {event.reason}"
    return _beside("incident", words)


@telling_of.register
def _reminded(event: e.OverdueReminded, d: Deployment, counts: Counts) -> Telling:
    return _beside("review", f"called to mind that this is overdue: {', '.join(event.overdue)}")


@telling_of.register
def _archived(event: e.RecordArchived, d: Deployment, counts: Counts) -> Telling:
    return _beside("record", f"archived by {event.by}, kept until {event.until:%Y-%m-%d}: {event.reason}")


@telling_of.register
def _hold(event: e.LegalHoldPlaced, d: Deployment, counts: Counts) -> Telling:
    words = f"held by {event.by}, whatever its retention is: {event.reason}"
    return Telling(at("record", words), beside=True, decision="legal hold")


@telling_of.register
def _hold_lifted(event: e.LegalHoldLifted, d: Deployment, counts: Counts) -> Telling:
    words = f"legal hold lifted by {event.by}: {event.reason}"
    return Telling(at("record", words), beside=True, decision="legal hold lifted")


def _beside(where: str, words: str) -> Telling:
    return Telling(at(where, words), beside=True)
