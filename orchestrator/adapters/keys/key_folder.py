"""Keys as files: a person's own private key, and the keys that are trusted, one JSON file each."""

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.keys.foreign_cards import foreign_card
from orchestrator.adapters.keys.private_file import private_bytes
from orchestrator.adapters.keys.signed_files import read_noun, refuse_exposed, write_whole
from orchestrator.adapters.keys.signer import Signer
from orchestrator.domain.authority.signing import Holder, Keyring, PublicKeyCard, TrustedKey, key_id
from orchestrator.domain.text.lookalikes import imitated
from orchestrator.domain.text.names import BY_HAND, same_name
from orchestrator.errors import Conflict, Fault, NotFound, PlanFault, Refused, StoreFault

_PRIVATE = 0o600


def make_key(file: Path, passphrase: bytes | None = None) -> SigningKey:
    """A new private key in a new file that only its owner can read. Raises Conflict if the file exists, StoreFault."""
    key = SigningKey.new()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(key.pem(passphrase))
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise Conflict(f"{file} exists; a key is never overwritten. Name another file, or move it.") from None
    except OSError as error:
        raise StoreFault(f"{file} cannot be written: {error.strerror}. Nothing was made.") from None
    return key


def load_key(
    file: Path, passphrase: bytes | None = None, ask: Callable[[], bytes] | None = None
) -> SigningKey:
    """A person's private key; `ask` returns the passphrase if one is needed.

    Raises NotFound, UsageFault, and Refused if others can read or change the file.
    """
    pem = private_bytes(file)
    if passphrase is None and ask is not None and SigningKey.is_locked(pem):
        passphrase = ask()
    return SigningKey.from_pem(pem, passphrase)


def card_of(
    key: Signer, person: str | None = None, roles: tuple[str, ...] = (), holder: Holder = "person"
) -> PublicKeyCard:
    """The public key card, which the owner of a key hands out."""
    return PublicKeyCard(
        key=key.key, public=key.public, person=person, roles=roles, kind=key.kind, holder=holder
    )


def read_card(file: Path) -> PublicKeyCard:
    """A public key from a card, an ssh public key file, or the PEM file of a key of sigstore.

    Raises NotFound, StoreFault, PlanFault, and Refused if the key of a card does not match its id.
    """
    card = foreign_card(file) or read_noun(file, PublicKeyCard, context=BY_HAND)
    _refuse_other_id(card)
    return card


def keyring_of(folders: Iterable["KeyFolder"]) -> Keyring:
    """The keys trusted in any of the folders. Raises PlanFault with every faulty file.

    For a key in several folders, the first folder gives owner and roles; a key revoked in one is revoked in all.
    """
    keys: dict[str, TrustedKey] = {}
    faults: list[Fault] = []
    for folder in folders:
        try:
            for key in folder.keyring().keys:
                keys[key.key] = _both(keys[key.key], key) if key.key in keys else key
        except PlanFault as fault:
            faults.extend(fault.faults)
    if faults:
        raise PlanFault(faults)
    return Keyring(keys=tuple(keys.values()))


def refuse_imitations(keyring: Keyring) -> None:
    """Raises PlanFault where keys in force belong to different people whose names look alike."""
    by_shape: dict[str, str] = {}
    for key in keyring.keys:
        for name in (key.person, *key.also) if key.revoked_at is None else ():
            alike = (by_shape[shape] for shape in imitated(name) if shape in by_shape)
            other = next((known for known in alike if not same_name(known, name)), None)
            if other is not None:
                move = f"revoke the one that is not theirs: orch keys revoke {key.key[:16]} --reason WHY"
                finding, expected = f"`{name}`, which looks like `{other}`", "a name that reads as no other"
                raise PlanFault([Fault(f"{key.key}.json", None, "person", expected, finding, move)])
            by_shape |= dict.fromkeys(imitated(name) - by_shape.keys(), name)


def _both(first: TrustedKey, other: TrustedKey) -> TrustedKey:
    if first.revoked_at is not None or other.revoked_at is None:
        return first
    fields = ("revoked_at", "revoked_by", "revoked_because")
    return first.model_copy(update={name: getattr(other, name) for name in fields})


def _refuse_other_id(key: PublicKeyCard | TrustedKey) -> None:
    if key_id(key.public, key.kind) != key.key:
        raise Refused(f"Key {key.key[:16]} is not the id of that public key; nothing was trusted.")


class KeyFolder:
    """Trusted keys, each in a file named by its id; the folder may be kept in git."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """The folder of the keys."""
        return self._folder

    def keyring(self) -> Keyring:
        """All trusted keys, including revoked keys. Raises PlanFault with every faulty file, or without access."""
        keys: list[TrustedKey] = []
        faults: list[Fault] = []
        for file in self._files():
            try:
                keys.append(self._read(file))
            except PlanFault as fault:
                faults.extend(fault.faults)
        if faults:
            raise PlanFault(faults)
        return Keyring(keys=tuple(keys))

    def _files(self) -> list[Path]:
        """A folder that cannot be read is not one without keys: then nobody would have to sign, and nothing were revoked."""
        try:
            files = sorted(file for file in self._folder.iterdir() if file.suffix == ".json")
        except FileNotFoundError:
            if not self._folder.is_symlink():
                return []
            finding, move = "a link that leads nowhere", "correct the link, or remove it"
            fault = Fault(str(self._folder), None, "", "a folder that can be read", finding, move)
            raise PlanFault([fault]) from None
        except OSError as error:
            move = "make it a folder that you can read, or remove it"
            finding = error.strerror or str(error)
            raise PlanFault(
                [Fault(str(self._folder), None, "", "a folder that can be read", finding, move)]
            ) from None
        refuse_exposed([self._folder, *files])
        return files

    def trust(self, key: TrustedKey) -> Path:
        """Add a trusted key. Raises Refused if its id does not match, Conflict if it is trusted already."""
        _refuse_other_id(key)
        file = self._file(key.key)
        try:
            write_whole(file, key, fresh=True)
        except Conflict:
            known = self._read(file)
            state = "was revoked, and stays so" if known.revoked_at is not None else "is trusted already"
            raise Conflict(
                f"Key {key.key[:16]} of {known.person} {state}; for other roles, have a new key trusted."
            ) from None
        return file

    def revoke(self, key: str, at: datetime, by: str, reason: str) -> TrustedKey:
        """Revoke a key; its signatures no longer count either. Raises NotFound, and Conflict if it is revoked already."""
        file = self._file(key)
        if not file.exists():
            raise NotFound(f"Key {key[:16]} is not trusted; orch keys list names those that are.")
        known = self._read(file)
        if known.revoked_at is not None:
            raise Conflict(f"Key {key[:16]} was revoked at {known.revoked_at.isoformat()} already.")
        words = {"revoked_at": at, "revoked_by": by, "revoked_because": reason}
        revoked = TrustedKey.model_validate({**known.model_dump(), **words})
        write_whole(file, revoked)
        return revoked

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _read(self, file: Path) -> TrustedKey:
        key = read_noun(file, TrustedKey, context=BY_HAND)
        # Refuse any other file name too, so that a key revoked under its id is not trusted under another name.
        if file.stem != key.key or key_id(key.public, key.kind) != key.key:
            finding = f"key {key.key[:16]}, which is not the id of its public key and of the file"
            raise PlanFault(
                [Fault(str(file), None, "key", "a key under its own id", finding, "trust it anew")]
            )
        return key
