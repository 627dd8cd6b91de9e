"""Rules, keys and private copies in memory."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.document_approval import PresentedDocument, SignedDocument
from orchestrator.domain.authority.keyring_document import TrustInForce
from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.authority.signing import Keyring, SignatureAnswer
from orchestrator.domain.authority.word import PresentedWord, SignedWord
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_control import DocumentFile
from orchestrator.domain.rules.environment import EnvironmentFile
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.ports import Authority, Governing, Keys, PrivateCopy, Tree
from orchestrator.errors import Fault, PlanFault

FILES = {"playbooks/app.yml": "deploys", "rollback/app.yml": "backs out"}


class FakeAuthority(Authority):
    """One project with these files; each copy is a mapping of its own, and may be tampered with.

    `binds` says what binds the plans of these hosts, where it is not `policy` and `model`. `before_copy` happens before a
    copy is made. `plans_every_bit`: plans are made as an earlier version made them, with all permission bits in digests.
    """

    def __init__(self, policy: ReleasePolicy | None = None, model: DeploymentModel | None = None) -> None:
        self.policy = policy
        self.model = model
        self.documents: tuple[DocumentFile, ...] = ()
        self.places: tuple[EnvironmentFile, ...] = ()
        self.unreadable_places = False
        self.binds: dict[str, Governing] = {}
        self.files = dict(FILES)
        self.in_place: dict[str, str] = {}
        self.installed: dict[str, str] = {}
        self.frozen: dict[str, dict[str, str]] = {}
        self.plans_every_bit = False
        self.before_copy: Callable[[], object] = lambda: None

    def governing(self, plan: ReleasePlan, project: Path) -> Governing:
        return self.binds.get(
            plan.strategy.hosts, Governing(self.policy, self.model, documents=self.documents)
        )

    def environments(self, project: Path) -> tuple[EnvironmentFile, ...]:
        if self.unreadable_places:
            raise PlanFault(
                [Fault("environments/live.yml", 1, "", "an environment", "nothing", "correct it")]
            )
        return self.places

    def tree(self, plan: ReleasePlan, project: Path, plan_file: Path) -> Tree:
        return tree_of(self.files, every_bit=self.plans_every_bit)

    def inventory_in_place(
        self,
        plan: ReleasePlan,
        project: Path,
        *,
        every_bit: bool = False,
        installed: Sequence[InstalledPart] = (),
    ) -> Mapping[str, str]:
        in_place = tree_of(self.in_place, every_bit=every_bit or self.plans_every_bit).files
        parts = {part.part: self.installed[part.place] for part in installed if part.place in self.installed}
        return {**in_place, **tree_of(parts).files}

    def freeze(self, deployment: str, plan: ReleasePlan, project: Path, plan_file: Path) -> PrivateCopy:
        self.before_copy()
        self.frozen[deployment] = dict(self.files)
        return PrivateCopy(f"/frozen/{deployment}", tree_of(self.files, every_bit=self.plans_every_bit))

    def place_of(self, deployment: str) -> str:
        return f"/frozen/{deployment}"

    def arrive(
        self, deployment: str, plan: ReleasePlan, project: Path, unpack: Callable[[Path], None]
    ) -> None:
        unpack(Path(self.place_of(deployment)))
        self.frozen.setdefault(deployment, dict(self.files))

    def copied(self, plan: ReleasePlan, place: str, *, every_bit: bool = False) -> Tree:
        copy = self.frozen.get(place.rpartition("/")[2])
        if copy is None:
            raise PlanFault([Fault(place, None, "", "a folder", "none", "check the path")])
        return tree_of(copy, every_bit=every_bit)

    def restore(
        self, place: str, project: Path, files: Mapping[str, str], added: Sequence[str]
    ) -> tuple[str, ...]:
        copy = self.frozen[Path(place).name]
        fit = [path for path, digest in files.items() if tree_of(self.files).files.get(path) == digest]
        copy |= {path: self.files[path] for path in fit}
        gone = [path for path in added if copy.pop(path, None) is not None]
        return (*fit, *gone)

    def outputs(self, plan: ReleasePlan) -> Path:
        return Path("/outputs") / plan.release.name / plan.resources.environment

    def discard(self, deployment: str) -> None:
        self.frozen.pop(deployment, None)

    def copies(self) -> Sequence[str]:
        return sorted(self.frozen)


class FakeKeys(Keys):
    """Whose keys are trusted, and what signatures are worth, as a test says; `in_project`: keys of one project more.

    `approvals` of models and policies, by their files.
    """

    def __init__(self) -> None:
        self.ring = Keyring()
        self.in_project: dict[Path, Keyring] = {}
        self.answers: dict[str, SignatureAnswer] = {}
        self.kept: tuple[PresentedCertificate, ...] = ()
        self.signed: TrustInForce | None = None
        self.approvals: dict[str, SignedDocument] = {}

    def trust(self) -> TrustInForce | None:
        return self.signed

    def keyring(self, project: Path | None) -> Keyring:
        more = self.in_project.get(project, Keyring()) if project is not None else Keyring()
        return Keyring(keys=(*self.ring.keys, *more.keys))

    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        return tuple(
            PresentedApproval.of_valid(signed=signed, answer=self.answers.get(signed.approval.nonce, "good"))
            for signed in approvals
        )

    def heard(self, words: Sequence[SignedWord], keyring: Keyring) -> tuple[PresentedWord, ...]:
        return tuple(
            PresentedWord.of_valid(signed=signed, answer=self.answers.get(signed.word.nonce, "good"))
            for signed in words
        )

    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        return self.kept

    def documents(self, files: Sequence[DocumentFile], keyring: Keyring) -> tuple[PresentedDocument, ...]:
        return tuple(self._document(file) for file in files)

    def _document(self, file: DocumentFile) -> PresentedDocument:
        signed = self.approvals.get(file.file)
        answer = self.answers.get(signed.document.sha256, "good") if signed is not None else None
        return PresentedDocument.of_valid(file=file, approval=signed, answer=answer)


def tree_of(files: Mapping[str, str], *, every_bit: bool = False) -> Tree:
    """The tree of files with this content."""
    prefix = "every bit: " if every_bit else ""
    digests = {path: _digest(prefix + content) for path, content in sorted(files.items())}
    return Tree(digests, sum(map(len, files.values())))


@cache
def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()
