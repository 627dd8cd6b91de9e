"""A private key file of orch that has a passphrase: it is opened when it first signs."""

from pathlib import Path

from orchestrator.adapters.keys.key_folder import load_key
from orchestrator.adapters.keys.signer import Signer
from orchestrator.adapters.keys.ssh_signer import Ask
from orchestrator.domain.authority.signing import PublicKeyCard, Signature
from orchestrator.errors import Refused, UsageFault


class LockedPem(Signer):
    """The key that the public half beside it names; whether it is that key is seen when it is opened."""

    def __init__(self, file: Path, card: PublicKeyCard, ask: Ask | None) -> None:
        self._file = file
        self._card = card
        self._ask = ask
        self._opened: Signer | None = None
        self.place = str(file)

    @property
    def public(self) -> str:
        """The public key."""
        return self._card.public

    @property
    def key(self) -> str:
        """The key's id."""
        return self._card.key

    def unlock(self) -> None:
        """Ask for the passphrase now."""
        self._open()

    def sign(self, payload: bytes) -> Signature:
        """The signature of exactly these bytes."""
        return self._open().sign(payload)

    def _open(self) -> Signer:
        if self._opened is None:
            opened = open_pem(self._file, self._ask)
            if opened.key != self.key:
                raise Refused(
                    f"{self._file} is key {opened.key[:16]}, and the public half beside it is {self.key[:16]}. Nothing was "
                    "signed; remove the public half, and write it again with orch keys public."
                )
            self._opened = opened
        return self._opened


def open_pem(file: Path, ask: Ask | None) -> Signer:
    """The private key in a file of orch, opened. Raises NotFound, StoreFault, UsageFault, Refused."""
    try:
        key = load_key(file, ask=(lambda: ask(file)) if ask is not None else None)
    except UsageFault as fault:
        words = str(fault)
        raise UsageFault(words if words.startswith(f"{file}: ") else f"{file}: {words}") from None
    key.place = str(file)
    return key
