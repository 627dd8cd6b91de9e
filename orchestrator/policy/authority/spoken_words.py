"""Whether a signed word may move a deployment: its signature, whose key it is, and what that key may say."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel

from orchestrator.domain.authority.admission_answer import Reason, ReasonCode
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import PresentedWord, Verb, content_of
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.roles import same_person

OF_MACHINES: frozenset[Verb] = frozenset({"start", "resume"})
"""What the key of a machine may say; a pause that a person asked for is lifted by a person."""


class Heard(NamedTuple):
    """A word as it arrives: presented with its signature's answer, the event that it is about, and what it should say.

    `planned`: the first event of the deployment, by which a person asked for it.
    """

    presented: PresentedWord
    event: object
    verb: Verb
    subject: str
    planned: e.Planned | None = None


def against(heard: Heard, keyring: Keyring, now: datetime) -> tuple[Reason, ...]:
    """Every reason against the word; none: it counts."""
    return tuple(_against(heard, keyring, now))


def person_named(by: str, trusted: TrustedKey, speaker: Speaker) -> str | None:
    """The person for the record: the key's. None where `by` is neither that person nor the login that speaks."""
    if trusted.is_of(by) or same_person(by, speaker.name):
        return trusted.person
    return None


def asked_by_a_person(planned: e.Planned, subject: str, keyring: Keyring) -> bool:
    """Whether a person's key signed the deployment when it was planned, and is not revoked; the signature is not verified."""
    signed = planned.spoken.signed if planned.spoken is not None else None
    if signed is None or (signed.word.subject, signed.word.content) != (subject, content_of(planned)):
        return False
    key = keyring.find(signed.signature.key)
    return key is not None and key.holder == "person" and key.revoked_at is None


def _against(heard: Heard, keyring: Keyring, now: datetime) -> Iterator[Reason]:
    word = heard.presented.signed.word
    key = keyring.find(heard.presented.signed.signature.key)
    if key is None:
        finding = f"key {word.key[:16]} is not trusted here"
        yield _reason("word.foreign_key", heard, finding, "orch keys list shows which are")
        return
    event = heard.event
    content = content_of(event) if isinstance(event, BaseModel) else ""
    meant = (heard.verb, heard.subject, content, key.key)
    if heard.presented.answer != "good" or (word.verb, word.subject, word.content, word.key) != meant:
        finding = "the signature does not fit what is said"
        yield _reason("word.bad_signature", heard, finding, "say it again with your key")
    yield from _of_key(heard, key, now)
    role = _role_of(event)
    if role is not None and not key.serves(role):
        finding = f"{key.person} is trusted as {', '.join(key.roles)}, not as {role}"
        yield _reason("word.role_not_held", heard, finding, f"ask a {role} to confirm")
    yield from _of_owner(heard, key)
    if key.holder == "machine":
        yield from _of_machine(heard, keyring)


def _role_of(event: object) -> str | None:
    """The role that somebody claims with a word, where it has one."""
    match event:
        case e.Confirmed() | e.StepAnswered() | e.ObjectiveAccepted() | e.ObjectiveMeasured():
            return event.role
        case _:
            return None


def _of_key(heard: Heard, key: TrustedKey, now: datetime) -> Iterator[Reason]:
    move = "have a new key trusted: orch keys new"
    if key.revoked_at is not None:
        yield _reason("word.revoked_key", heard, f"the key of {key.person} is revoked", move)
    if key.expires is not None and key.expires <= now:
        finding = f"the key of {key.person} expired at {key.expires.isoformat()}"
        yield _reason("word.expired_key", heard, finding, move)
    if not key.is_of(heard.presented.signed.word.person):
        yield _reason("word.other_name", heard, f"the key is {key.person}'s", "use your own key")


def _of_owner(heard: Heard, key: TrustedKey) -> Iterator[Reason]:
    """A machine leaves an environment by the word of whoever answers for it: a role, or a person."""
    owners = heard.event.owners if isinstance(heard.event, e.EnvironmentLeft) else ()
    for owner in owners:
        if not (key.serves(owner) or key.is_of(owner)):
            finding = (
                f"{owner} answers for the environment, and {key.person} is trusted as {', '.join(key.roles)}"
            )
            yield _reason("word.role_not_held", heard, finding, f"ask {owner} to release the machine")


def _of_machine(heard: Heard, keyring: Keyring) -> Iterator[Reason]:
    if heard.verb not in OF_MACHINES or isinstance(heard.event, e.Resumed):
        what = "lift a pause" if isinstance(heard.event, e.Resumed) else heard.verb
        finding = f"it is the key of a machine, which may only start what persons signed and go on with it, not {what}"
        yield _reason("word.machine", heard, finding, "a person says this, with their own key")
    elif heard.planned is None or not asked_by_a_person(heard.planned, heard.subject, keyring):
        finding = f"it is the key of a machine, and no person signed {heard.subject} when it was planned"
        yield _reason(
            "word.machine",
            heard,
            finding,
            f"a person whose key is trusted starts it: orch resume {heard.subject}",
        )


def _reason(code: ReasonCode, heard: Heard, finding: str, next_move: str) -> Reason:
    about = f"the word of {heard.presented.signed.word.person}"
    return Reason(code=code, about=about, found=finding, next_move=next_move)
