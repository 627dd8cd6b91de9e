"""ssh keys made without OpenSSH: their blobs, and signatures in the form of ssh-keygen -Y, with anything in them wrong."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orchestrator.domain.authority.signing import Signature, TrustedKey
from tests.worlds.people import TRUSTED_AT

Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "nistp256": (ec.SECP256R1(), hashes.SHA256()),
    "nistp384": (ec.SECP384R1(), hashes.SHA384()),
    "nistp521": (ec.SECP521R1(), hashes.SHA512()),
}
APPLICATION = b"ssh:"


def text(raw: bytes) -> bytes:
    """A string of the wire (RFC 4251, 5)."""
    return len(raw).to_bytes(4) + raw


def number(value: int) -> bytes:
    """A multiple precision integer of the wire."""
    return text(value.to_bytes(value.bit_length() // 8 + 1))


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a signature; nothing, unless a test says it."""

    namespace: str = "orch"
    hash: str = "sha512"
    really_hashed: str | None = None
    reserved: bytes = b""
    version: int = 1
    flags: int = 1
    signed_flags: int | None = None
    type: str | None = None
    public: bytes | None = None
    application: bytes = APPLICATION
    after: bytes = b""


@dataclass(frozen=True)
class SshKey:
    """A private ssh key of a type, in memory."""

    type: str
    private: Private

    @property
    def blob(self) -> bytes:
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return text(b"ssh-rsa") + number(numbers.e) + number(numbers.n)
        if isinstance(public, ed25519.Ed25519PublicKey):
            fields = text(public.public_bytes_raw())
        else:
            point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            fields = text(self._curve.encode()) + text(point)
        return text(self.type.encode()) + fields + (text(APPLICATION) if self.in_hardware else b"")

    @property
    def in_hardware(self) -> bool:
        return self.type.startswith("sk-")

    @property
    def line(self) -> str:
        return f"{self.type} {base64.b64encode(self.blob).decode()}"

    @property
    def key(self) -> str:
        return hashlib.sha256(self.blob).hexdigest()

    @property
    def _curve(self) -> str:
        return self.type.partition("sha2-")[2].partition("@")[0]

    def trusted(self, person: str = "Li Wei", *roles: str) -> TrustedKey:
        return TrustedKey(
            key=self.key,
            public=self.line,
            kind="sshsig",
            person=person,
            roles=roles or ("change manager",),
            trusted_at=TRUSTED_AT,
            trusted_by="Ada",
        )

    def signature(self, payload: bytes, wrong: Wrong | None = None) -> Signature:
        encoded = base64.b64encode(self.sshsig(payload, wrong or Wrong())).decode()
        return Signature(key=self.key, signature=encoded, kind="sshsig")

    def sshsig(self, payload: bytes, wrong: Wrong) -> bytes:
        hashed = hashlib.new(wrong.really_hashed or wrong.hash, payload).digest()
        head = text(wrong.namespace.encode()) + text(wrong.reserved) + text(wrong.hash.encode())
        signed = self._raw(b"SSHSIG" + head + text(hashed), wrong)
        public = text(self.blob if wrong.public is None else wrong.public)
        return b"SSHSIG" + wrong.version.to_bytes(4) + public + head + text(signed) + wrong.after

    def _raw(self, message: bytes, wrong: Wrong) -> bytes:
        if not self.in_hardware:
            return text((wrong.type or self._algorithm).encode()) + text(self._made(message, wrong))
        flags = wrong.flags if wrong.signed_flags is None else wrong.signed_flags
        counter = (7).to_bytes(4)
        head = hashlib.sha256(wrong.application).digest() + bytes([flags]) + counter
        made = self._made(head + hashlib.sha256(message).digest(), wrong)
        return text((wrong.type or self.type).encode()) + text(made) + bytes([wrong.flags]) + counter

    @property
    def _algorithm(self) -> str:
        return "rsa-sha2-512" if self.type == "ssh-rsa" else self.type

    def _made(self, message: bytes, wrong: Wrong) -> bytes:
        private = self.private
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return private.sign(message)
        if isinstance(private, rsa.RSAPrivateKey):
            by_type = {"ssh-rsa": hashes.SHA1(), "rsa-sha2-256": hashes.SHA256()}
            return private.sign(message, padding.PKCS1v15(), by_type.get(wrong.type or "", hashes.SHA512()))
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(CURVES[self._curve][1])))
        return number(r) + number(s)


@cache
def ssh_key(kind: str, which: int = 1) -> SshKey:
    """A key of this type, such as `ssh-ed25519` or `ssh-rsa 1024`; the same one for the same `which`."""
    name, _, bits = kind.partition(" ")
    if name == "ssh-rsa":
        return SshKey(name, rsa.generate_private_key(65537, int(bits or 2048)))
    if "ed25519" in name:
        return SshKey(name, ed25519.Ed25519PrivateKey.generate())
    curve = name.partition("sha2-")[2].partition("@")[0]
    return SshKey(name, ec.generate_private_key(CURVES[curve][0]))


KINDS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
