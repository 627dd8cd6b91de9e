"""orch's own keys in the folder `seal` of a home: they sign the checkpoints of the store.

Whoever only looks needs no signature: what makes and verifies them is imported late.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from errno import ENOSPC
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from orchestrator.adapters.keys.home_id import home_id
from orchestrator.adapters.keys.private_file import private_bytes
from orchestrator.adapters.keys.signed_files import read_noun, write_whole
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.findings import LastLook
from orchestrator.domain.seal.own_keys import OwnKey, OwnKeys, Revocation, introduction
from orchestrator.domain.seal.signed_note import NoteKey, SignedNote, note_text
from orchestrator.engine.seal_ports import NoteAnswer, Opened, SealKeys
from orchestrator.errors import NotFound, OrchError, StoreFault

if TYPE_CHECKING:
    from orchestrator.adapters.keys.ed25519 import SigningKey

FOLDER = "seal"
PRIVATE, HISTORY, NEWEST, SECRET, LOOKED = "key.pem", "keys.json", "checkpoint", "cache.key", "verified.json"
KEEP_EVERY = 1.0
"""Seconds between two checkpoints that are written beside the store."""
LARGEST_NOTE = 64 * 1024


class FolderSealKeys(SealKeys):
    """The key in use is a private file; those before it are kept as public halves, each introduced by the one before."""

    def __init__(
        self, home: Path, now: Callable[[], datetime], *, relief: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`relief` frees space on a full disk, and says whether it did."""
        self._home, self._folder, self._now, self._relief = home, home / FOLDER, now, relief
        self._kept_at = -KEEP_EVERY
        self._signer: tuple[SigningKey, NoteKey] | None = None
        self._keys: OwnKeys | None = None
        self._secret: bytes | None = None
        self._read_at: tuple[int, int] = (0, 0)

    def signed(self, checkpoint: Checkpoint) -> str:
        """See the port."""
        signer, key = self._in_use()
        text = checkpoint.text
        return note_text(text, [(key, bytes.fromhex(signer.sign(text.encode()).signature))])

    def opened(self, note: str, others: Sequence[str] = ()) -> Opened:
        """See the port."""
        try:
            signed = SignedNote.read(note)
            checkpoint = Checkpoint.read(signed.text)
        except ValueError:
            return Opened("unreadable")
        answer: NoteAnswer = "unknown key"
        for own in self.history().keys:
            key = NoteKey.read(own.key)
            for signature in signed.signatures:
                if not signature.is_by(key):
                    continue
                if not verifies(key.public, signature.signature, signed.text.encode()):
                    answer = "unsigned"
                elif own.revoked is not None:
                    answer = "revoked key"
                else:
                    return Opened("good", checkpoint, key.name)
        if answer == "unknown key" and (name := _signer_among(signed, others)):
            return Opened("good", checkpoint, name)
        return Opened(answer, checkpoint)

    def mark(self, content: bytes) -> bytes:
        """HMAC-SHA-256 with a secret of its own, so that whoever only looks loads no signatures.

        Where there is no secret and none can be made, a mark fits nothing.
        """
        if self._secret is None:
            file, self._secret = self._folder / SECRET, secrets.token_bytes(32)
            with suppress(OrchError):
                if not file.exists():
                    self._make(file, self._secret)
                self._secret = private_bytes(file)
        return hmac.digest(self._secret, content, "sha256")

    def last_look(self) -> LastLook | None:
        """See the port."""
        try:
            return read_noun(self._folder / LOOKED, LastLook)
        except OrchError:
            return None

    def looked(self, look: LastLook) -> None:
        """See the port; where there is no home, nothing was looked at."""
        if not self._home.exists():
            return
        with suppress(OrchError):
            write_whole(self._folder / LOOKED, look)

    def kept(self) -> str:
        """See the port."""
        try:
            with (self._folder / NEWEST).open("rb") as stream:
                return stream.read(LARGEST_NOTE).decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise StoreFault(f"{self._folder / NEWEST} cannot be read: {error.strerror}.") from None

    def keep(self, note: str, *, at_once: bool = False) -> None:
        """Atomic and not synced, and not more often than each second: an older one is as true."""
        with suppress(OSError):
            newest = self._folder / NEWEST
            if not at_once and monotonic() - self._kept_at < KEEP_EVERY:
                return
            self._kept_at = monotonic()
            beside = self._folder / f".{NEWEST}.{os.getpid()}"
            beside.write_text(note, encoding="utf-8")
            beside.replace(newest)

    def history(self) -> OwnKeys:
        """All keys, verified: each but the first was introduced by one before it. Raises StoreFault."""
        file = self._folder / HISTORY
        state = _state_of(file)
        if self._keys is None or state != self._read_at:
            self._signer, self._read_at = None, state
            try:
                keys = read_noun(file, OwnKeys)
            except NotFound:
                keys = self._first()
            _refuse_strangers(file, keys)
            self._keys = keys
        return self._keys

    def own(self) -> tuple[OwnKey, ...]:
        """See the port."""
        self._in_use()
        return self.history().keys

    def known_keys(self) -> tuple[OwnKey, ...]:
        """See the port."""
        return self.history().keys

    def rotate(self, revoke: str | None = None) -> OwnKey:
        """See the port. A crash in between leaves the key before in use."""
        from orchestrator.adapters.keys.ed25519 import SigningKey

        signer, key = self._in_use()
        now, history = self._now(), self.history()
        fresh = SigningKey.new()
        new = NoteKey(self._name(len(history.keys) + 1), bytes.fromhex(fresh.public))
        signature = signer.sign(introduction(new.text, now)).signature
        gone = None if revoke is None else Revocation(at=now, reason=revoke)
        before = [
            own.model_copy(update={"revoked": gone}) if gone is not None and own.key == key.text else own
            for own in history.keys
        ]
        own = OwnKey(key=new.text, since=now, introduced_by=key.text, signature=signature)
        beside = self._written(fresh.pem())
        write_whole(self._folder / HISTORY, OwnKeys(keys=(*before, own), others=history.others))
        beside.replace(self._folder / PRIVATE)
        self._signer = self._keys = None
        return own

    def enveloped(self, statement: bytes) -> bytes:
        """See the port."""
        from orchestrator.adapters.keys.dsse import envelope_of

        signer, key = self._in_use()
        return envelope_of(statement, key, lambda content: bytes.fromhex(signer.sign(content).signature))

    def unwrapped(self, envelope: bytes) -> bytes:
        """See the port."""
        from orchestrator.adapters.keys.dsse import payload_of

        return payload_of(envelope)

    def signers(self, envelope: bytes, keys: Sequence[OwnKey]) -> frozenset[str]:
        """See the port."""
        from orchestrator.adapters.keys.dsse import signers_of

        return signers_of(envelope, [own.key for own in keys])

    def verifies(self, public: bytes, signature: bytes, content: bytes) -> bool:
        """See the port."""
        return verifies(public, signature, content)

    def passkey_verifies(self, key: str, public: str, signature: str, content: bytes) -> bool:
        """See the port."""
        from orchestrator.adapters.keys.passkeys import passkey_of_id

        return passkey_of_id(key, public, signature, content)

    def _in_use(self) -> tuple[SigningKey, NoteKey]:
        from orchestrator.adapters.keys.ed25519 import SigningKey

        file = self._folder / PRIVATE
        if not file.exists():
            lost = (self._folder / HISTORY).exists()
            self._make(file, SigningKey.new().pem())
            self._keys = None
            if lost:
                self._note_loss(file)
        own = self.history().keys
        self._put_on_record(own)
        if self._signer is None:
            signer = SigningKey.from_pem(private_bytes(file))
            public = bytes.fromhex(signer.public)
            known = [NoteKey.read(each.key) for each in own]
            key = next((each for each in known if each.public == public), None)
            if key is None:
                raise StoreFault(
                    f"{file} is none of the keys in {self._folder / HISTORY}; restore both from one copy."
                )
            self._signer = signer, key
        return self._signer

    def _put_on_record(self, own: tuple[OwnKey, ...]) -> None:
        """The public half of the first key is kept beside it: what it signed can be verified when the key is lost."""
        file = self._folder / HISTORY
        if not file.exists():
            with suppress(OrchError):
                write_whole(file, OwnKeys(keys=own))

    def _note_loss(self, file: Path) -> None:
        """Put the key that follows a lost one on record, whichever process made it."""
        from orchestrator.adapters.keys.ed25519 import SigningKey

        history = self.history()
        public = bytes.fromhex(SigningKey.from_pem(private_bytes(file)).public)
        if any(NoteKey.read(own.key).public == public for own in history.keys):
            return
        since = datetime.fromtimestamp(file.stat().st_mtime, self._now().tzinfo)
        key = NoteKey(self._name(len(history.keys) + 1), public).text
        own = OwnKey(key=key, since=since, after_loss=True)
        write_whole(self._folder / HISTORY, OwnKeys(keys=(*history.keys, own), others=history.others))
        self._keys = None

    def _first(self) -> OwnKeys:
        """The history of a home that has one key, or none yet: it is written when the key first signs."""
        from orchestrator.adapters.keys.ed25519 import SigningKey

        file = self._folder / PRIVATE
        if not file.exists():
            return OwnKeys(keys=())
        public = bytes.fromhex(SigningKey.from_pem(private_bytes(file)).public)
        since = datetime.fromtimestamp(file.stat().st_mtime, self._now().tzinfo)
        return OwnKeys(keys=(OwnKey(key=NoteKey(self._name(1), public).text, since=since),))

    def _make(self, file: Path, content: bytes) -> None:
        """A private file; of several processes that make it at once, one is first."""
        while True:
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                beside = self._written(content)
                with suppress(FileExistsError):
                    os.link(beside, file)
                beside.unlink()
                return
            except OSError as error:
                if error.errno != ENOSPC or not self._relief(""):
                    raise StoreFault(f"{file} cannot be written: {error.strerror}.") from None

    def _written(self, content: bytes) -> Path:
        beside = self._folder / f".{PRIVATE}.{secrets.token_hex(4)}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            beside.unlink()
            raise
        return beside

    def _name(self, number: int) -> str:
        return f"orch-{home_id(self._home)[:16]}-{number}"


def _signer_among(note: SignedNote, keys: Sequence[str]) -> str:
    """The name of the first of these keys that signed a note; empty where none did."""
    for key in map(NoteKey.read, keys):
        for signature in note.signatures:
            if signature.is_by(key) and verifies(key.public, signature.signature, note.text.encode()):
                return key.name
    return ""


def verifies(public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the key made this signature (RFC 8032)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _state_of(file: Path) -> tuple[int, int]:
    """What changes when another process replaces the file."""
    try:
        seen = file.stat()
    except OSError:
        return 0, 0
    return seen.st_ino, seen.st_mtime_ns


def _refuse_strangers(file: Path, keys: OwnKeys) -> None:
    known: set[str] = set()
    for own in keys.keys:
        by = own.introduced_by
        if known and not own.after_loss:
            signed = introduction(own.key, own.since)
            proved = by in known and verifies(
                NoteKey.read(by or own.key).public, bytes.fromhex(own.signature or ""), signed
            )
            if not proved:
                raise StoreFault(
                    f"{file}: key {own.key} was introduced by no key before it; restore the file from a copy."
                )
        known.add(own.key)
