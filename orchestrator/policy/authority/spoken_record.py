"""Who spoke, as a record shows it: a line for each event with a speaker."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import SignedWord, Spoken, content_of
from orchestrator.domain.journal.events import HOUSE, Recorded
from orchestrator.policy.telling.words.passkey_words import key_words

WHAT = {
    "planned": "asked for it",
    "driver_took": "drove it",
    "approval_given": "handed in a signed decision",
    "closed": "closed the record",
    "backout_began": "rolled back",
    "held": "held it",
    "cancelled": "withdrew it",
    "seal_accepted": "accepted a record that is not what was sealed",
    "duty_done": "said that due work is done",
    "pir_opened": "began the review",
    "pir_answered": "answered the review",
    "pir_closed": "closed the review",
}
"""What was said, where the kind of the event is no good word for it."""


class SpokenLine(NamedTuple):
    """One event with its speaker: when, what, under which name, by whom in the words of the system, and what was signed.

    `fits`: what was signed is this event of this deployment, or one that concerns every deployment.
    """

    at: datetime
    what: str
    by: str
    speaker: str
    signed: SignedWord | None
    fits: bool = True

    @property
    def signature(self) -> str:
        """The key that signed, in short, or that none did."""
        return f"signed with {key_words(self.signed.signature)}" if self.signed is not None else "not signed"


def spoken_lines(records: Iterable[Recorded]) -> list[SpokenLine]:
    """The lines of a journal; events from before speakers were recorded have none."""
    lines = []
    for record in records:
        spoken = getattr(record.event, "spoken", None)
        if isinstance(spoken, Spoken):
            what = WHAT.get(record.event.kind, record.event.kind.replace("_", " "))
            by = str(getattr(record.event, "by", ""))
            speaker = speaker_words(spoken.speaker)
            fits = spoken.signed is None or _fits(spoken.signed, record)
            lines.append(SpokenLine(record.at, what, by, speaker, spoken.signed, fits))
    return lines


def _fits(signed: SignedWord, record: Recorded) -> bool:
    word = signed.word
    return word.subject in (record.deployment, HOUSE) and word.content == content_of(record.event)


def speaker_words(speaker: Speaker) -> str:
    """Such as `li (uid 1000) on deck at /dev/pts/1`, or `li by sudo as root (uid 0) on deck, no terminal`.

    Through the service: `through the service as li@example.org, from 10.0.0.7, session 1a2b3c4d; it is orch (uid 998) on deck`.
    """
    if speaker.web_person is not None:
        return _through_service(speaker)
    login = speaker.login or "no login"
    who = f"{login} (uid {speaker.uid})"
    if speaker.caller is not None:
        who = f"{speaker.caller} by sudo as {who}"
    if speaker.session_uid is not None and speaker.session_uid != speaker.uid and speaker.caller is None:
        who += f", logged in as uid {speaker.session_uid}"
    place = f" on {speaker.host}" if speaker.host else ""
    return f"{who}{place}{f' at {speaker.terminal}' if speaker.terminal else ', no terminal'}"


def _through_service(speaker: Speaker) -> str:
    """The person by the word of the service, and the service by that of the operating system."""
    address = f", from {speaker.web_address}" if speaker.web_address else ""
    session = f", session {speaker.web_session}" if speaker.web_session else ""
    login = speaker.login or "no login"
    place = f" on {speaker.host}" if speaker.host else ""
    return f"through the service as {speaker.web_person}{address}{session}; it is {login} (uid {speaker.uid}){place}"
