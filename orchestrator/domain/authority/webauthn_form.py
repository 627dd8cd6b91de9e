"""Signatures of passkeys: what a browser and an authenticator make of a payload, read and judged (WebAuthn, level 3).

This reads the form and holds it against key and payload. Whether the signature itself is good says the adapter of keys
(docs/adr/0116).
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from orchestrator.domain.authority.webauthn_key import (
    LOCAL,
    Passkey,
    from_base64url,
    in_base64url,
    is_at_or_below,
    is_domain,
)
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.domain.text.model_base import NotInForm

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP = 0x01, 0x04, 0x08, 0x10
"""Flags of an authenticator: a person was there, and was verified; the key may be backed up, and is (WebAuthn, 6.1)."""
_KNOWN_FLAGS = PRESENT | VERIFIED | ELIGIBLE | BACKED_UP
AUTHENTICATOR_LENGTH = 37
"""Digest of the domain, flags and counter. What is longer has extensions or a key, and orch asks for neither."""
LONGEST_CLIENT_DATA = 2048
"""Bytes; Chromium writes 130 to 300."""
LONGEST_SIGNATURE = 1024
"""Bytes; one of RSA with 8192 bits."""
LONGEST = 6000
"""Characters of all of it in base64."""
_SIGNED_IN = "webauthn.get"
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]{1,253})(?::([1-9]\d{0,4}))?", re.ASCII)
_FIELDS = {"authenticatorData", "clientDataJSON", "signature"}
_AGAIN = "sign it again in the browser"

PasskeyFault = Literal[
    "not_of_a_signature",
    "other_payload",
    "embedded_page",
    "other_origin",
    "other_service",
    "nobody_there",
    "not_verified",
    "strange_flags",
]
"""Why an assertion is none of this key and payload; the words are in policy/telling/words/passkey_words.py."""


@dataclass(frozen=True, slots=True)
class ClientData:
    """What the browser says that it asked the authenticator for. `embedded`: from a page within another site's page."""

    type: str
    challenge: str
    origin: str
    embedded: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """The three parts that a browser returns, as bytes, and what the first two say."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    client: ClientData

    @property
    def signed(self) -> bytes:
        """The bytes that the authenticator signed (WebAuthn, 6.3.3)."""
        return self.authenticator_data + hashlib.sha256(self.client_data).digest()

    @property
    def text(self) -> str:
        """The one way to write it: base64 of JSON with the names and the base64url of browsers."""
        parts = {
            "authenticatorData": in_base64url(self.authenticator_data),
            "clientDataJSON": in_base64url(self.client_data),
            "signature": in_base64url(self.signature),
        }
        return base64.b64encode(canonical(parts)).decode("ascii")

    @property
    def flags(self) -> int:
        """The flags of the authenticator."""
        return self.authenticator_data[32]

    @property
    def on_several_devices(self) -> bool:
        """Whether the private key may be copied to other devices of its owner, as the authenticator says."""
        return bool(self.flags & ELIGIBLE)


def challenge_of(payload: bytes) -> bytes:
    """What the authenticator is asked to sign: the digest of exactly these bytes."""
    return hashlib.sha256(payload).digest()


def assertion(encoded: str) -> Assertion:
    """The parts of a signature in base64. Raises NotInForm."""
    parts = _object(_decoded(encoded), LONGEST)
    if set(parts) != _FIELDS or not all(isinstance(part, str) for part in parts.values()):
        raise NotInForm(f"a signature of a passkey with {', '.join(sorted(_FIELDS))}", _AGAIN)
    raw = {name: from_base64url(text) for name, text in parts.items()}
    made = assertion_of(
        raw["authenticatorData"] or b"", raw["clientDataJSON"] or b"", raw["signature"] or b""
    )
    if made.text != encoded:
        raise NotInForm("a signature of a passkey as orch writes it", _AGAIN)
    return made


def assertion_of(authenticator_data: bytes, raw: bytes, signature: bytes) -> Assertion:
    """The same of its three parts as bytes; `raw` is the client data. Raises NotInForm."""
    if len(authenticator_data) != AUTHENTICATOR_LENGTH:
        raise NotInForm(f"{AUTHENTICATOR_LENGTH} bytes of the authenticator, without extensions", _AGAIN)
    if not 1 <= len(signature) <= LONGEST_SIGNATURE:
        raise NotInForm(f"a signature of 1 to {LONGEST_SIGNATURE} bytes", _AGAIN)
    return Assertion(authenticator_data, raw, signature, client_data(raw))


def faults_of(made: Assertion, key: Passkey, payload: bytes) -> tuple[PasskeyFault, ...]:
    """Every reason why this is no assertion of the key over the payload, but for the signature itself (WebAuthn, 7.2)."""
    return (*_faults_of_browser(made.client, key, payload), *_faults_of_authenticator(made, key))


def _faults_of_browser(client: ClientData, key: Passkey, payload: bytes) -> Iterator[PasskeyFault]:
    if client.type != _SIGNED_IN:
        yield "not_of_a_signature"
    if client.challenge != in_base64url(challenge_of(payload)):
        yield "other_payload"
    if client.embedded:
        yield "embedded_page"
    if not is_origin_of(client.origin, key.rp_id):
        yield "other_origin"


def _faults_of_authenticator(made: Assertion, key: Passkey) -> Iterator[PasskeyFault]:
    flags = made.flags
    if made.authenticator_data[:32] != hashlib.sha256(key.rp_id.encode("ascii")).digest():
        yield "other_service"
    if not flags & PRESENT:
        yield "nobody_there"
    if not flags & VERIFIED:
        yield "not_verified"
    # A flag that nobody has defined yet may come to mean that less was done.
    if flags & ~_KNOWN_FLAGS or (flags & BACKED_UP and not flags & ELIGIBLE):
        yield "strange_flags"


def is_origin_of(origin: str, rp_id: str) -> bool:
    """Whether a page of this origin may use passkeys of the domain: with TLS, or on this machine."""
    match = _ORIGIN.fullmatch(origin)
    if match is None or not is_domain(match[2]) or not is_at_or_below(match[2], rp_id):
        return False
    return match[1] == "https" or is_at_or_below(match[2], LOCAL)


def client_data(raw: bytes) -> ClientData:
    """What the browser says in these bytes. Raises NotInForm."""
    parts = _object(raw, LONGEST_CLIENT_DATA)
    texts = [parts.get(name) for name in ("type", "challenge", "origin")]
    if not all(isinstance(text, str) for text in texts):
        raise NotInForm("type, challenge and origin in the client data", _AGAIN)
    crosses = parts.get("crossOrigin", False)
    if not isinstance(crosses, bool):
        raise NotInForm("true or false as crossOrigin in the client data", _AGAIN)
    # A page within a page of another site is shown by that one: its reader may see another text than is signed.
    kind, challenge, origin = map(str, texts)
    return ClientData(kind, challenge, origin, crosses or "topOrigin" in parts)


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True) if len(encoded) <= LONGEST else b""
    except (binascii.Error, ValueError):
        return b""


def _object(raw: bytes, longest: int) -> dict[str, Any]:
    try:
        read_json(raw, most_bytes=longest)
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_each_once)
    except (ForeignJsonError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise NotInForm("JSON of a browser, each name once", _AGAIN)
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers could take different ones of two values with one name."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)
