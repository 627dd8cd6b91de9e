"""Live uses of models and policies, so that the first one of each version is marked and overseen."""

from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.environment import LIVE, UNKNOWN
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.names import as_read


def is_live_use(environment_class: str | None, policy: ReleasePolicy | None, *, rehearsal: bool) -> bool:
    """Whether a deployment uses its rules live. A rehearsal never does.

    Where no file says what class the environment is, the policy decides: one that demands something of documents is for live.
    """
    if rehearsal:
        return False
    if environment_class in (None, UNKNOWN):
        return policy is not None and policy.documents is not None
    return environment_class == LIVE


def versions_of(policy: ReleasePolicy | None, model: DeploymentModel | None) -> tuple[str, ...]:
    """What is used, by kind, name as people read it, and version: such as `policy shop-live version 3`."""
    policies = () if policy is None else (f"policy {as_read(policy.policy)} version {policy.version}",)
    models = () if model is None else (f"model {as_read(model.model)} version {model.version}",)
    return (*policies, *models)
