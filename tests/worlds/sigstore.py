"""Keys of cosign, and the bundles that it writes with them, made without it: in its format, with anything in them wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.authority.sigstore_key import Algorithm, sigstore_public_key
from tests.worlds.people import TRUSTED_AT

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
IN_TOTO = "application/vnd.in-toto+json"
SIGN = "https://sigstore.dev/cosign/sign/v1"


@dataclass(frozen=True)
class BuilderKey:
    """A private key of a build server."""

    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    @property
    def der(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def pem(self) -> str:
        """What cosign writes as cosign.pub."""
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def key(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def hint(self) -> str:
        return base64.b64encode(hashlib.sha256(self.der).digest()).decode()

    def trusted(self, **more: Any) -> TrustedKey:
        usual = {"person": "Build Server", "roles": (), "trusted_at": TRUSTED_AT, "trusted_by": "Ada"}
        public = sigstore_public_key(base64.b64encode(self.der).decode()).text
        fields = {"key": self.key, "public": public, "kind": "sigstore", "holder": "machine"}
        return TrustedKey.model_validate({**fields, **usual, **more})

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        return self.private.sign(message)

    def blob_bundle(self, unit: bytes, **changes: Any) -> dict[str, Any]:
        """What `cosign sign-blob --key` writes; `changes` are of its messageSignature."""
        digest = {"algorithm": "SHA2_256", "digest": encoded(hashlib.sha256(unit).digest())}
        message = {"messageDigest": digest, "signature": encoded(self.sign(unit)), **changes}
        return {**self._outer(), "messageSignature": message}

    def statement_bundle(self, statement: bytes, **changes: Any) -> dict[str, Any]:
        """What `cosign attest-blob --key` writes; `changes` are of its envelope."""
        return {**self._outer(), "dsseEnvelope": self.envelope(statement, **changes)}

    def envelope(self, statement: bytes, keyid: str | None = None, **changes: Any) -> dict[str, Any]:
        """A DSSE envelope alone."""
        signature = {"sig": encoded(self.sign(pae(IN_TOTO, statement)))}
        signatures = [signature if keyid is None else {**signature, "keyid": keyid}]
        return {"payloadType": IN_TOTO, "payload": encoded(statement), "signatures": signatures, **changes}

    def _outer(self) -> dict[str, Any]:
        return {"mediaType": MEDIA_TYPE, "verificationMaterial": {"publicKey": {"hint": self.hint}}}


@cache
def builder_key(algorithm: Algorithm, number: int = 1) -> BuilderKey:
    """A key of this algorithm; the same one for the same number."""
    if algorithm == "ecdsa-p256":
        return BuilderKey(ec.derive_private_key(number + 1000, ec.SECP256R1()))
    return BuilderKey(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def pae(kind: str, payload: bytes) -> bytes:
    """The pre-authentication encoding of DSSE 1."""
    return f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload


def statement(*digests: str, predicate_type: str = SIGN, **predicate: Any) -> bytes:
    """An in-toto statement about files with these digests."""
    subject = [{"name": "unit", "digest": {"sha256": digest}} for digest in digests]
    document = {"_type": "https://in-toto.io/Statement/v1", "subject": subject}
    return json.dumps({**document, "predicateType": predicate_type, "predicate": predicate}).encode()


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
