"""Which release policy binds a deployment, in words; where none does, that is said too."""

from orchestrator.domain.rules.release_policy import ReleasePolicy

UNGOVERNED = "ungoverned"


def policy_name(policy: ReleasePolicy | None) -> str:
    """Such as `shop-live version 3`, or `ungoverned`."""
    return UNGOVERNED if policy is None else f"{policy.policy} version {policy.version}"


def policy_words(policy: ReleasePolicy | None) -> str:
    """Such as `policy shop-live version 3`, or that the deployment is ungoverned."""
    return f"{UNGOVERNED}: no release policy binds it" if policy is None else f"policy {policy_name(policy)}"
