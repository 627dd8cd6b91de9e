"""Rules of the house before those of lower places: a project may add to what the house decides, and never weaken it."""

from collections.abc import Mapping
from pathlib import Path

from orchestrator.adapters.files.environment_file import load_environment
from orchestrator.adapters.files.model_file import models_in
from orchestrator.adapters.files.noun_folder import files_in
from orchestrator.adapters.files.policy_file import load_policy
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.errors import Fault
from orchestrator.policy.authority.house_over_project import roles_answering, roles_named

Policies = Mapping[Path, LoadedFile[ReleasePolicy]]


def roles_of_house(house: Path) -> tuple[str, ...]:
    """What policies and environments of the house ask for: nobody below it is added to these roles. Raises PlanFault."""
    policies = [load_policy(file).noun for file in files_in([house / "policies"])]
    places = [load_environment(file).noun for file in files_in([house / "environments"])]
    roles = [role for policy in policies for role in roles_named(policy)]
    return tuple(dict.fromkeys([*roles, *(role for place in places for role in roles_answering(place))]))


def house_first(covering: Policies, house: Path) -> tuple[Policies, tuple[Objection, ...]]:
    """Of the policies that cover a plan, by resolved file, those that may bind it, and a warning for each set aside."""
    own = {file.resolve() for file in files_in([house / "policies"])}
    of_house = {file: item for file, item in covering.items() if file in own}
    if not of_house:
        return covering, ()
    names = ", ".join(item.file for item in of_house.values())
    expected = f"a policy of the house alone, which governs this environment: {names}"
    move = "have what it asks for added to the policy of the house, or remove it"
    aside = (item.file for file, item in covering.items() if file not in of_house)
    return of_house, tuple(
        Objection("approval.policy", expected, f"{file} as well, which is set aside", move) for file in aside
    )


def not_of_house(model: DeploymentModel, house: Path, faults: list[Fault]) -> list[Objection]:
    """Why a model of a name that the house has is not the house's: rules name models, so a name means one thing."""
    sound, wrong = models_in([house / "models"])
    faults += wrong
    alike = [item for item in sound if item.noun.model == model.model]
    if not alike or any(item.noun == model for item in alike):
        return []
    files = ", ".join(item.file for item in alike)
    finding = f"another {model.model} version {model.version}"
    move = "use a copy of the house's, or give yours a name of its own"
    return [Objection("strategy.model", f"{model.model} as the house has it: {files}", finding, move)]
