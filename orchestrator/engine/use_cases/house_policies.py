"""A person brings a release policy into force, or ends one; where keys are trusted, by their signed word."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from orchestrator.domain.authority.approval import Decision, SignedApproval
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.journal.events import PolicyAdopted, PolicyWithdrawn
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.policies_in_force import policies_in_force
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.authority.policy_memory import adoption_faults, in_force_as, policy_digest, rivals
from orchestrator.policy.authority.policy_word import against, changing_roles

Rules = Sequence[ReleasePolicy]
Sign = Callable[[Decision, ReleasePolicy, Rules], SignedApproval]
"""Signs a decision on a policy, under the rules of those in force."""
COUNTS_FOR = timedelta(minutes=10)
"""How long such a word counts: it is used at once."""


def adopt(
    ports: Ports, policy: ReleasePolicy, project: Path, *, by: str, reason: str, sign: Sign
) -> PolicyAdopted:
    """Bring a policy into force. Raises Refused where its version does not follow, or the word does not count.

    The word counts by the rules of the version in force, and of every policy in force for the same deployments.
    """
    in_force = policies_in_force(ports.journal, briefs(ports.journal))
    known = in_force_as(policy.policy, in_force)
    fault = adoption_faults(policy, known)
    if fault is not None:
        raise Refused(f"{fault} Nothing was adopted.")
    beside = rivals(policy, in_force)
    rules = [each.policy for each in in_force if each is known or each in beside] or [policy]
    signed = _signed(ports, "adopt_policy", policy, rules, project, sign)
    event = PolicyAdopted(policy=policy, by=by, reason=reason, signed=signed)
    append_to_house(ports.journal, event)
    return event


def withdraw(ports: Ports, name: str, project: Path, *, by: str, reason: str, sign: Sign) -> PolicyWithdrawn:
    """End a policy. Raises NotFound if none of this name is in force, Refused where the word does not count."""
    known = in_force_as(name, policies_in_force(ports.journal, briefs(ports.journal)))
    if known is None:
        raise NotFound(f"No policy {name} is in force here; nothing was withdrawn.")
    policy = known.policy
    signed = _signed(ports, "withdraw_policy", policy, [policy], project, sign)
    event = PolicyWithdrawn(policy=policy.policy, version=policy.version, by=by, reason=reason, signed=signed)
    append_to_house(ports.journal, event)
    return event


def role_of(key: TrustedKey, rules: Rules) -> str:
    """The role in which a person would change these policies: one of theirs that they ask for, else their first."""
    asked = [role for policy in rules for role in changing_roles(policy)]
    return next((role for role in key.roles if any(same_role(role, other) for other in asked)), key.roles[0])


def _signed(
    ports: Ports, decision: Decision, policy: ReleasePolicy, rules: Rules, project: Path, sign: Sign
) -> SignedApproval | None:
    keyring = ports.keys.keyring(project)
    if not keyring.keys:
        return None
    signed = sign(decision, policy, rules)
    word = signed.approval
    (presented,) = ports.keys.present([signed], keyring)
    if (word.decision, word.subject, word.plan_digest) != (decision, policy.policy, policy_digest(policy)):
        raise Refused("What was signed is something else. Nothing was changed.")
    now = ports.clock.now()
    reasons = dict.fromkeys(reason for each in rules for reason in against(presented, each, keyring, now))
    if reasons:
        raise Refused(f"{'; '.join(reasons)}. Nothing was changed.")
    return signed
