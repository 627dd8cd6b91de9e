"""Implements the port `Keys` with folders: keys and certificates of the home and of the project."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from orchestrator.adapters.keys.certificate_files import certificate_files
from orchestrator.adapters.keys.ed25519 import presented_approval, presented_certificate, presented_word
from orchestrator.adapters.keys.key_folder import KeyFolder, keyring_of
from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.rehearsal import PresentedCertificate, SignedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.word import PresentedWord, SignedWord
from orchestrator.engine.ports import Keys

S = TypeVar("S", SignedApproval, SignedCertificate)
P = TypeVar("P")
_FEW, _AT_ONCE = 3, 4


class FolderKeys(Keys):
    """`keys/` and `certificates/` of the home and of the project."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def keyring(self, project: Path) -> Keyring:
        """The keys of the home, then of the project."""
        return keyring_of(KeyFolder(folder / "keys") for folder in (self._home, project))

    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        """Verifies each signature."""
        return side_by_side(presented_approval, approvals, keyring)

    def heard(self, words: Sequence[SignedWord], keyring: Keyring) -> tuple[PresentedWord, ...]:
        """Verifies each signature."""
        return tuple(presented_word(signed, keyring) for signed in words)

    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        """In the order of file names; a certificate in both places counts once."""
        certificates = tuple(certificate_files((self._home, project)).values())
        return side_by_side(presented_certificate, certificates, keyring)


def side_by_side(present: Callable[[S, Keyring], P], signed: Sequence[S], keyring: Keyring) -> tuple[P, ...]:
    """Each statement with its answer, in order. Each new signature of an ssh key costs a process of some milliseconds."""
    if sum(statement.signature.kind == "sshsig" for statement in signed) < _FEW:
        return tuple(present(statement, keyring) for statement in signed)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return tuple(threads.map(lambda statement: present(statement, keyring), signed))
