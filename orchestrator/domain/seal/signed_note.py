"""Signed notes as C2SP has them (c2sp.org/signed-note): a text, an empty line, and lines of signatures."""

import binascii
import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass

ED25519 = b"\x01"
"""The kind of key and signature that orch makes."""
_NAME = r"[^\s+]{1,200}"
_LINE = re.compile(rf"— ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})")
_KEY = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+={{0,2}})")
MOST_SIGNATURES = 100


@dataclass(frozen=True, slots=True)
class NoteKey:
    """The public half of a key that signs notes; `public` is the 32 bytes of Ed25519."""

    name: str
    public: bytes

    @property
    def key_hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as text, as Go's sumdb/note writes verifier keys."""
        return f"{self.name}+{self.key_hash.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> "NoteKey":
        """The key that a text holds. Raises ValueError for another form, another kind, and a hash of another key."""
        parts = _KEY.fullmatch(text.strip())
        if parts is None:
            raise ValueError("no key of a signed note: name+hash+base64 is one")
        kind_and_key = _decoded(parts[3])
        if kind_and_key[:1] != ED25519 or len(kind_and_key) != 33:
            raise ValueError("it is a key of another kind than Ed25519")
        key = cls(parts[1], kind_and_key[1:])
        if key.key_hash.hex() != parts[2]:
            raise ValueError("its hash is of another key")
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One line of signature: whose it is, the four bytes that name the key, and the signature itself."""

    name: str
    key_hash: bytes
    signature: bytes

    def is_by(self, key: NoteKey) -> bool:
        """Whether it claims to be by this key."""
        return self.name == key.name and self.key_hash == key.key_hash


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text and its signatures, none of them verified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def read(cls, note: str) -> "SignedNote":
        """The parts of a note. Raises ValueError for another form."""
        text, separator, lines = note.rpartition("\n\n")
        if not separator or not lines.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in note):
            raise ValueError("no signed note: a text, an empty line, and lines of signatures are one")
        signatures = [_signature(line) for line in lines[:-1].split("\n")]
        if len(signatures) > MOST_SIGNATURES:
            raise ValueError(f"more than {MOST_SIGNATURES} signatures")
        return cls(text + "\n", tuple(signatures))


def note_text(text: str, signatures: Iterable[tuple[NoteKey, bytes]]) -> str:
    """The note over a text that ends with a line break."""
    lines = (
        f"— {key.name} {b64encode(key.key_hash + signature).decode()}\n" for key, signature in signatures
    )
    return f"{text}\n{''.join(lines)}"


def _signature(line: str) -> NoteSignature:
    parts = _LINE.fullmatch(line)
    content = _decoded(parts[2]) if parts is not None else b""
    if parts is None or len(content) < 5:
        raise ValueError("no line of signature: — name base64 is one")
    return NoteSignature(parts[1], content[:4], content[4:])


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is not in base64") from None
