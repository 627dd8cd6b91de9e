"""What a signature on a journal is worth now, by the keys that are trusted now."""

from datetime import datetime
from typing import Literal

from orchestrator.domain.authority.approval import ApprovalStatement, PresentedApproval
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.word import PresentedWord, SignedWord, WordStatement
from orchestrator.domain.text.model_base import Noun

SignatureState = Literal[
    "good", "bad", "key unknown", "key of another person", "revoked since", "revoked before", "expired before"
]
"""`revoked since`: it was good when it was made. Signatures by a key that is not trusted cannot be verified."""


class StatementSignature(Noun):
    """One signature of a record, and what it is worth; `since` is when its key was revoked or expired."""

    nonce: str
    key: str
    person: str
    state: SignatureState
    since: datetime | None = None

    def __str__(self) -> str:
        if self.state == "good":
            return "signature good"
        when = f" ({self.since:%Y-%m-%d %H:%M} UTC)" if self.since is not None else ""
        if self.state == "key unknown":
            return "SIGNATURE NOT VERIFIED: its key is not trusted here"
        if self.state == "bad":
            return "SIGNATURE BAD: it does not fit what it says"
        if self.state == "revoked since":
            return f"signature good, key revoked since{when}"
        return f"SIGNATURE OF NO WORTH: {self.state}{when}"


def signature_state(
    presented: PresentedApproval | PresentedWord, keyring: Keyring, *, fits: bool = True
) -> StatementSignature:
    """What the signature of a statement is worth by these keys; the same rules as for admission, at the time of signing.

    `fits`: what was signed is what the journal says.
    """
    statement, signature = _statement(presented), presented.signed.signature
    state, since = _state(presented, keyring, fits=fits)
    return StatementSignature(
        nonce=statement.nonce, key=signature.key, person=statement.person, state=state, since=since
    )


def _statement(presented: PresentedApproval | PresentedWord) -> ApprovalStatement | WordStatement:
    signed = presented.signed
    return signed.word if isinstance(signed, SignedWord) else signed.approval


def _state(
    presented: PresentedApproval | PresentedWord, keyring: Keyring, *, fits: bool
) -> tuple[SignatureState, datetime | None]:
    statement = _statement(presented)
    key = keyring.find(presented.signed.signature.key)
    if key is None:
        return "key unknown", None
    if not fits or presented.answer != "good" or statement.key != key.key:
        return "bad", None
    if not key.is_of(statement.person):
        return "key of another person", None
    if key.expires is not None and key.expires <= statement.made_at:
        return "expired before", key.expires
    if key.revoked_at is not None:
        before = key.revoked_at <= statement.made_at
        return "revoked before" if before else "revoked since", key.revoked_at
    return "good", None
