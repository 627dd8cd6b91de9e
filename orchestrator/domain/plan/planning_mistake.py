"""A planning mistake: a section of a plan that is filled in and says, tests or decides nothing."""

from typing import Literal, NamedTuple

from orchestrator.domain.plan.objection import Objection

MistakeCode = Literal[
    "text.says_nothing",
    "text.copies_release",
    "text.copied",
    "mitigation.says_nothing",
    "communication.unreachable",
    "check.tests_nothing",
    "check.another_host",
    "backout.deploys",
    "milestone.outside_window",
    "role.filled_by_role",
    "role.filled_by_nobody",
    "approval.same_person",
    "approval.role_unheld",
]


class PlanningMistake(NamedTuple):
    """A mistake with its code, and the objection that says where it is and what to do."""

    code: MistakeCode
    objection: Objection
