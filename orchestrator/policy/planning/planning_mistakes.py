"""The mistakes of release planning that a filled-in form hides, and how severe each is (ADR 0079).

What each of the twelve sections must say is a table of cases: tests/cases/planning_mistakes.yml.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

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
    emergency = plan.change_request.type == "emergency"
    return "fault" if code in (_CANNOT_WAIT if emergency else _CERTAIN) else "warning"
