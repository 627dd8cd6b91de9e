"""What a policy asks of a plan by its class of impact, and of the people that it names."""

from collections.abc import Iterable, Iterator

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.plan.plan_kind import impact_of
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.change_rules import MajorChange
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import Required, RoleNeed
from orchestrator.domain.text.names import as_read, is_among


def major_rules(policy: ReleasePolicy, plan: ReleasePlan) -> MajorChange | None:
    """What a change of major impact needs in addition; None where this one is not, or the policy asks for nothing."""
    return policy.major if impact_of(plan) == "major" else None


def with_class_needs(
    needs: Iterable[RoleNeed], policy: ReleasePolicy, plan: ReleasePlan
) -> tuple[RoleNeed, ...]:
    """Who must agree, with the roles that a change of this class needs in addition."""
    major = major_rules(policy, plan)
    return with_needs(needs, major.before if major is not None else ())


def with_needs(needs: Iterable[RoleNeed], more: Iterable[RoleNeed]) -> tuple[RoleNeed, ...]:
    """The needs with some more; of two needs of a role the greater."""
    asked = {as_read(need.role): need for need in needs}
    for need in more:
        known = asked.get(as_read(need.role))
        asked[as_read(need.role)] = need if known is None or known.people < need.people else known
    return tuple(asked.values())


def required_by(policy: ReleasePolicy, plan: ReleasePlan) -> tuple[Required, ...]:
    """The requirements of the policy on this plan: of every plan, and of its class."""
    major = major_rules(policy, plan)
    return (policy.verification, *((major.verification,) if major is not None else ()))


def competence_reasons(policy: ReleasePolicy, plan: ReleasePlan) -> Iterator[Reason]:
    """A reason for each role that is held by somebody whom the policy does not list for it."""
    for competence in policy.people.competent:
        for role, person in plan.roles.items():
            if same_role(role, competence.role) and not is_among(person, competence.people):
                yield Reason(
                    code="policy.competence",
                    about=role,
                    found=f"{person} is not among those who are competent: {', '.join(competence.people)}",
                    next_move="give the role to one of them, or have the policy changed",
                )
