"""Keyrings that stewards really sign, as files of a house."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.keys.trust_files import NEWEST, PAST, SEEN
from orchestrator.domain.authority.keyring_document import KeyringDocument, TrustPin, payload
from orchestrator.domain.authority.signing import TrustedKey

DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)
HOUSE = "a1" * 16


@cache
def key_of(name: str) -> SigningKey:
    """The private key of this name, always the same."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


def trusted(name: str, roles: Sequence[str], **more: Any) -> TrustedKey:
    """A trusted key; `Ann/laptop` is another key of Ann."""
    key = key_of(name)
    fields = {"key": key.key, "public": key.public, "person": name.partition("/")[0], "roles": roles}
    usual = {"trusted_at": DAY_ONE, "trusted_by": "Ann"}
    return TrustedKey.model_validate({**fields, **usual, **more})


def house_of_words(place: Path, home: Path, row: Mapping[str, Any]) -> None:
    """Write the chain that a row describes; each version takes from the one before what it does not say."""
    words: dict[str, Any] = {"stewards": ["Ann", "Bo", "Cy"], "threshold": 2, "keys": {}, "expires": 365}
    made: list[KeyringDocument] = []
    for number, given in enumerate(row["chain"], 1):
        words = {**{k: v for k, v in words.items() if k in ("stewards", "threshold", "keys")}, **given}
        document = _document(words, number, made)
        made.append(document)
        signatures = [_signed(name, document, forged=False) for name in given.get("sign", ["Ann", "Bo"])]
        signatures += [_signed(name, document, forged=True) for name in given.get("forged", [])]
        written = json.loads(document.model_dump_json()) | given.get("raw", {})
        file = place / NEWEST if number == len(row["chain"]) else place / PAST / f"{number:05}.json"
        if not given.get("gone"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps({"keyring": written, "signatures": signatures}))
    pin = row.get("seen")
    if pin:
        seen = made[pin.get("version", 1) - 1] if pin.get("version", 1) <= len(made) else made[-1]
        digest = "f" * 64 if pin.get("another") else seen.digest
        noun = TrustPin(house=pin.get("house", HOUSE), version=pin.get("version", 1), digest=digest)
        home.mkdir(parents=True, exist_ok=True)
        (home / SEEN).write_text(noun.model_dump_json())


def _document(words: Mapping[str, Any], number: int, made: Sequence[KeyringDocument]) -> KeyringDocument:
    at = DAY_ONE + timedelta(days=words.get("made", number))
    before = made[words["after"] - 1] if "after" in words else made[-1] if made else None
    return KeyringDocument(
        house=words.get("house", HOUSE),
        version=words.get("version", number),
        made_at=at,
        expires=at + timedelta(days=words.get("expires", 365)),
        stewards=tuple(trusted(name, ("steward",)) for name in words["stewards"]),
        threshold=words["threshold"],
        keys=tuple(trusted(name, **more) for name, more in words["keys"].items()),
        previous=before.digest if before is not None else None,
        because="a test",
    )


def _signed(name: str, document: KeyringDocument, *, forged: bool) -> dict[str, str]:
    """Of a forged signature the key is right, and the bytes that were signed are others."""
    signature = key_of(name).sign(payload(document) + (b"x" if forged else b""))
    return {"key": signature.key, "signature": signature.signature}
