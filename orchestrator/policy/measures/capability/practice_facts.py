"""What an assessment asks of one deployment beside what a report counts: who, by which rules, from where, and what followed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.review_asked import may_be_reviewed, review_due, review_missing
from orchestrator.domain.evidence.unit_evidence import UnitEvidence
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.environment import LIVE
from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts

ANSWERS_FOR_IT = ("deployment manager",)
DECIDE_ON_IT = ("change manager", "service owner")
"""ITIL 4 deployment management 4.1: who manages a deployment, and who decides on it."""
ReviewResult = Literal["not_asked", "to_come", "held", "late"]


class ActionFact(Noun):
    """An action of a review: when it was due, and when somebody said that it is done."""

    due: Moment
    done: Moment | None = None


class PracticeFacts(Noun):
    """One deployment. Facts that are None ask nothing of it: no document to govern, no unit, not to a live environment."""

    model_version: int | None = None
    roles_named: bool = False
    documents_in_order: bool | None = None
    authorised: bool = False
    change_named: bool = False
    environment_governed: bool = False
    units_controlled: bool | None = None
    rehearsed: bool | None = None
    told: bool = False
    review: ReviewResult = "not_asked"
    satisfaction_asked: bool = False
    actions: Many[ActionFact] = ()


class CapabilityCase(Noun):
    """Everything that an assessment counts of one deployment."""

    deployment: DeploymentFacts
    practice: PracticeFacts


def practice_facts_of(d: Deployment, records: Iterable[Condensed], now: datetime) -> PracticeFacts:
    """The facts of a deployment, from its fold and its journal."""
    model = d.authority.model
    return PracticeFacts(
        model_version=model.version if model is not None else None,
        roles_named=_names(d.plan, ANSWERS_FOR_IT) and _names(d.plan, DECIDE_ON_IT),
        documents_in_order=_documents_in_order(d),
        authorised=_authorised(d),
        change_named=_change_named(d),
        environment_governed=d.authority.environment is not None,
        units_controlled=_units_controlled(d.preparation.units),
        rehearsed=_rehearsed(d, records),
        told=_told(d),
        review=_review(d, now),
        satisfaction_asked=bool(d.post_review.satisfaction),
        actions=tuple(_actions(d)),
    )


def _names(plan: ReleasePlan, roles: Iterable[str]) -> bool:
    return any(same_role(role, named) for role in roles for named in plan.roles)


def _documents_in_order(d: Deployment) -> bool | None:
    """Model and policy stood approved, and no review of them was overdue, when it began."""
    documents, began = d.authority.documents, d.authority.opened_at or d.began_at
    if not documents:
        return None
    return all(
        each.state == "approved" and (each.review_due is None or each.review_due >= began.date())
        for each in documents
    )


def _authorised(d: Deployment) -> bool:
    """A policy let it start, or a person signed for it. A role that was named without a signature is not enough."""
    signed = any(each.approval.decision == "approve" for each in d.authority.approvals)
    return d.authority.policy is not None or signed


def _change_named(d: Deployment) -> bool:
    requests = (each.kind == "request for change" for each in d.plan.release.referenced)
    return any(requests) or d.plan.approval.ticket is not None


def _units_controlled(units: Iterable[UnitEvidence]) -> bool | None:
    """Each unit came from a media library, or with a good signature or a build record of its digest."""
    shown = [unit.library is not None or bool(unit.signer or unit.build_record) for unit in units]
    return all(shown) if shown else None


def _rehearsed(d: Deployment, records: Iterable[Condensed]) -> bool | None:
    """A certificate of a rehearsal counted when it started; where no class is known, each environment may be live."""
    if d.authority.environment_class not in (LIVE, None):
        return None
    opened = (record.event for record in records if isinstance(record.event, e.WindowOpened))
    return any(ground.code == "rehearsal.covers" for event in opened for ground in event.reasons)


def _told(d: Deployment) -> bool:
    """A message of its communication plan was sent, or its change ticket was told the result."""
    sent = any(tried.last.result == "sent" for tried in d.messages.tried.values())
    return sent or d.ticket.delivered is not None


def _review(d: Deployment, now: datetime) -> ReviewResult:
    closed, due = d.post_review.closed, review_due(d)
    if closed is not None:
        return "held" if due is None or closed.at <= due else "late"
    if not may_be_reviewed(d) or not review_missing(d):
        return "not_asked"
    return "to_come" if due is not None and now < due else "late"


def _actions(d: Deployment) -> Iterator[ActionFact]:
    for action in d.post_review.actions:
        yield ActionFact(due=action.due, done=action.done.at if action.done is not None else None)
