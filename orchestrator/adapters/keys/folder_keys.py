"""Implements the port `Keys` with folders: keys and certificates of the house, of the home and of the project."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from orchestrator.adapters.keys.certificate_files import certificate_files
from orchestrator.adapters.keys.document_files import presented_documents
from orchestrator.adapters.keys.ed25519 import presented_approval, presented_certificate, presented_word
from orchestrator.adapters.keys.home_id import home_id
from orchestrator.adapters.keys.key_folder import KeyFolder, refuse_imitations
from orchestrator.adapters.keys.trust_files import HouseTrust
from orchestrator.adapters.keys.unit_signatures import record_signer, signer_of
from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.keyring_document import TrustInForce
from orchestrator.domain.authority.rehearsal import PresentedCertificate, SignedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.word import PresentedWord, SignedWord
from orchestrator.domain.evidence.unit_evidence import SignerSeen
from orchestrator.domain.rules.document_control import DocumentFile
from orchestrator.engine.authority_ports import SignedFile
from orchestrator.engine.ports import Keys
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.authority.house_over_project import house_over

T = TypeVar("T")

S = TypeVar("S", SignedApproval, SignedCertificate)
P = TypeVar("P")
_FEW, _AT_ONCE = 3, 4


class FolderKeys(Keys):
    """The signed keyring of the house, else its `keys/`; then `keys/` of home and project, where the house lets them.

    `house`: another folder than the home. `named_roles`: the roles that its policies ask for.
    """

    def __init__(
        self,
        home: Path,
        house: Path | None = None,
        *,
        named_roles: Callable[[], Iterable[str]] = tuple,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._home, self._house = home, house or home
        self._named_roles = named_roles
        self._now = now
        self._trust = HouseTrust(self._house, home)

    @property
    def home(self) -> str:
        """The id of this home, which it gives itself when it is first asked."""
        return home_id(self._home)

    @property
    def house_place(self) -> str:
        """The folder of the house, where it is another than the home."""
        return "" if self._house == self._home else str(self._house)

    def trust(self) -> TrustInForce | None:
        """The signed keyring that is in force."""
        return self._trust.in_force(self._now())

    def keyring(self, project: Path | None) -> Keyring:
        """The keys of the house, and of home and project what adds to them. Raises PlanFault, also where names look alike."""
        faults: list[Fault] = []
        trust = _kept(faults, self.trust)
        places = (self._house, self._home, *(() if project is None else (project,)))
        folders = dict.fromkeys(folder / "keys" for folder in places)
        rings = {folder: _kept(faults, KeyFolder(folder).keyring) or Keyring() for folder in folders}
        if faults:
            raise PlanFault(faults)
        if trust is not None:
            keyring = self._over(Keyring(keys=trust.document.keys), list(rings.values()))
        else:
            house, *lower = rings.values()
            keyring = self._over(house, lower)
        refuse_imitations(keyring)
        return keyring

    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        """Verifies each signature."""
        return side_by_side(presented_approval, approvals, keyring)

    def heard(self, words: Sequence[SignedWord], keyring: Keyring) -> tuple[PresentedWord, ...]:
        """Verifies each signature."""
        return tuple(presented_word(signed, keyring) for signed in words)

    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        """In the order of file names; a certificate in several places counts once."""
        places = dict.fromkeys((self._house, self._home, project))
        certificates = tuple(certificate_files(places).values())
        return side_by_side(presented_certificate, certificates, keyring)

    def documents(self, files: Sequence[DocumentFile], keyring: Keyring) -> tuple[PresentedDocument, ...]:
        """Reads the approval beside each file."""
        return presented_documents(files, keyring)

    def unit_signer(self, signed: SignedFile, keyring: Keyring) -> SignerSeen:
        """By a key of the keyring that counts now, or by gpgv."""
        return signer_of(signed, keyring, self._now())

    def record_signer(self, record: bytes, keyring: Keyring) -> SignerSeen | None:
        """By a key of sigstore in the keyring that counts now."""
        return record_signer(record, keyring, self._now())

    def _over(self, house: Keyring, lower: Sequence[Keyring]) -> Keyring:
        # The policies of the house are read only where a key below it could be in a role that they ask for.
        below = any(house.find(key.key) is None for ring in lower for key in ring.keys)
        return house_over(house, lower, self._named_roles() if below else ())


def side_by_side(present: Callable[[S, Keyring], P], signed: Sequence[S], keyring: Keyring) -> tuple[P, ...]:
    """Each statement with its answer, in order. Each new signature of an ssh key costs a process of some milliseconds."""
    if sum(statement.signature.kind == "sshsig" for statement in signed) < _FEW:
        return tuple(present(statement, keyring) for statement in signed)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return tuple(threads.map(lambda statement: present(statement, keyring), signed))


def _kept(faults: list[Fault], ask: Callable[[], T]) -> T | None:
    """The answer, or None where there are faults, which are kept."""
    try:
        return ask()
    except PlanFault as fault:
        faults.extend(fault.faults)
        return None
