"""Implements the port `Authority` with files: policies and models of project and home, private copies below the home."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from orchestrator.adapters.files.environment_file import known_environments
from orchestrator.adapters.files.house_rules import house_first, not_of_house
from orchestrator.adapters.files.model_file import load_model, model_document
from orchestrator.adapters.files.noun_folder import contents_of
from orchestrator.adapters.files.policy_file import policies_in, policy_document
from orchestrator.adapters.files.tree.installed_in_place import installed_in_place
from orchestrator.adapters.files.tree.inventory_in_place import (
    ingredients_in_place,
    inventory_in_place,
    named_in_place,
)
from orchestrator.adapters.files.tree.outer_links import is_followed
from orchestrator.adapters.files.tree.output_folders import link_outputs
from orchestrator.adapters.files.tree.playbook_tree import copy_file, file_digest, private_copy, tree_of
from orchestrator.adapters.files.tree.tree_rules import LeftOut, common_rules, project_rules
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.environment import EnvironmentFile
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.ports import Authority, Governing, PrivateCopy, Tree
from orchestrator.errors import Fault, NotFound, PlanFault, StoreFault
from orchestrator.policy.planning.name_objections import misleading_place
from orchestrator.policy.planning.plan_objections import files_on_this_machine

Policy = LoadedFile[ReleasePolicy]
Model = LoadedFile[DeploymentModel]


class ProjectAuthority(Authority):
    """Policies are in `policies/` of the project, the home and the house, environments in `environments/` of house and project.

    Private copies are in `frozen/` of the home, and those that come from another machine in `arriving/` until they are whole.

    `house`: another folder than the home.
    """

    def __init__(self, home: Path, house: Path | None = None) -> None:
        self._home = home.absolute()
        self._house = house or self._home
        self._copies = self._home / "frozen"

    def governing(self, plan: ReleasePlan, project: Path) -> Governing:
        """Reads every policy file: an unreadable one could be the one that binds."""
        faults: list[Fault] = []
        policies = self._policies(project, faults)
        covering = {file: item for file, item in policies.items() if covers(item.noun, plan)}
        first, set_aside = house_first(covering, self._house)
        aside = covering.keys() - first.keys()
        binding = {file: item for file, item in policies.items() if file not in aside}
        policy, objections = _binding(plan, project, binding)
        model, wrong = _model(plan, project, faults)
        wrong += not_of_house(model.noun, self._house, faults) if model is not None else []
        if faults:
            raise PlanFault(faults)
        documents = (policy_document(policy) if policy else None, model_document(model) if model else None)
        return Governing(
            policy.noun if policy is not None else None,
            model.noun if model is not None else None,
            (*objections, *wrong),
            set_aside,
            tuple(filter(None, documents)),
        )

    def environments(self, project: Path) -> tuple[EnvironmentFile, ...]:
        """Those of `environments/` in the house and the home, then those of the project."""
        places = dict.fromkeys((self._house, self._home))
        return known_environments(project, [place / "environments" for place in places])

    def tree(self, plan: ReleasePlan, project: Path, plan_file: Path) -> Tree:
        """Digest the project's tree by `project_rules`."""
        tree = tree_of(project, project_rules(project, self._home, plan, plan_file))
        return Tree(tree.files, tree.size + sum(_size(project / unit.place) for unit in plan.release.units))

    def inventory_in_place(
        self,
        plan: ReleasePlan,
        project: Path,
        *,
        every_bit: bool = False,
        installed: Sequence[InstalledPart] = (),
    ) -> Mapping[str, str]:
        """Also covers an inventory inside the project that the plan names by an absolute path: runs read it in place."""
        return {
            **inventory_in_place(project, plan.resources.inventory, every_bit=every_bit),
            **ingredients_in_place(project, plan.resources.ingredients, every_bit=every_bit),
            **named_in_place(project, self._authorities_in_place(plan, project), every_bit=every_bit),
            **installed_in_place(installed),
        }

    def _authorities_in_place(self, plan: ReleasePlan, project: Path) -> list[tuple[str, str]]:
        """Files with the authorities that count where HTTP is asked, and that are not in the tree, by the plan's field."""
        named = [each for each in files_on_this_machine(plan) if each[0].endswith(".ca_file")]
        left_out = common_rules(project, self._home, plan) if named else None
        return [each for each in named if left_out is not None and not _is_in_tree(each[1], left_out)]

    def freeze(self, deployment: str, plan: ReleasePlan, project: Path, plan_file: Path) -> PrivateCopy:
        """Copy to `frozen/DEPLOYMENT`."""
        self.discard(deployment)
        place = self._copies / deployment
        try:
            tree = private_copy(project, place, project_rules(project, self._home, plan, plan_file))
            for unit in plan.release.units:
                if unit.library is None:
                    _copy_unit(project, place, unit.artefact)
            link_outputs(project, place, self.outputs(plan), plan.resources.outputs)
        except BaseException:
            self.discard(deployment)
            raise
        return PrivateCopy(str(place), tree)

    def place_of(self, deployment: str) -> str:
        """`frozen/DEPLOYMENT` of the home."""
        return str(self._copies / deployment)

    def arrive(
        self, deployment: str, plan: ReleasePlan, project: Path, unpack: Callable[[Path], None]
    ) -> None:
        """Unpacked in `arriving/`, and renamed; what a killed process left there goes with the next one."""
        place, draft = self._copies / deployment, self._home / "arriving" / deployment
        try:
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700, parents=True)
            unpack(draft)
            link_outputs(project, draft, self.outputs(plan), plan.resources.outputs)
            self._copies.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not place.exists():
                draft.rename(place)
        except OSError as error:
            raise StoreFault(f"{place} cannot be written: {error.strerror or error}.") from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def copied(self, plan: ReleasePlan, place: str, *, every_bit: bool = False) -> Tree:
        """The copy's tree, without the files that every run leaves behind."""
        root = Path(place)
        common = common_rules(root, self._home, plan)
        units = {Path(unit.place) for unit in plan.release.units}
        return tree_of(
            root, lambda path, folder: common(path, folder) or Path(path) in units, every_bit=every_bit
        )

    def restore(
        self, place: str, project: Path, files: Mapping[str, str], added: Sequence[str]
    ) -> tuple[str, ...]:
        """Restores file by file; a file that cannot be restored stays as it is."""
        restored = [
            path for path, digest in files.items() if _put_back(project, path, Path(place) / path, digest)
        ]
        for path in added:
            with suppress(OSError):
                (Path(place) / path).unlink()
                restored.append(path)
        return tuple(restored)

    def outputs(self, plan: ReleasePlan) -> Path:
        """`outputs/RELEASE/ENVIRONMENT` of the home."""
        return self._home / "outputs" / plan.release.name / plan.resources.environment

    def discard(self, deployment: str) -> None:
        """Also removes an unfinished copy."""
        shutil.rmtree(self._copies / deployment, ignore_errors=True)

    def copies(self) -> Sequence[str]:
        """The names of the folders in `frozen/`."""
        return sorted(folder.name for folder in self._copies.glob("*") if folder.is_dir())

    def _policies(self, project: Path, faults: list[Fault]) -> dict[Path, Policy]:
        sound, unsound = policies_in(
            (project / "policies", self._home / "policies", self._house / "policies")
        )
        faults += unsound
        return {Path(item.file).resolve(): item for item in sound}


