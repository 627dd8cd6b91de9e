"""The authority ports: policies, models, keys, and the private copies that deployments run from."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.keyring_document import TrustInForce
from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import PresentedWord, SignedWord, WordStatement
from orchestrator.domain.evidence.unit_evidence import SignerSeen
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.unit_origin import SignatureKind
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_control import DocumentFile
from orchestrator.domain.rules.environment import EnvironmentFile
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.errors import Refused


@dataclass(frozen=True, slots=True)
class Governing:
    """What binds a deployment: its release policy and the model that its plan follows. None means that none applies.

    `objections` say what is wrong with how the plan names them. If there are any, policy and model are unknown.
    `warnings` name what covers the plan and does not bind, because the house decides. `documents`: the files of what binds.
    """

    policy: ReleasePolicy | None = None
    model: DeploymentModel | None = None
    objections: tuple[Objection, ...] = ()
    warnings: tuple[Objection, ...] = ()
    documents: tuple[DocumentFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """The playbook tree as it was read: each file's digest by its path in the project, and the total size in bytes."""

    files: Mapping[str, str]
    size: int


@dataclass(frozen=True, slots=True)
class PrivateCopy:
    """The place of a project's private copy, and what was copied."""

    place: str
    tree: Tree


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A release unit and the file of its detached signature; `keyring`: the file with GnuPG's public keys, for that kind."""

    kind: SignatureKind
    file: Path
    sha256: str
    signature: Path
    keyring: Path | None = None


class Authority(ABC):
    """The rules of a project, its playbook tree, and the private copies that deployments run from."""

    @abstractmethod
    def governing(self, plan: ReleasePlan, project: Path) -> Governing:
        """The policy that binds the plan, named by the plan or not, and its model. Raises PlanFault for faulty files."""

    @abstractmethod
    def environments(self, project: Path) -> tuple[EnvironmentFile, ...]:
        """The environments that the house and the project know, by their files. Raises PlanFault for faulty files."""

    @abstractmethod
    def tree(self, plan: ReleasePlan, project: Path, plan_file: Path) -> Tree:
        """The files that a run can read. Raises PlanFault with everything that cannot be digested.

        The tree leaves out separate ingredients (release units, plans, policies, models, keys, certificates), folders
        whose name begins with a dot, caches, and what .orchignore names.
        """

    @abstractmethod
    def inventory_in_place(
        self,
        plan: ReleasePlan,
        project: Path,
        *,
        every_bit: bool = False,
        installed: Sequence[InstalledPart] = (),
    ) -> Mapping[str, str]:
        """The present digests, by absolute path, of an inventory outside the project; empty for one inside it.

        Runs read it in place; no private copy holds it. Raises PlanFault with everything that cannot be digested.
        `every_bit`: with all permission bits, as earlier versions digested files. `installed`: collections and roles, each of
        them by its name and one digest; one that is gone is left out.
        """

    @abstractmethod
    def freeze(self, deployment: str, plan: ReleasePlan, project: Path, plan_file: Path) -> PrivateCopy:
        """Copy the tree and the release units to the deployment's own folder; an earlier copy is replaced.

        The digests are of the bytes that were written. Raises PlanFault as `tree`, NotFound, StoreFault.
        """

    @abstractmethod
    def place_of(self, deployment: str) -> str:
        """Where this home has the private copy of a deployment, whether there is one or not."""

    @abstractmethod
    def arrive(
        self, deployment: str, plan: ReleasePlan, project: Path, unpack: Callable[[Path], None]
    ) -> None:
        """Have a copy unpacked that another machine made: it is in its place whole, or not at all. Raises as `unpack`.

        A copy that is there already stays.
        """

    @abstractmethod
    def copied(self, plan: ReleasePlan, place: str, *, every_bit: bool = False) -> Tree:
        """The present tree of a private copy. Raises PlanFault, also if the copy is gone.

        `every_bit`: with all permission bits, as earlier versions digested files.
        """

    @abstractmethod
    def restore(
        self, place: str, project: Path, files: Mapping[str, str], added: Sequence[str]
    ) -> tuple[str, ...]:
        """Restore files of a private copy from the project, if they still have these digests there; others stay as they are.

        Removes the `added` files. Returns the paths that were restored or removed. Raises StoreFault.
        """

    @abstractmethod
    def outputs(self, plan: ReleasePlan) -> Path:
        """The folder with the outputs of this release in this environment; it need not exist.

        Every private copy leads there from each path of `resources.outputs`. What a project has at such a path is taken over
        once, where nothing is kept yet.
        """

    @abstractmethod
    def discard(self, deployment: str) -> None:
        """Remove a deployment's private copy, if it has one."""

    @abstractmethod
    def copies(self) -> Sequence[str]:
        """The deployments that have a private copy."""


class Keys(ABC):
    """Trusted keys, verified approvals, and rehearsal certificates."""

    @property
    def home(self) -> str:
        """The id of this home, which certificates name; empty where it has none. Raises StoreFault."""
        return ""

    @property
    def house_place(self) -> str:
        """The folder of the house; empty where the home is the house."""
        return ""

    def trust(self) -> TrustInForce | None:
        """The signed keyring of the house that is in force; None where it has none.

        Raises PlanFault where there is one that is not in force, such as an older one than this home has seen.
        """
        return None

    @abstractmethod
    def keyring(self, project: Path | None) -> Keyring:
        """Every key that counts, including revoked keys: those of the house, then what home and project add to them.

        Without a project: what is said concerns every one, so that no folder adds anybody. Raises PlanFault.
        """

    @abstractmethod
    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        """Each approval with the answer of its signature's verification, in the given order."""

    @abstractmethod
    def heard(self, words: Sequence[SignedWord], keyring: Keyring) -> tuple[PresentedWord, ...]:
        """Each word with the answer of its signature's verification, in the given order."""

    @abstractmethod
    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        """Every rehearsal certificate that house, home or project keep. Raises PlanFault."""

    @abstractmethod
    def documents(self, files: Sequence[DocumentFile], keyring: Keyring) -> tuple[PresentedDocument, ...]:
        """Each model or policy with the approval beside its file, and the answer of that one's verification.

        Raises PlanFault for an approval that cannot be read.
        """

    def unit_signer(self, signed: SignedFile, keyring: Keyring) -> SignerSeen:
        """Who made the good signature of a release unit. Raises Refused with what was seen instead, MachineLacks."""
        raise Refused("no signature of a release unit can be verified here")

    def record_signer(self, record: bytes, keyring: Keyring) -> SignerSeen | None:
        """The trusted key that signed the envelope of a record about a unit; None where no trusted key did.

        Raises Refused where a signature in the name of a trusted key is bad, or the key expired or was revoked.
        """
        return None


class Voice(ABC):
    """Whoever called this command: who they are to the operating system, and the key that they sign with."""

    @abstractmethod
    def speaker(self) -> Speaker:
        """What the operating system knows of this process; no name that somebody gives."""

    @abstractmethod
    def key(self, keyring: Keyring) -> str:
        """The id of the trusted key that this person has at hand. Raises Refused or NotFound, saying what to do without one."""

    @abstractmethod
    def nonce(self) -> str:
        """A random number that was never used (32 hexadecimal digits)."""

    @abstractmethod
    def sign(self, word: WordStatement) -> SignedWord:
        """The word, signed with the key that `key` found. Raises Refused where it names another."""

    def about_to_say(self, event: BaseModel) -> None:  # noqa: B027 - most voices know it already
        """The event that the next word has the digest of, for a voice that shows it to whoever signs elsewhere."""
