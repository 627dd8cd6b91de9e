"""The next version of a keyring: what a proposal changes, and in words what it would change."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from orchestrator.domain.authority.keyring_document import KeyringDocument
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.errors import Conflict

USUAL_LIFE = timedelta(days=365)


def next_version(
    now: datetime,
    because: str,
    before: KeyringDocument,
    pending: KeyringDocument | None = None,
    **changes: Any,
) -> KeyringDocument:
    """The version after `before`, with these fields changed; what a pending proposal changes already is kept.

    The end stays as far away as it was when the version before was made.
    """
    base = pending if pending is not None and pending.previous == before.digest else before
    life = before.expires - before.made_at
    usual = {"expires": base.expires if base is pending else max(before.expires, now + life)}
    made = max(now, before.made_at)
    # A field is called `keys`, so `dict` would take the noun for a mapping.
    fields = {**{name: getattr(base, name) for name in type(base).model_fields}, **usual, **changes}
    return KeyringDocument.model_validate(
        fields
        | {
            "version": before.version + 1,
            "previous": before.digest,
            "made_at": made,
            "because": because,
        }
    )


def with_key(document: KeyringDocument, key: TrustedKey) -> tuple[TrustedKey, ...]:
    """The keys with one more. Raises Conflict for one that is listed or was revoked."""
    known = next((other for other in document.keys if other.key == key.key), None)
    if known is not None:
        state = "was revoked, and stays so" if known.revoked_at is not None else "is trusted already"
        raise Conflict(
            f"Key {key.key[:16]} of {known.person} {state}; for other roles, have a new key trusted."
        )
    return (*document.keys, key)


def with_revoked(
    document: KeyringDocument, key: str, at: datetime, by: str, reason: str
) -> tuple[TrustedKey, ...]:
    """The keys with one of them revoked."""
    words = {"revoked_at": at, "revoked_by": by, "revoked_because": reason}
    return tuple(
        TrustedKey.model_validate({**dict(other), **words}) if other.key == key else other
        for other in document.keys
    )


def change_words(before: KeyringDocument | None, after: KeyringDocument) -> tuple[str, ...]:
    """What a version changes, a line each; of the first version all that it says."""
    lines = [f"version {after.version} of house {after.house[:16]}, until {after.expires:%Y-%m-%d %H:%M} UTC"]
    lines += _listed("steward", before.stewards if before else (), after.stewards)
    if before is None or before.threshold != after.threshold:
        was = f" (was {before.threshold})" if before else ""
        lines.append(f"threshold {after.threshold}{was}")
    lines += _listed("key", before.keys if before else (), after.keys)
    return (*lines, f"because: {after.because}")


def _listed(what: str, before: Sequence[TrustedKey], after: Sequence[TrustedKey]) -> Iterator[str]:
    known = {key.key: key for key in before}
    for key in after:
        earlier = known.pop(key.key, None)
        words = f"{key.person} as {', '.join(key.roles)}, key {key.key[:16]}"
        if earlier is None:
            yield f"new {what}: {words}{', revoked' if key.revoked_at else ''}"
        elif key.revoked_at is not None and earlier.revoked_at is None:
            yield f"{what} revoked: {words}: {key.revoked_because}"
        elif earlier != key:
            yield f"changed {what}: {words}"
    for key in known.values():
        yield f"{what} left out: {key.person} as {', '.join(key.roles)}, key {key.key[:16]}"
