"""Public keys as people have them: an `id_*.pub` file, a line of authorized_keys or of a passkey, for units a `cosign.pub`."""

from pathlib import Path

from orchestrator.adapters.keys.signed_files import LARGEST
from orchestrator.domain.authority.signing import PublicKeyCard
from orchestrator.domain.authority.sigstore_key import BEGIN, sigstore_key_in_pem
from orchestrator.domain.authority.ssh_form import SIGNS, ssh_public_key
from orchestrator.domain.authority.webauthn_key import BEGINS as PASSKEY
from orchestrator.domain.authority.webauthn_key import passkey
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault, PlanFault, StoreFault


def foreign_card(file: Path) -> PublicKeyCard | None:
    """The card of a public key of OpenSSH or sigstore, or of a passkey; None if the file is missing or holds JSON.

    Raises PlanFault, StoreFault. The comment of the key proves nothing and is left out.
    """
    try:
        with file.open("rb") as stream:
            text = stream.read(LARGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreFault(f"{file} cannot be read: {error.strerror}.") from None
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines or text.lstrip().startswith(("{", "[")):
        return None
    number, line = lines[0]
    try:
        return _sigstore_card(text) if line == BEGIN else _line_card(line, len(lines))
    except NotInForm as fault:
        finding = plain(line, 60)
        raise PlanFault([Fault(str(file), number, "", str(fault), finding, fault.next_move)]) from None


def _sigstore_card(text: str) -> PublicKeyCard:
    key = sigstore_key_in_pem(text)
    return PublicKeyCard(key=key.key, public=key.text, kind="sigstore", holder="machine")


def _line_card(line: str, lines: int) -> PublicKeyCard:
    if line.startswith(("-----BEGIN", "---- BEGIN")):
        raise NotInForm(
            "a public key in one line, such as in id_ed25519.pub",
            "give the .pub file beside the private key, which nobody else needs; ssh-keygen -y prints it",
        )
    if lines > 1:
        raise NotInForm(
            "one key, and there are several lines", "put the line of one person into its own file"
        )
    if line.startswith(f"{PASSKEY} "):
        of_service = passkey(line)
        return PublicKeyCard(key=of_service.key, public=of_service.line, kind="webauthn")
    words = line.split()
    if words[0] not in SIGNS and any(word in SIGNS for word in words[1:]):
        raise NotInForm(
            "a key without options, because orch does not apply them", "leave out what stands before its type"
        )
    key = ssh_public_key(line)
    return PublicKeyCard(key=key.key, public=key.line, kind="sshsig")
