"""The signature of webhooks that are sent or taken, as Standard Webhooks 1.0 says (github.com/standard-webhooks)."""

import base64
import hashlib
import hmac
from datetime import datetime

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""The fields of the header."""
TOLERANCE = 300.0
"""Seconds by which the sender's clock may differ, and for which a signature counts."""
_PREFIX = "whsec_"
"""By this prefix the rest of a secret is base64, as the specification has it."""
_MOST = 10
"""Signatures that are looked at; a sender sends two while it changes its secret."""


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises ValueError, in words that hold nothing of it."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise ValueError(f"the secret begins with {_PREFIX}, and what follows is no base64") from None


def signature_of(key: bytes, message: str, stamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`."""
    signed = b".".join([message.encode(), stamp.encode(), body])
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode('ascii')}"


def is_signed(keys: list[bytes], message: str, stamp: str, body: bytes, given: str) -> bool:
    """Whether one of the signatures is by one of the keys."""
    shown = [each.encode("utf-8", "replace") for each in given.split()[:_MOST]]
    expected = [signature_of(key, message, stamp, body).encode() for key in keys]
    return any(hmac.compare_digest(signature, ours) for signature in shown for ours in expected)


def in_time(stamp: str, now: datetime) -> bool:
    """Whether the time stamp is a whole number of seconds, and near enough to this clock."""
    plain_number = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12
    return plain_number and abs(int(stamp) - now.timestamp()) <= TOLERANCE
