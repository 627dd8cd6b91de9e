"""Passkeys made without a browser: keys of authenticators, and their answers with anything in them wrong."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orchestrator.domain.authority.signing import Signature, TrustedKey
from orchestrator.domain.authority.webauthn_form import assertion_of
from orchestrator.domain.authority.webauthn_key import Passkey, in_base64url, passkey_of
from tests.worlds.people import TRUSTED_AT

Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
RP_ID, ORIGIN = "orch.example.org", "https://orch.example.org"
ALGORITHMS = ("es256", "ed25519", "rs256")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with an answer; nothing, unless a test says it. `client` changes the client data, and None leaves out."""

    payload: bytes | None = None
    challenge: str | None = None
    client: dict[str, Any] = field(default_factory=dict)
    raw_client: bytes | None = None
    signed_client: bytes | None = None
    rp_id: str | None = None
    flags: int = 0x05
    signed_flags: int | None = None
    counter: int = 7
    signed_counter: int | None = None
    after: bytes = b""


@dataclass(frozen=True)
class Authenticator:
    """A private key of an authenticator, in memory."""

    private: Private
    rp_id: str = RP_ID
    credential: bytes = b"credential-1"
    origin: str = ORIGIN

    @property
    def der(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def passkey(self) -> Passkey:
        return passkey_of(self.rp_id, self.credential, self.der)

    @property
    def key(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    def trusted(self, person: str = "Li Wei", *roles: str, **more: Any) -> TrustedKey:
        fields = {"key": self.key, "public": self.passkey.line, "kind": "webauthn", "person": person}
        usual = {"trusted_at": TRUSTED_AT, "trusted_by": "Ada"}
        return TrustedKey.model_validate({**fields, **usual, "roles": roles or ("change manager",), **more})

    def signature(self, payload: bytes, wrong: Wrong | None = None) -> Signature:
        made = assertion_of(*self.parts(payload, wrong or Wrong()))
        return Signature(key=self.key, signature=made.text, kind="webauthn")

    def answer(self, payload: bytes, wrong: Wrong | None = None) -> dict[str, Any]:
        """What a browser gives to the page."""
        data, client, signature = self.parts(payload, wrong or Wrong())
        response = {"authenticatorData": data, "clientDataJSON": client, "signature": signature}
        name = in_base64url(self.credential)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {what: in_base64url(raw) for what, raw in response.items()},
        }

    def parts(self, payload: bytes, wrong: Wrong) -> tuple[bytes, bytes, bytes]:
        """Authenticator data, client data and signature."""
        client = wrong.raw_client if wrong.raw_client is not None else self._client(payload, wrong)
        data = self._data(wrong.flags, wrong.counter, wrong)
        signed = self._data(
            wrong.flags if wrong.signed_flags is None else wrong.signed_flags,
            wrong.counter if wrong.signed_counter is None else wrong.signed_counter,
            wrong,
        )
        what = wrong.signed_client if wrong.signed_client is not None else client
        return data, client, self._made(signed + hashlib.sha256(what).digest())

    def _client(self, payload: bytes, wrong: Wrong) -> bytes:
        digest = hashlib.sha256(payload if wrong.payload is None else wrong.payload).digest()
        usual = {
            "type": "webauthn.get",
            "challenge": wrong.challenge if wrong.challenge is not None else in_base64url(digest),
            "origin": self.origin,
            "crossOrigin": False,
        }
        whole = {name: value for name, value in {**usual, **wrong.client}.items() if value is not None}
        return json.dumps(whole, separators=(",", ":")).encode()

    def _data(self, flags: int, counter: int, wrong: Wrong) -> bytes:
        rp_id = self.rp_id if wrong.rp_id is None else wrong.rp_id
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + counter.to_bytes(4) + wrong.after

    def _made(self, message: bytes) -> bytes:
        private = self.private
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return private.sign(message)
        if isinstance(private, rsa.RSAPrivateKey):
            return private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return private.sign(message, ec.ECDSA(hashes.SHA256()))


@cache
def authenticator(algorithm: str = "es256", which: int = 1, rp_id: str = RP_ID) -> Authenticator:
    """An authenticator with a key of this algorithm; the same one for the same `which`."""
    name = f"credential-{which}".encode()
    origin = "http://localhost:8000" if rp_id == "localhost" else f"https://{rp_id}"
    if algorithm == "ed25519":
        return Authenticator(ed25519.Ed25519PrivateKey.generate(), rp_id, name, origin)
    if algorithm.startswith("rs256"):
        bits = int(algorithm.partition(" ")[2] or 2048)
        return Authenticator(rsa.generate_private_key(65537, bits), rp_id, name, origin)
    curve = ec.SECP384R1() if algorithm == "es384" else ec.SECP256R1()
    return Authenticator(ec.generate_private_key(curve), rp_id, name, origin)
