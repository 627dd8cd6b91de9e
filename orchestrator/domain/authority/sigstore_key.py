"""Public keys that sign sigstore bundles, as SubjectPublicKeyInfo: ECDSA with P-256 (RFC 5480), Ed25519 (RFC 8410)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Literal

from orchestrator.domain.text.model_base import NotInForm

Algorithm = Literal["ecdsa-p256", "ed25519"]
BEGIN, END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
_FORMS: dict[Algorithm, tuple[bytes, int]] = {
    "ecdsa-p256": (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"), 91),
    "ed25519": (bytes.fromhex("302a300506032b6570032100"), 44),
}
"""How the DER of each begins, an uncompressed point for P-256, and its length in bytes."""


@dataclass(frozen=True, slots=True)
class SigstoreKey:
    """A public key of a form that counts; `der` is its SubjectPublicKeyInfo."""

    algorithm: Algorithm
    der: bytes

    @property
    def key(self) -> str:
        """Its id: SHA-256 of the DER in hexadecimal digits, the value that the hint of a bundle has in base64."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def text(self) -> str:
        """The DER in base64 on one line."""
        return base64.b64encode(self.der).decode("ascii")


def sigstore_public_key(text: str) -> SigstoreKey:
    """The key in base64 on one line. Raises NotInForm."""
    try:
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        der = b""
    for algorithm, (beginning, length) in _FORMS.items():
        if der.startswith(beginning) and len(der) == length:
            return SigstoreKey(algorithm, der)
    raise NotInForm(
        "a public key of ECDSA with P-256, or of Ed25519", "make one with cosign generate-key-pair"
    )


def sigstore_key_in_pem(text: str) -> SigstoreKey:
    """The one key of a PEM file, such as cosign.pub (RFC 7468, 13). Raises NotInForm."""
    lines = text.strip().splitlines()
    if len(lines) < 3 or lines[0] != BEGIN or lines[-1] != END or BEGIN in lines[1:]:
        raise NotInForm("one public key from BEGIN to END PUBLIC KEY", "put each key into its own file")
    return sigstore_public_key("".join(line.strip() for line in lines[1:-1]))


def is_hinted(key: str, hint: str) -> bool:
    """Whether a hint is the id of this key: in base64 as cosign writes it, after `SHA256:`, or in hexadecimal digits."""
    in_base64 = base64.b64encode(bytes.fromhex(key)).decode("ascii").rstrip("=")
    return hint.lower() == key or hint.removeprefix("SHA256:").rstrip("=") == in_base64
