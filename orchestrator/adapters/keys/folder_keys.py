"""Implements the port `Keys` with folders: keys and certificates of the home and of the project."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.adapters.keys.certificate_files import certificate_files
from orchestrator.adapters.keys.ed25519 import presented_approval, presented_certificate
from orchestrator.adapters.keys.key_folder import KeyFolder, keyring_of, refuse_imitations
from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.engine.ports import Keys


class FolderKeys(Keys):
    """`keys/` and `certificates/` of the home and of the project."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def keyring(self, project: Path) -> Keyring:
        """The keys of the home, then of the project. Raises PlanFault, also for two people whose names look alike."""
        keyring = keyring_of(KeyFolder(folder / "keys") for folder in (self._home, project))
        refuse_imitations(keyring)
        return keyring

    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        """Verifies each signature."""
        return tuple(presented_approval(signed, keyring) for signed in approvals)

    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        """In the order of file names; a certificate in both places counts once."""
        certificates = certificate_files((self._home, project)).values()
        return tuple(presented_certificate(signed, keyring) for signed in certificates)
