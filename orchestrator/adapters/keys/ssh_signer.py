"""Private ssh keys that sign: a key file of ssh, or a key that the ssh agent holds."""

import base64
from collections.abc import Callable
from pathlib import Path

from orchestrator.adapters.keys.private_file import private_bytes
from orchestrator.adapters.keys.signer import Signer
from orchestrator.adapters.keys.ssh_programs import NAMESPACE, ssh_signs, ssh_verifies
from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.authority.ssh_form import SshPublicKey, ssh_public_key, ssh_string
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.errors import Refused, UsageFault

Ask = Callable[[Path], bytes]
"""Returns the passphrase of a key file. Raises UsageFault where nobody can be asked."""
_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"
PEM_BEGINS = (b"-----BEGIN RSA PRIVATE KEY-----", b"-----BEGIN EC PRIVATE KEY-----")
"""Older forms of ssh keys. PKCS 8 is left to orch's own keys."""


class SshSigner(Signer):
    """A private ssh key that signs through ssh-keygen: with its file, or without one through the agent."""

    kind = "sshsig"

    def __init__(
        self,
        public: SshPublicKey,
        file: Path | None = None,
        *,
        locked: bool = False,
        ask: Ask | None = None,
    ) -> None:
        self._public = public
        self._file = file
        self.locked = locked
        self._ask = ask
        self._passphrase: bytes | None = None
        self.place = str(file) if file is not None else "the ssh agent"

    @property
    def public(self) -> str:
        """Type and blob, as in an `id_*.pub` file."""
        return self._public.line

    @property
    def key(self) -> str:
        """The key's id."""
        return self._public.key

    @property
    def in_hardware(self) -> bool:
        """Whether a FIDO key holds it, and waits for a touch."""
        return self._public.in_hardware

    def unlock(self) -> None:
        """Ask for the passphrase now, where the file has one."""
        if self.locked and self._file is not None and self._passphrase is None:
            if self._ask is None:
                raise UsageFault(f"{self._file} has a passphrase; add it to an agent with ssh-add.")
            self._passphrase = self._ask(self._file)

    def sign(self, payload: bytes) -> Signature:
        """The signature, in orch's namespace; it is verified before it is given away."""
        self.unlock()
        signature = ssh_signs(self._file or self._public, payload, self._passphrase)
        if not ssh_verifies(self._public, NAMESPACE, signature, payload):
            raise Refused(
                f"Nothing was signed: what {self.place} gave is no signature of key {self.key[:16]}."
            )
        return Signature(key=self.key, signature=signature, kind="sshsig")


def ssh_key_file(file: Path, ask: Ask | None = None) -> SshSigner | None:
    """The private ssh key in a file; None if it is a file of another form.

    Raises NotFound, StoreFault, UsageFault, and Refused if others can read or change it.
    """
    content = private_bytes(file)
    if content.lstrip().startswith(_OPENSSH):
        public, locked = _openssh(file, content)
    elif content.lstrip().startswith(PEM_BEGINS):
        public, locked = _beside(file), b"ENCRYPTED" in content
    else:
        return None
    return SshSigner(public, file, locked=locked, ask=ask)


def _openssh(file: Path, content: bytes) -> tuple[SshPublicKey, bool]:
    """The public key, which is never encrypted, and whether the private one is (OpenSSH's PROTOCOL.key)."""
    encoded = content.partition(_OPENSSH)[2].partition(b"-----END")[0]
    try:
        blob = base64.b64decode(encoded)
        if not blob.startswith(_MAGIC):
            raise ValueError(file)
        cipher, rest = ssh_string(blob[len(_MAGIC) :])
        _kdf, rest = ssh_string(rest)
        _options, rest = ssh_string(rest)
        public, _private = ssh_string(rest[4:])
        name, _fields = ssh_string(public)
        key = ssh_public_key(f"{name.decode('ascii')} {base64.b64encode(public).decode()}")
    except NotInForm as fault:
        raise UsageFault(f"{file}: expected {fault}; {fault.next_move}.") from None
    except ValueError:
        raise UsageFault(
            f"{file}: no private key can be read from it; ssh-keygen -l -f {file} looks at it."
        ) from None
    return key, cipher != b"none"


def _beside(file: Path) -> SshPublicKey:
    public = file.with_name(f"{file.name}.pub")
    try:
        return ssh_public_key(public.read_text("utf-8", "replace"))
    except OSError:
        make = f"ssh-keygen -y -f {file} > {public}"
        raise UsageFault(f"{file} is in an older form, and {public} is not beside it. Run: {make}") from None
    except NotInForm as fault:
        raise UsageFault(f"{public}: expected {fault}; {fault.next_move}.") from None
