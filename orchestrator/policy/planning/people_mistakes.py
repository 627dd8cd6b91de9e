"""Roles that nobody fills, and approvals that one person gives to themselves."""

from collections.abc import Iterator

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.planning_mistake import PlanningMistake
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.roles import ROLES, same_person, same_role
from orchestrator.domain.text.names import is_among
from orchestrator.policy.planning.empty_words import emptiness, word_list

_NO_PERSON = word_list(
    "somebody someone anybody anyone everybody everyone person name me us team he she jemand alle wer"
)


def people_mistakes(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    """Every mistake about who does and who decides."""
    for role, person in plan.roles.items():
        yield from _filled(plan, role, person)
    yield from _unheld(plan)
    yield from _same_person(plan)


def _filled(plan: ReleasePlan, role: str, person: str) -> Iterator[PlanningMistake]:
    path, expected, move = f"roles.{role}", "the person who has the role", "name the person"
    if emptiness(person, _NO_PERSON) is not None:
        yield PlanningMistake("role.filled_by_nobody", Objection(path, expected, f"`{person}`", move))
    elif is_among(person, (*ROLES, *plan.roles)):
        yield PlanningMistake(
            "role.filled_by_role", Objection(path, expected, f"`{person}`, which is a role", move)
        )


def _decisions(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    for key in ("required", "sign_off"):
        for index, role in enumerate(getattr(plan.approval, key)):
            yield f"approval.{key}[{index}]", role


def _holder(plan: ReleasePlan, role: str) -> str | None:
    return next((person for known, person in plan.roles.items() if same_role(known, role)), None)


def _unheld(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    for path, role in _decisions(plan):
        if _holder(plan, role) is None:
            finding, move = (
                f"`{role}`, which nobody has in `roles`",
                "add the role with its person to `roles`",
            )
            objection = Objection(path, "a role that somebody holds", finding, move)
            yield PlanningMistake("approval.role_unheld", objection)


def _same_person(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    """Two roles or more decide, and one person has all of them."""
    roles = {role.casefold() for _path, role in _decisions(plan)}
    holders = [_holder(plan, role) for role in sorted(roles)]
    people = [person for person in holders if person is not None]
    if (
        len(roles) > 1
        and len(people) == len(holders)
        and all(same_person(people[0], each) for each in people)
    ):
        finding, move = (
            f"{people[0]} in each of {len(roles)} roles",
            "give one of the roles to another person",
        )
        objection = Objection("approval", "decisions of more than one person", finding, move)
        yield PlanningMistake("approval.same_person", objection)
