"""Objections to names that a reader would take for others: roles in plans and policies, environments and releases."""

from collections.abc import Iterable, Iterator

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.roles import ROLES, same_role
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.names import imitation_of


def misleading_roles(plan: ReleasePlan, policy: ReleasePolicy | None) -> list[Objection]:
    """Roles of the plan that look like a role of orch, of the policy or of the plan itself, or that it gives twice."""
    known = (*ROLES, *(policy.roles if policy is not None else ()))
    named = {
        **{f"roles.{role}": role for role in plan.roles},
        **{f"approval.required[{n}]": role for n, role in enumerate(plan.approval.required)},
        **{f"approval.sign_off[{n}]": role for n, role in enumerate(plan.approval.sign_off)},
    }
    return [*_imitations(named, (*known, *named.values())), *_twice(plan)]


def misleading_policy_roles(policy: ReleasePolicy) -> Iterator[Objection]:
    """Roles that a policy adds, and that look like one of orch's or another of its own."""
    named = {f"roles[{n}]": role for n, role in enumerate(policy.roles)}
    yield from _imitations(named, (*ROLES, *policy.roles))


def misleading_place(plan: ReleasePlan, policies: Iterable[ReleasePolicy]) -> Iterator[Objection]:
    """An environment or release that looks like one that a policy is for, and is not: the policy would not bind it."""
    for policy in policies:
        scope = policy.applies_to
        for path, name, names in (
            ("resources.environment", plan.resources.environment, scope.environments),
            ("release.name", plan.release.name, scope.releases),
        ):
            other = imitation_of(name, names)
            if other is not None:
                expected = f"a name that does not look like `{other}`, which policy {policy.policy} is for"
                yield Objection(
                    path, expected, f"`{name}`", f"write `{other}` if you mean it, else another name"
                )


def _imitations(named: dict[str, str], known: Iterable[str]) -> Iterator[Objection]:
    others = tuple(dict.fromkeys(known))
    for path, role in named.items():
        other = imitation_of(role, others)
        if other is not None:
            expected = f"a role that does not look like `{other}`"
            yield Objection(path, expected, f"`{role}`", f"write `{other}` if you mean it, else another name")


def _twice(plan: ReleasePlan) -> Iterator[Objection]:
    roles = list(plan.roles)
    for n, role in enumerate(roles):
        if any(same_role(role, other) for other in roles[:n]):
            yield Objection(f"roles.{role}", "each role once", f"`{role}` again", "remove one of the two")