def _binding(
    plan: ReleasePlan, project: Path, policies: Mapping[Path, Policy]
) -> tuple[Policy | None, list[Objection]]:
    """The one policy that covers the plan. If several do, the plan must name one of them; naming another does not help."""
    covering = {file: item for file, item in policies.items() if covers(item.noun, plan)}
    misleading = list(misleading_place(plan, (item.noun for item in policies.values())))
    if misleading:
        return None, misleading
    named = plan.approval.policy
    if named is None:
        if len(covering) > 1:
            return None, [_several(covering)]
        return next(iter(covering.values()), None), []
    file = (project / named).resolve()
    if file in covering:
        return covering[file], []
    if covering:
        return None, [_several(covering, named)]
    finding = "a policy for others" if file in policies else "none for this release and environment"
    move = "correct its path or what it applies to, or leave it out"
    return None, [Objection("approval.policy", "a file in policies/ that covers the plan", finding, move)]


def covers(policy: ReleasePolicy, plan: ReleasePlan) -> bool:
    """Whether a policy applies to this release in this environment."""
    return policy.applies_to.covers(plan.release.name, plan.resources.environment)


def _several(covering: Mapping[Path, Policy], named: str | None = None) -> Objection:
    files = ", ".join(item.file for item in covering.values())
    expected = f"one of the policies that bind it: {files}"
    return Objection("approval.policy", expected, named or "none named", "name one of them")


def _model(plan: ReleasePlan, project: Path, faults: list[Fault]) -> tuple[Model | None, list[Objection]]:
    if plan.strategy.model is None:
        return None, []
    files, astray = contents_of([project / "models"])
    faults += astray
    named = project / plan.strategy.model
    if named.exists() and named.resolve() not in {file.resolve() for file in files} and not astray:
        expected, move = "a file in models/", "move the model there (orch model list shows those that count)"
        return None, [Objection("strategy.model", expected, plan.strategy.model, move)]
    try:
        return load_model(named), []
    except PlanFault as fault:
        faults += fault.faults
        return None, []
    except NotFound:
        path, move = "strategy.model", "correct the path (orch model list)"
        return None, [Objection(path, "a deployment model", f"no file {plan.strategy.model}", move)]


def _copy_unit(project: Path, place: Path, artefact: str) -> None:
    source, target = project / artefact, place / artefact
    if target.exists() or not source.is_file():
        return
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(source, target)
    except OSError as error:
        raise StoreFault(f"{source} cannot be copied to {target}: {error.strerror}.") from None


def _is_in_tree(name: str, left_out: LeftOut) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or name.startswith("~"):
        return False
    folders = [folder for folder in path.parents if folder.parts]
    return not left_out(path, False) and not any(left_out(folder, True) for folder in folders)  # noqa: FBT003


def _put_back(project: Path, path: str, target: Path, digest: str) -> bool:
    source = project / path
    beside = target.with_name(f".{target.name}.restored")
    try:
        if is_followed(project, PurePosixPath(path)):
            source = source.resolve()
        beside.unlink(missing_ok=True)
        # A file of the tree is digested with its mode, by earlier versions with all of it; a release unit by its bytes alone.
        fits = digest in (
            copy_file(source, beside),
            file_digest(beside, every_bit=True),
            _bytes_digest(beside),
        )
        if fits:
            beside.replace(target)
        else:
            beside.unlink()
    except OSError:
        return False
    return fits


def _bytes_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
