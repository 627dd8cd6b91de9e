"""Random secrets of browsers and programs, and the digests by which they are known."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN = "orch_"  # noqa: S105 - how each token begins, so that scanners of secrets find one that leaked
_BYTES = 32
LONGEST = 200


def new_secret() -> str:
    """256 random bits, in the alphabet of URLs."""
    return secrets.token_urlsafe(_BYTES)


def new_token() -> str:
    """The same for a program."""
    return TOKEN + new_secret()


def new_token_id() -> str:
    """The name of a token, which is no secret."""
    return secrets.token_hex(6)


def digest_of_secret(secret: str) -> str:
    """The SHA-256 by which it is known; so long a random text needs no slow digest."""
    return hashlib.sha256(secret[:LONGEST].encode("utf-8", "replace")).hexdigest()


def mark_against_forgery(session: str) -> str:
    """What a page of this session sends back, and no other site can know (OWASP, HMAC-based token)."""
    return hmac.new(session.encode(), b"orch csrf", hashlib.sha256).hexdigest()
