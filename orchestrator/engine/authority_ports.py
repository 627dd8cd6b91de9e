"""The ports of authority: what rules and keys say, and the private copies that deployments run from."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.release_policy import ReleasePolicy


@dataclass(frozen=True, slots=True)
class Governing:
    """What binds a deployment: the release policy, and the model that its plan follows. None: nothing does.

    `objections` are what is wrong with how the plan names them; where there are any, nothing is known of what binds.
    """

    policy: ReleasePolicy | None = None
    model: DeploymentModel | None = None
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """The playbook tree as it was read: each file's digest by its path in the project, and the bytes of all."""

    files: Mapping[str, str]
    size: int


@dataclass(frozen=True, slots=True)
class PrivateCopy:
    """Where a private copy of a project is, and what was copied."""

    place: str
    tree: Tree


class Authority(ABC):
    """The rules of a project, its playbook tree, and the private copies that deployments run from."""

    @abstractmethod
    def governing(self, plan: ReleasePlan, project: Path) -> Governing:
        """The policy that binds the plan, named by it or not, and the model it names. Raises PlanFault for faulty files."""

    @abstractmethod
    def tree(self, plan: ReleasePlan, project: Path, plan_file: Path) -> Tree:
        """The files that a run can read. Raises PlanFault with everything that cannot be digested.

        Not of it: what is an ingredient of its own (release units, plans, policies, models, keys, certificates), folders
        whose name begins with a dot, caches, and what .orchignore names.
        """

    @abstractmethod
    def inventory_in_place(self, plan: ReleasePlan, project: Path) -> Mapping[str, str]:
        """The digests of an inventory that is no part of the project, by absolute path, as it is now; else nothing.

        Runs read it where it lies, and it is in no copy. Raises PlanFault with everything that cannot be digested.
        """

    @abstractmethod
    def freeze(self, deployment: str, plan: ReleasePlan, project: Path, plan_file: Path) -> PrivateCopy:
        """Copy the tree and the release units to a folder of the deployment's own; one that is there is made anew.

        The digests are those of the bytes that were written. Raises PlanFault as `tree`, NotFound, StoreFault.
        """

    @abstractmethod
    def copied(self, plan: ReleasePlan, place: str) -> Tree:
        """The tree of a private copy as it is now. Raises PlanFault, also where the copy is gone."""

    @abstractmethod
    def restore(
        self, place: str, project: Path, files: Mapping[str, str], added: Sequence[str]
    ) -> tuple[str, ...]:
        """Put files of a private copy back from the project, where they still have these digests there; the others stay.

        `added` files are removed. The paths that were put back or removed. Raises StoreFault.
        """

    @abstractmethod
    def discard(self, deployment: str) -> None:
        """Remove a deployment's private copy; nothing where there is none."""

    @abstractmethod
    def copies(self) -> Sequence[str]:
        """The deployments that have a private copy."""


class Keys(ABC):
    """Who may sign for what, and what was signed."""

    @abstractmethod
    def keyring(self, project: Path) -> Keyring:
        """Every key that this house or the project trusts, revoked ones too. Raises PlanFault."""

    @abstractmethod
    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        """Each approval with what its signature is worth, in the order given."""

    @abstractmethod
    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        """Every rehearsal certificate that this house or the project keeps. Raises PlanFault."""
