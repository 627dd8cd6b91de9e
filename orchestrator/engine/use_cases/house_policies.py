"""A person brings a release policy into force, or ends one; where keys are trusted, by their signed word."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from orchestrator.domain.authority.approval import Decision, SignedApproval
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.journal.events import PolicyAdopted, PolicyWithdrawn
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.policies_in_force import policies_in_force
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.engine.speaking import unsigned
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.authority.policy_memory import (
    PolicyInForce,
    adoption_faults,
    in_force_as,
    policy_digest,
    rivals,
)
from orchestrator.policy.authority.policy_word import against, changing_roles

Rules = Sequence[ReleasePolicy]
Sign = Callable[[Decision, ReleasePolicy, Rules, Keyring], SignedApproval]
"""Signs a decision on a policy, under the rules of those in force, with a key of this ring."""
COUNTS_FOR = timedelta(minutes=10)
"""How long such a word counts: it is used at once."""


def adopt(
    ports: Ports, policy: ReleasePolicy, project: Path, *, by: str, reason: str, sign: Sign
) -> PolicyAdopted:
    """Bring a policy into force. Raises Refused where its version does not follow, or the word does not count.

    The word counts by the rules of the version in force, and of every policy in force for the same deployments, each with
    the keys that are trusted in the project in which it came into force.
    """
    in_force = policies_in_force(ports.journal, briefs(ports.journal))
    known = in_force_as(policy.policy, in_force)
    fault = adoption_faults(policy, known)
    if fault is not None:
        raise Refused(f"{fault} Nothing was adopted.")
    beside = rivals(policy, in_force)
    rules = [each for each in in_force if each is known or each in beside]
    signed = _signed(ports, "adopt_policy", policy, rules or [_as_new(ports, policy, project)], sign)
    event = PolicyAdopted(
        policy=policy, by=by, reason=reason, project=str(project), keyed=signed is not None, signed=signed
    )
    event = unsigned(ports, event)
    append_to_house(ports.journal, event)
    return event


def withdraw(ports: Ports, name: str, *, by: str, reason: str, sign: Sign) -> PolicyWithdrawn:
    """End a policy. Raises NotFound if none of this name is in force, Refused where the word does not count."""
    known = in_force_as(name, policies_in_force(ports.journal, briefs(ports.journal)))
    if known is None:
        raise NotFound(f"No policy {name} is in force here; nothing was withdrawn.")
    policy = known.policy
    signed = _signed(ports, "withdraw_policy", policy, [known], sign)
    event = PolicyWithdrawn(policy=policy.policy, version=policy.version, by=by, reason=reason, signed=signed)
    event = unsigned(ports, event)
    append_to_house(ports.journal, event)
    return event


def role_of(key: TrustedKey, rules: Rules) -> str:
    """The role in which a person would change these policies: one of theirs that they ask for, else their first."""
    asked = [role for policy in rules for role in changing_roles(policy)]
    return next((role for role in key.roles if any(same_role(role, other) for other in asked)), key.roles[0])


def _as_new(ports: Ports, policy: ReleasePolicy, project: Path) -> PolicyInForce:
    """A policy with nothing before it: its own rules let it come into force."""
    return PolicyInForce(policy, ports.clock.now(), project=str(project))


def _signed(
    ports: Ports, decision: Decision, policy: ReleasePolicy, rules: Sequence[PolicyInForce], sign: Sign
) -> SignedApproval | None:
    """The word of a person, wherever a key is trusted, or was when one of these policies came into force."""
    rings = [(known, ports.keys.keyring(folder(known.project))) for known in rules]
    asking = [(known, ring) for known, ring in rings if known.keyed or ring.keys]
    if not asking:
        return None
    for known, ring in asking:
        if not ring.keys:
            raise Refused(
                f"Policy {known.policy.policy} came into force where keys were trusted, and none is now in {known.project} "
                "or in orch's home. Nothing was changed. Put the keys back there."
            )
    signed = sign(decision, policy, [known.policy for known, _ in asking], asking[0][1])
    word = signed.approval
    if (word.decision, word.subject, word.plan_digest) != (decision, policy.policy, policy_digest(policy)):
        raise Refused("What was signed is something else. Nothing was changed.")
    reasons = dict.fromkeys(
        reason for known, ring in asking for reason in _against(ports, signed, known, ring)
    )
    if reasons:
        raise Refused(f"{'; '.join(reasons)}. Nothing was changed.")
    return signed


def _against(ports: Ports, signed: SignedApproval, known: PolicyInForce, ring: Keyring) -> tuple[str, ...]:
    (presented,) = ports.keys.present([signed], ring)
    return against(presented, known.policy, ring, ports.clock.now())
