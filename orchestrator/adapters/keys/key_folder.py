"""Keys as files: a person's own private key, and the keys that are trusted, one JSON file each."""

import os
import stat
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.keys.ed25519 import SigningKey, key_id
from orchestrator.adapters.keys.signed_files import LARGEST, read_noun, write_whole
from orchestrator.domain.signing import Keyring, TrustedKey
from orchestrator.errors import Conflict, Fault, NotFound, PlanFault, Refused, StoreFault

_PRIVATE = 0o600


def make_key(file: Path, passphrase: bytes | None = None) -> SigningKey:
    """A new private key in a new file that only its owner can read. Raises Conflict where there is a file, StoreFault."""
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


def load_key(file: Path, passphrase: bytes | None = None) -> SigningKey:
    """A person's private key. Raises NotFound, UsageFault, and Refused where others can read or change the file."""
    try:
        with file.open("rb") as stream:
            seen = os.fstat(stream.fileno())
            pem = stream.read(LARGEST)
    except FileNotFoundError:
        raise NotFound(f"There is no key {file}; make one with orch keys new.") from None
    except OSError as error:
        raise StoreFault(f"{file} cannot be read: {error.strerror}.") from None
    if stat.S_IMODE(seen.st_mode) & 0o077:
        raise Refused(f"{file} is open to others than its owner; nothing was signed. Run: chmod 600 {file}")
    return SigningKey.from_pem(pem, passphrase)


class KeyFolder:
    """The keys that are trusted, each in a file named by its id; the folder may live in git."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keyring(self) -> Keyring:
        """All trusted keys, revoked ones too. Raises PlanFault with every file that is wrong."""
        keys: list[TrustedKey] = []
        faults: list[Fault] = []
        for file in sorted(self._folder.glob("*.json")):
            try:
                keys.append(self._read(file))
            except PlanFault as fault:
                faults.extend(fault.faults)
        if faults:
            raise PlanFault(faults)
        return Keyring(keys=tuple(keys))

    def trust(self, key: TrustedKey) -> Path:
        """Keep a key as trusted. Raises Refused where its id is not its own, Conflict where it is trusted already."""
        if key_id(key.public) != key.key:
            raise Refused(f"Key {key.key[:16]} is not the id of that public key; nothing was trusted.")
        file = self._file(key.key)
        if file.exists():
            raise Conflict(
                f"Key {key.key[:16]} is trusted already; revoke it before it is trusted otherwise."
            )
        write_whole(file, key)
        return file

    def revoke(self, key: str, at: datetime) -> TrustedKey:
        """Trust a key no more; what it signed counts no more either. Raises NotFound."""
        file = self._file(key)
        if not file.exists():
            raise NotFound(f"Key {key[:16]} is not trusted; orch keys list names those that are.")
        revoked = self._read(file).model_copy(update={"revoked_at": at})
        write_whole(file, revoked)
        return revoked

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _read(self, file: Path) -> TrustedKey:
        key = read_noun(file, TrustedKey)
        if file.stem != key.key or key_id(key.public) != key.key:
            found = f"key {key.key[:16]}, which is not the id of its public key and of the file"
            raise PlanFault([Fault(str(file), None, "key", "a key under its own id", found, "trust it anew")])
        return key
