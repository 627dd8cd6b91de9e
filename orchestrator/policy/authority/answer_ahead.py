"""The answer of admission to a plan that nobody has opened yet: what is wrong with it, and what is still asked."""

from typing import NamedTuple

from orchestrator.domain.authority.admission_answer import NotAdmitted, Reason
from orchestrator.domain.plan.objection import Objection
from orchestrator.policy.authority.admission import admit
from orchestrator.policy.authority.admission_question import Question

_PATHS: dict[str, str] = {
    "policy.scope": "approval.policy",
    "policy.change_type": "approval.change",
    "policy.strategy": "strategy.kind",
    "policy.separation": "roles",
    "change.undeclared_emergency": "release.emergency",
    "change.not_preauthorised": "strategy.model",
    "model.missing": "strategy.model",
    "model.not_allowed": "strategy.model",
    "model.not_applicable": "strategy.model",
    "window.never_opens": "approval.policy",
}
"""By the code of a reason, the path of the plan that it objects to."""
_ABOUT_PATHS = frozenset({"policy.verification", "model.requires", "model.playbook"})
"""Reasons about a path of the plan."""
OF_PLAN = _ABOUT_PATHS | _PATHS.keys()
"""Reasons that only another plan, model or policy resolves; people and time resolve the others."""


class AnswerAhead(NamedTuple):
    """What a plan lacks by its rules, and the reasons that people and time resolve."""

    objections: tuple[Objection, ...]
    still_asked: tuple[Reason, ...]


def answer_ahead(question: Question) -> AnswerAhead:
    """The answer of admission, sorted by who can resolve what is against the start."""
    answer = admit(question)
    reasons = answer.reasons if isinstance(answer, NotAdmitted) else ()
    objections = (_objection(question, reason) for reason in reasons if reason.code in OF_PLAN)
    asked = (reason for reason in reasons if reason.code not in OF_PLAN)
    return AnswerAhead(tuple(dict.fromkeys(objections)), tuple(asked))


def _objection(question: Question, reason: Reason) -> Objection:
    rules = f"policy {question.policy.policy}" if question.governed else "its model"
    if reason.code in _ABOUT_PATHS:
        return Objection(reason.about, "what its rules ask for", reason.found, reason.next_move)
    finding = f"{reason.about}: {reason.found}"
    return Objection(_PATHS[reason.code], f"what {rules} allows", finding, reason.next_move)
