"""Deployments of a period that are in order in everything, but for what a table says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.adapters.files.capability_file import shipped_criteria
from orchestrator.domain.evidence.capability import CapabilityAnswer, CapabilityAssessment, PersonsAnswer
from orchestrator.policy.measures.capability.assessing import assess
from orchestrator.policy.measures.capability.practice_facts import (
    ActionFact,
    CapabilityCase,
    PracticeFacts,
)
from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts, ObjectiveFact
from orchestrator.policy.measures.period.span import Period

CRITERIA = shipped_criteria()
PERIOD = Period(begins=datetime(2026, 4, 1, tzinfo=UTC), ends=datetime(2026, 7, 1, tzinfo=UTC))
MADE = PERIOD.ends + timedelta(days=1)
HOUR = timedelta(hours=1)
ASKED = tuple(each.criterion for each in CRITERIA.each if each.question is not None)
OF_PRACTICE = frozenset(PracticeFacts.model_fields)


def case(number: int = 0, *, before: bool = False, **changes: Any) -> CapabilityCase:
    """One deployment; `actions` are `done` or `open`, `begun` False: it never began."""
    at = (PERIOD.before if before else PERIOD).begins + timedelta(days=number % 80)
    objective = ObjectiveFact(result="achieved", at=at + HOUR, accepted=False)
    fields = {
        "id": f"{'b' if before else 'd'}{number}",
        "service": "shop",
        "model": "rolling",
        "approved_model": changes.get("model", "rolling") is not None,
        "environment": "live",
        "change": "normal",
        "rehearsal": False,
        "planned": at,
        "begun": at + HOUR if changes.pop("begun", True) else None,
        "end": "completed",
        "ended": at + 2 * HOUR,
        "objectives": (objective,),
        **{name: value for name, value in changes.items() if name not in OF_PRACTICE},
    }
    actions = changes.pop("actions", ["done"])
    practice = {
        "model_version": 2 if fields["model"] is not None else None,
        "roles_named": True,
        "documents_in_order": True,
        "authorised": True,
        "change_named": True,
        "environment_governed": True,
        "units_controlled": True,
        "rehearsed": True,
        "told": True,
        "review": "held",
        "satisfaction_asked": True,
        **{name: value for name, value in changes.items() if name in OF_PRACTICE},
        "actions": tuple(
            ActionFact(due=at + 3 * HOUR, done=at + HOUR if action == "done" else None) for action in actions
        ),
    }
    return CapabilityCase(
        deployment=DeploymentFacts.model_validate(fields, strict=False),
        practice=PracticeFacts.model_validate(practice),
    )


def cases_of(rows: list[dict[str, Any]]) -> list[CapabilityCase]:
    """The deployments of the rows of a table."""
    made: list[CapabilityCase] = []
    for row in rows:
        fields = dict(row)
        for _ in range(fields.pop("times", 1)):
            made.append(case(len(made), **fields))
    return made


def answers_given(words: dict[str, CapabilityAnswer]) -> dict[str, PersonsAnswer]:
    """Answers that count; `all` is that to each question that is not named."""
    usual = words.get("all")
    given = {name: words.get(name, usual) for name in ASKED}
    return {name: answer(word) for name, word in given.items() if word is not None}


def answer(word: CapabilityAnswer, note: str = "looked at in the yearly review") -> PersonsAnswer:
    return PersonsAnswer(answer=word, note=note, by="Ann Lee", at=MADE - HOUR, until=MADE + HOUR)


def assessed(cases: list[CapabilityCase], answers: dict[str, PersonsAnswer]) -> CapabilityAssessment:
    """The assessment of the period by the shipped criteria."""
    return assess(CRITERIA, cases, answers, PERIOD, MADE)
