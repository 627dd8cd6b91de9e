"""The mistakes of release planning that a filled-in form hides, and how severe each is (ADR 0079).

What each of the twelve sections must say is a table of cases: tests/cases/planning_mistakes.yml.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from orchestrator.domain.plan.plan_kind import impact_of
from orchestrator.domain.plan.planning_mistake import MistakeCode, PlanningMistake
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.planning.empty_checks import checks_that_test_nothing
from orchestrator.policy.planning.empty_sections import sections_that_say_nothing
from orchestrator.policy.planning.people_mistakes import people_mistakes

Severity = Literal["warning", "fault"]

_CERTAIN: frozenset[MistakeCode] = frozenset(
    {
        "text.says_nothing",
        "text.copies_release",
        "mitigation.says_nothing",
        "communication.unreachable",
        "check.tests_nothing",
        "backout.deploys",
        "role.filled_by_nobody",
    }
)
"""What no honest plan has. The others can be meant, and stay warnings unless the policy raises them."""
_CANNOT_WAIT: frozenset[MistakeCode] = frozenset({"check.tests_nothing", "backout.deploys"})
"""What an emergency needs as well: its words can be mended in the review, a release that nothing tests cannot."""
_NOBODY_ELSE_DECIDES: frozenset[MistakeCode] = frozenset(
    {"approval.same_person", "approval.role_unheld", "role.filled_by_role"}
)
"""What may be meant in an everyday change. Who decides on one of major impact is a person of its own (ISO/IEC 20000-1 9.2)."""


def planning_mistakes(
    plan: ReleasePlan, targets: Sequence[Target] = (), tests: Mapping[str, str] | None = None
) -> Iterator[PlanningMistake]:
    """Every mistake of a plan. `targets`: its hosts where they are known; `tests`: its testinfra files, by their paths."""
    yield from sections_that_say_nothing(plan)
    yield from checks_that_test_nothing(plan, targets, tests or {})
    yield from people_mistakes(plan)


def severity_of(
    code: MistakeCode, plan: ReleasePlan, environment: Environment | None, policy: ReleasePolicy | None
) -> Severity:
    """By the class of the change and of the environment; a policy can only raise it."""
    if policy is not None and policy.planning_mistakes == "fault":
        return "fault"
    if environment is None or not environment.live:
        return "warning"
    return "fault" if code in _faults_in_live(plan) else "warning"


def _faults_in_live(plan: ReleasePlan) -> frozenset[MistakeCode]:
    """An emergency is held to its own procedure, also one of major impact; its review looks at the rest."""
    if plan.change_request.type == "emergency":
        return _CANNOT_WAIT
    return _CERTAIN | _NOBODY_ELSE_DECIDES if impact_of(plan) == "major" else _CERTAIN
