"""Frames between a driver and the nodes of a zone: sealed to those that may open them, signed by whoever made them.

The content has a key of its own (ChaCha20-Poly1305, RFC 8439), which each receiver gets in a box: X25519 with an ephemeral
key (RFC 7748), HKDF-SHA-256 (RFC 5869), and the same cipher. The signature (Ed25519) is over all of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.keys.private_file import private_bytes
from orchestrator.adapters.keys.seal_keys import verifies
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.engine.node_ports import FrameKeys, Party
from orchestrator.errors import Refused, StoreFault

FORM = "orch frame 1"
MOST_BYTES = 96 << 20
"""Bytes of a frame."""
_ZERO = bytes(12)
"""Each key seals one content, so that its nonce need not differ."""


class FolderFrameKeys(FrameKeys):
    """Two private files in one folder, made with the first use: `sign.pem` and `box.pem`."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises StoreFault where they cannot be read or made, and Refused where others can read them."""
        _make(folder / "sign.pem", SigningKey.new().pem())
        _make(
            folder / "box.pem",
            X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )
        self._signer = SigningKey.from_pem(private_bytes(folder / "sign.pem"))
        box = load_pem_private_key(private_bytes(folder / "box.pem"), None)
        if not isinstance(box, X25519PrivateKey):
            raise StoreFault(f"{folder / 'box.pem'} holds no X25519 key; restore it from a copy.")
        self._box = box
        self._party = Party(
            name=name, verify=self._signer.public, box=box.public_key().public_bytes_raw().hex()
        )

    @property
    def party(self) -> Party:
        """See the port."""
        return self._party

    def sign(self, content: bytes) -> str:
        """See the port."""
        return self._signer.sign(content).signature

    def seal(self, content: bytes, to: Sequence[Party], about: bytes = b"") -> bytes:
        """See the port."""
        key, ephemeral = secrets.token_bytes(32), X25519PrivateKey.generate()
        point = ephemeral.public_key().public_bytes_raw()
        boxes = {}
        for party in to:
            shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(party.box)))
            boxes[party.box] = _text(
                ChaCha20Poly1305(_wrap(shared, point, party.box)).encrypt(_ZERO, key, None)
            )
        frame = {
            "form": FORM,
            "by": self._party.verify,
            "point": point.hex(),
            "boxes": boxes,
            "content": _text(ChaCha20Poly1305(key).encrypt(_ZERO, content, about)),
        }
        return json.dumps({**frame, "signature": self.sign(_signed(frame, about))}).encode()

    def open(self, frame: bytes, by: Party, about: bytes = b"") -> bytes:
        """See the port; the signature comes first, and nothing else is looked at before it is good."""
        try:
            read = read_object(frame, most_bytes=MOST_BYTES)
            signature = bytes.fromhex(str(read.pop("signature")))
            if set(read) != {"form", "by", "point", "boxes", "content"} or read["form"] != FORM:
                raise Refused(f"A frame that is to be of {by.name} has another form than {FORM}.")
            if not verifies(bytes.fromhex(by.verify), signature, _signed(read, about)):
                raise Refused(
                    f"A frame that is to be of {by.name} is signed by nobody that is known, or changed."
                )
            wrapped = read["boxes"].get(self._party.box)
            if wrapped is None:
                raise Refused(f"A frame of {by.name} is sealed to others than {self._party.name}.")
            point = bytes.fromhex(read["point"])
            shared = self._box.exchange(X25519PublicKey.from_public_bytes(point))
            key = ChaCha20Poly1305(_wrap(shared, point, self._party.box)).decrypt(
                _ZERO, _bytes(wrapped), None
            )
            return ChaCha20Poly1305(key).decrypt(_ZERO, _bytes(read["content"]), about)
        except (ForeignJsonError, KeyError, ValueError, TypeError, AttributeError, InvalidTag):
            raise Refused(f"A frame that is to be of {by.name} is damaged.") from None


def signature_is_good(party: Party, signature: str, content: bytes) -> bool:
    """Whether that end signed this."""
    try:
        return verifies(bytes.fromhex(party.verify), bytes.fromhex(signature), content)
    except ValueError:
        return False


def _signed(frame: dict[str, Any], about: bytes) -> bytes:
    plain = json.dumps(frame, sort_keys=True, separators=(",", ":")).encode()
    return FORM.encode() + b"\n" + hashlib.sha256(about).digest() + hashlib.sha256(plain).digest()


def _wrap(shared: bytes, point: bytes, receiver: str) -> bytes:
    info = FORM.encode() + point + bytes.fromhex(receiver)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _make(file: Path, content: bytes) -> None:
    """A private file; of several processes that make it at once, one is first."""
    if file.exists():
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(beside, file)
        beside.unlink()
    except OSError as error:
        raise StoreFault(f"{file} cannot be written: {error.strerror}.") from None
