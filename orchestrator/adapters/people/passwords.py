"""Passwords are digested by argon2id (argon2-cffi, RFC 9106), an extra; nobody reads a password from a digest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from orchestrator.adapters.extras import to_install
from orchestrator.errors import Conflict, MachineLacks
from orchestrator.policy.authority.password_rules import LONGEST, normal

AT_ONCE = 2
"""Digests that are made at a time: each takes 64 MiB, so that many tries do not take the memory of the machine."""
PATIENCE = 5.0
"""Seconds that a login waits for that."""
_ROOM = BoundedSemaphore(AT_ONCE)
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$b3JjaCBub2JvZHkncw$47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
"""A digest of no password, in the same form as others: an unknown name takes as long as a known one."""


def password_digest(password: str) -> str:
    """The digest to keep. Raises MachineLacks, Conflict where too many wait."""
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise _lacking() from None
    with _room():
        return PasswordHasher().hash(normal(password))


def password_matches(password: str, digest: str | None) -> bool:
    """Whether the digest is of this password; it takes as long where there is no digest. Raises MachineLacks, Conflict."""
    try:
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError
    except ImportError:
        raise _lacking() from None
    with _room():
        try:
            PasswordHasher().verify(digest or _NOBODYS, normal(password[: LONGEST + 1]))
        except (Argon2Error, InvalidHashError):
            return False
    return digest is not None


@contextmanager
def _room() -> Iterator[None]:
    """Room for one digest. Whoever would wait long is sent away: else a crowd of tries holds every thread of the service."""
    if not _ROOM.acquire(timeout=PATIENCE):
        raise Conflict("Too many people log in at this moment. Try again in a few seconds.")
    try:
        yield
    finally:
        _ROOM.release()


def _lacking() -> MachineLacks:
    return MachineLacks(f"argon2-cffi is not installed where orch is: {to_install('serve')}")
