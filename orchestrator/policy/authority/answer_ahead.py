"""The answer of admission to a plan that nobody has opened yet: what is wrong with it, and what is still asked."""

from collections.abc import Iterator
from typing import NamedTuple

from orchestrator.domain.authority.admission_answer import NotAdmitted, Reason
from orchestrator.domain.plan.objection import Objection
from orchestrator.policy.authority.admission import admit
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.change_class import required_by
from orchestrator.policy.planning.requirements import shortfalls

_PATHS: dict[str, str] = {
    "policy.scope": "approval.policy",
    "policy.change_type": "approval.change",
    "policy.strategy": "strategy.kind",
    "policy.ssh_passwords": "resources.inventory",
    "policy.separation": "roles",
    "policy.competence": "roles",
    "policy.not_told": "communication",
    "change.undeclared_emergency": "release.emergency",
    "change.not_preauthorised": "strategy.model",
    "model.missing": "strategy.model",
    "model.not_allowed": "strategy.model",
    "model.not_applicable": "strategy.model",
    "model.playbook": "",
    "window.never_opens": "approval.policy",
}
"""By the code of a reason, the path of the plan that it objects to; empty where the reason itself is about a path."""
_SHORTFALLS = frozenset({"policy.verification", "model.requires"})
OF_PLAN = _SHORTFALLS | _PATHS.keys()
"""Reasons that only another plan, model or policy resolves; people and time resolve the others."""


class AnswerAhead(NamedTuple):
    """What a plan lacks by its rules, and the reasons that people and time resolve."""

    objections: tuple[Objection, ...]
    still_asked: tuple[Reason, ...]


def answer_ahead(question: Question) -> AnswerAhead:
    """The answer of admission, sorted by who can resolve what is against the start."""
    answer = admit(question)
    reasons = answer.reasons if isinstance(answer, NotAdmitted) else ()
    objections = (_objection(question, reason) for reason in reasons if reason.code in _PATHS)
    asked = (reason for reason in reasons if reason.code not in OF_PLAN)
    return AnswerAhead((*_shortfalls(question), *objections), tuple(asked))


def _shortfalls(question: Question) -> Iterator[Objection]:
    """What the reasons with the codes of `_SHORTFALLS` are about, each with the path that it is at."""
    policy, model = question.policy, question.model
    of_policy = required_by(policy, question.plan) if question.governed else ()
    rules = [(f"policy {policy.policy}", required) for required in of_policy]
    rules += [(f"model {model.model}", model.requires)] if model is not None else []
    for name, required in rules:
        for lack in shortfalls(required, question.plan, question.waves):
            yield lack._replace(expected=f"{lack.expected} (by {name})")


def _objection(question: Question, reason: Reason) -> Objection:
    rules = f"policy {question.policy.policy}" if question.governed else "its model"
    path, finding = _PATHS[reason.code], f"{reason.about}: {reason.found}"
    if not path:
        return Objection(reason.about, "the playbook of its model", reason.found, reason.next_move)
    return Objection(path, f"what {rules} allows", finding, reason.next_move)
