"""Which release policies are in force in a store: files alone neither end nor change one (docs/adr/0066)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.authority.admission_answer import Reason, ReasonCode
from orchestrator.domain.journal.events import PolicyAdopted, PolicyWithdrawn, Recorded
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.release_policy import ReleasePolicy, Scope
from orchestrator.domain.text.names import as_read, looks_like, same_name
from orchestrator.policy.planning.digests import rule_digest


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """A policy in force, since when, by which deployment where it was one, and in which project.

    `keyed`: keys were trusted there then, so that only a signed word changes it, whatever is trusted now.
    """

    policy: ReleasePolicy
    since: datetime
    deployment: str | None = None
    project: str = ""
    keyed: bool = False


def remembered(records: Iterable[Recorded]) -> dict[str, PolicyInForce | None]:
    """By its name as people read it: the policy that the house last adopted; None where it was withdrawn."""
    memory: dict[str, PolicyInForce | None] = {}
    for record in records:
        match record.event:
            case PolicyAdopted(policy=policy) as adopted:
                memory[as_read(policy.policy)] = PolicyInForce(
                    policy, record.at, adopted.deployment, adopted.project, adopted.keyed
                )
            case PolicyWithdrawn(policy=name):
                memory[as_read(name)] = None
            case _:
                pass
    return memory


def binds_there(policy: ReleasePolicy, plan: ReleasePlan) -> bool:
    """Whether a policy in force is for this deployment; a name that only looks like one of its scope counts as that one."""
    release, environment = plan.release.name, plan.resources.environment
    scope = policy.applies_to
    releases = (release, *(name for name in scope.releases if looks_like(name, release)))
    environments = (environment, *(name for name in scope.environments if looks_like(name, environment)))
    return any(scope.covers(name, place) for name in releases for place in environments)


def policy_digest(policy: ReleasePolicy) -> str:
    """The digest of a policy by its meaning, as effective plans have it."""
    return rule_digest(policy)


def about_memory(
    in_force: Iterable[PolicyInForce], policy: ReleasePolicy | None, plan: ReleasePlan
) -> Iterator[Reason]:
    """Why the policy that binds by the files, or that none does, is not what is in force.

    The first use of a policy brings it into force, unless another is in force for anything that it is for.
    """
    known = tuple(in_force)
    if policy is None:
        yield from (_gone(each, plan) for each in known if binds_there(each.policy, plan))
        return
    own = in_force_as(policy.policy, known)
    if own is not None:
        yield from _against(policy, own)
        return
    others = rivals(policy, known)
    if others:
        names = ", ".join(_titled(each.policy) for each in others)
        finding = f"it is not in force, and for some of the same deployments {names} is"
        yield _reason("policy.not_adopted", policy, finding, _adopt(policy))


def in_force_as(name: str, in_force: Iterable[PolicyInForce]) -> PolicyInForce | None:
    """The policy in force under this name."""
    return next((each for each in in_force if same_name(each.policy.policy, name)), None)


def rivals(policy: ReleasePolicy, in_force: Iterable[PolicyInForce]) -> tuple[PolicyInForce, ...]:
    """The policies in force for any deployment that this one is for: only their own rules let it take their place."""
    return tuple(each for each in in_force if _overlap(policy.applies_to, each.policy.applies_to))


def _overlap(scope: Scope, other: Scope) -> bool:
    return _meet(scope.releases, other.releases) and _meet(scope.environments, other.environments)


def _meet(names: Sequence[str], others: Sequence[str]) -> bool:
    if not names or not others:
        return True
    return any(same_name(name, other) or looks_like(name, other) for name in names for other in others)


def _gone(known: PolicyInForce, plan: ReleasePlan) -> Reason:
    name = known.policy.policy
    last = f" (deployment {known.deployment})" if known.deployment else ""
    finding = (
        f"is in force since {known.since:%Y-%m-%d %H:%M} UTC{last}, and no file in policies/ has it for "
        f"{plan.release.name} in {plan.resources.environment}"
    )
    move = f"put its file back, or end it: orch policy withdraw {name} --reason WHY"
    return _reason("policy.gone", known.policy, finding, move)


def _against(policy: ReleasePolicy, known: PolicyInForce) -> Iterator[Reason]:
    current = known.policy
    if policy.version < current.version:
        move = f"put version {current.version} back, or give this one a higher version and have that adopted"
        yield _reason("policy.older", policy, f"version {current.version} is in force", move)
    elif policy.version > current.version:
        yield _reason("policy.not_adopted", policy, f"version {current.version} is in force", _adopt(policy))
    elif policy_digest(policy) != policy_digest(current):
        finding = "it is not what is in force under this version"
        move = "take the change back, or raise the version and have that adopted"
        yield _reason("policy.changed", policy, finding, move)


def adoption_faults(policy: ReleasePolicy, known: PolicyInForce | None) -> str | None:
    """Why a policy cannot be adopted in place of the one in force under its name; None if it can."""
    if known is None or policy.version > known.policy.version:
        return None
    current = _titled(known.policy)
    if policy.version < known.policy.version:
        return f"{current} is in force, and this is version {policy.version}: give it a higher version."
    if policy_digest(policy) == policy_digest(known.policy):
        return f"{current} is in force already."
    return f"{current} is in force with other content: raise the version of what changed."


def _adopt(policy: ReleasePolicy) -> str:
    return f"have it adopted: orch policy adopt {policy.policy}@{policy.version} --reason WHY"


def _titled(policy: ReleasePolicy) -> str:
    return f"{policy.policy} version {policy.version}"


def _reason(code: ReasonCode, policy: ReleasePolicy, finding: str, move: str) -> Reason:
    return Reason(code=code, about=_titled(policy), found=finding, next_move=move)
