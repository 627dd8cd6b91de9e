"""Which release policy binds a deployment, in words; where none does, that is said too."""

from orchestrator.domain.rules.release_policy import ReleasePolicy

UNGOVERNED = "ungoverned"


def policy_words(policy: ReleasePolicy | None) -> str:
    """Such as `policy shop-live version 3`, or that the deployment is ungoverned."""
    if policy is None:
        return f"{UNGOVERNED}: no release policy binds it"
    return f"policy {policy.policy} version {policy.version}"
