"""Public keys and signatures of OpenSSH as bytes (RFC 4251, 4253, 8332, 8709; OpenSSH's PROTOCOL.sshsig and PROTOCOL.u2f).

This reads their form. Whether a signature is good says ssh-keygen (docs/adr/0070).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.domain.text.model_base import NotInForm

SHORTEST_RSA = 2048
"""Bits of the shortest RSA key that counts (NIST SP 800-131A)."""
TOUCHED = 0x01
"""The flag of a FIDO signature by which the key says that it was touched."""
MAGIC = b"SSHSIG"
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
HASHES = frozenset({"sha256", "sha512"})
SIGNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ssh-ed25519": frozenset({"ssh-ed25519"}),
        "ecdsa-sha2-nistp256": frozenset({"ecdsa-sha2-nistp256"}),
        "ecdsa-sha2-nistp384": frozenset({"ecdsa-sha2-nistp384"}),
        "ecdsa-sha2-nistp521": frozenset({"ecdsa-sha2-nistp521"}),
        "ssh-rsa": frozenset({"rsa-sha2-256", "rsa-sha2-512"}),
        "sk-ssh-ed25519@openssh.com": frozenset({"sk-ssh-ed25519@openssh.com"}),
        "sk-ecdsa-sha2-nistp256@openssh.com": frozenset({"sk-ecdsa-sha2-nistp256@openssh.com"}),
    }
)
"""The types of keys that count, and the types of signatures that each makes; RSA with SHA-1 is not one of them."""
_FIELDS = MappingProxyType(
    {"ssh-ed25519": 1, "ssh-rsa": 2, "sk-ssh-ed25519@openssh.com": 2, "sk-ecdsa-sha2-nistp256@openssh.com": 3}
)
_LINE_WIDTH = 70
LONGEST = 8188
"""Characters of the longest signature in base64; one of RSA with 16384 bits has 5,700."""


@dataclass(frozen=True, slots=True)
class SshPublicKey:
    """A public key of a type that counts; `blob` is how ssh writes it."""

    type: str
    blob: bytes

    @property
    def key(self) -> str:
        """Its id: SHA-256 of the blob in hexadecimal digits, the value that ssh shows as its fingerprint."""
        return hashlib.sha256(self.blob).hexdigest()

    @property
    def line(self) -> str:
        """Type and blob, as in an `id_*.pub` file, without a comment."""
        return f"{self.type} {base64.b64encode(self.blob).decode()}"

    @property
    def in_hardware(self) -> bool:
        """Whether a FIDO key holds it, which must be touched for each signature."""
        return self.type.startswith("sk-")


@dataclass(frozen=True, slots=True)
class SshSignature:
    """The parts of a signature in the form of `ssh-keygen -Y sign`; `flags` are those of a FIDO key."""

    public: bytes
    namespace: str
    hash: str
    type: str
    flags: int | None = None

    def fits(self, key: SshPublicKey, namespace: str) -> bool:
        """Whether it claims to be of this key, for this purpose, in a form that counts; a FIDO key was touched."""
        return (
            self.public == key.blob
            and self.namespace == namespace
            and self.hash in HASHES
            and self.type in SIGNS[key.type]
            and (not key.in_hardware or bool((self.flags or 0) & TOUCHED))
        )


def fingerprint(key: str) -> str:
    """The id of a key as ssh shows it: `SHA256:` and base64 without padding."""
    return f"SHA256:{base64.b64encode(bytes.fromhex(key)).decode().rstrip('=')}"


def ssh_public_key(line: str) -> SshPublicKey:
    """The key in `TYPE BASE64 [COMMENT]`. Raises NotInForm."""
    kind, _, rest = line.strip().partition(" ")
    encoded = rest.split(maxsplit=1)[0] if rest.strip() else ""
    if kind.endswith("-cert-v01@openssh.com"):
        raise NotInForm(
            "a public key, not a certificate of one", "give the public key itself, such as id_ed25519.pub"
        )
    if kind not in SIGNS:
        raise NotInForm(
            f"an ssh public key of the type {', '.join(SIGNS)}", "make one with ssh-keygen -t ed25519"
        )
    key = SshPublicKey(kind, _decoded(encoded))
    _check(key)
    return key


def ssh_signature(encoded: str) -> SshSignature:
    """The parts of a signature in base64. Raises NotInForm."""
    blob = _decoded(encoded) if len(encoded) <= LONGEST else b""
    if not blob.startswith(MAGIC + b"\0\0\0\1"):
        raise NotInForm("a signature of ssh-keygen -Y sign", "sign it again")
    public, namespace, reserved, hashed, signature = _strings(blob[len(MAGIC) + 4 :], 5)
    if reserved:
        raise NotInForm("a signature with nothing reserved in it", "sign it again")
    kind, raw, flags = _signature_parts(signature)
    if not raw:
        raise NotInForm("a signature that is not empty", "sign it again")
    return SshSignature(public, _text(namespace), _text(hashed), kind, flags)


def key_id_in(encoded: str) -> str:
    """The id of the key that a signature in base64 names. Raises NotInForm."""
    return hashlib.sha256(ssh_signature(encoded).public).hexdigest()


def armoured(encoded: str) -> str:
    """A signature in the form of a file, as ssh-keygen reads it."""
    lines = [encoded[at : at + _LINE_WIDTH] for at in range(0, len(encoded), _LINE_WIDTH)]
    return "\n".join([BEGIN, *lines, END, ""])


def unarmoured(text: str) -> str:
    """The base64 of one signature in the form of a file. Raises NotInForm."""
    lines = text.strip().splitlines()
    if len(lines) < 3 or lines[0] != BEGIN or lines[-1] != END:
        raise NotInForm("one signature from BEGIN to END SSH SIGNATURE", "sign it again")
    return "".join(lines[1:-1])


def ssh_string(blob: bytes) -> tuple[bytes, bytes]:
    """The first string of a blob, and the rest (RFC 4251, 5). Raises NotInForm."""
    length = int.from_bytes(blob[:4])
    if len(blob) < 4 or len(blob) < 4 + length:
        raise NotInForm("all of its bytes", "copy the whole line")
    return blob[4 : 4 + length], blob[4 + length :]


def _decoded(encoded: str) -> bytes:
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    # Bits that base64 does not use could make two texts of one value.
    if not blob or base64.b64encode(blob).decode() != encoded:
        raise NotInForm("base64 as ssh writes it", "copy the whole line")
    return blob


def _check(key: SshPublicKey) -> None:
    name, rest = ssh_string(key.blob)
    if name != key.type.encode():
        raise NotInForm(f"a key of the type {key.type}, which the line names", "copy the whole line")
    fields = list(_strings(rest, _FIELDS.get(key.type, 2)))
    if key.type.endswith(("ssh-ed25519", "ssh-ed25519@openssh.com")) and len(fields[0]) != 32:
        raise NotInForm("an Ed25519 key of 32 bytes", "copy the whole line")
    if key.type == "ssh-rsa" and (bits := int.from_bytes(fields[1]).bit_length()) < SHORTEST_RSA:
        raise NotInForm(
            f"an RSA key of {SHORTEST_RSA} bits or more, and it has {bits}",
            "make one with ssh-keygen -t ed25519",
        )


def _signature_parts(signature: bytes) -> tuple[str, bytes, int | None]:
    kind, rest = ssh_string(signature)
    raw, rest = ssh_string(rest)
    if not kind.startswith(b"sk-"):
        if rest:
            raise NotInForm("a signature and nothing after it", "sign it again")
        return _text(kind), raw, None
    if len(rest) != 5:
        raise NotInForm("the flags and the counter of a FIDO key", "sign it again")
    return _text(kind), raw, rest[0]


def _strings(blob: bytes, count: int) -> Iterator[bytes]:
    """Exactly this many strings, and nothing after them."""
    fields = []
    for _ in range(count):
        field, blob = ssh_string(blob)
        fields.append(field)
    if blob:
        raise NotInForm("nothing after the last field", "copy the whole line")
    return iter(fields)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError:
        raise NotInForm("names in ASCII", "sign it again") from None
