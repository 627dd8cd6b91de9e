"""The reports of events of the house: release policies that come into force, and that end. No deployment has them."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.policy.telling.teller import Telling, at, telling_of


@telling_of.register
def _policy_adopted(event: e.PolicyAdopted, d: Deployment, counts: Counts) -> Telling:
    policy = event.policy
    return Telling(
        at("policy", f"{policy.policy} version {policy.version} in force, by {event.by}: {event.reason}")
    )


@telling_of.register
def _policy_withdrawn(event: e.PolicyWithdrawn, d: Deployment, counts: Counts) -> Telling:
    words = f"{event.policy} version {event.version} no longer in force, by {event.by}: {event.reason}"
    return Telling(at("policy", words))
