"""What a record shows of who spoke."""

import pytest

from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import SignedWord, Spoken, WordStatement, content_of
from orchestrator.domain.journal import events as e
from orchestrator.policy.authority.spoken_record import speaker_words, spoken_lines
from tests.histories import START, planned, recorded

SPEAKERS = [
    (
        Speaker(uid=1000, login="li", host="deck", terminal="/dev/pts/1"),
        "li (uid 1000) on deck at /dev/pts/1",
    ),
    (
        Speaker(uid=0, login="root", caller="li", host="deck"),
        "li by sudo as root (uid 0) on deck, no terminal",
    ),
    (
        Speaker(
            uid=998,
            login="orch",
            host="deck",
            web_person="ada@example.org",
            web_address="10.0.0.7",
            web_session="1a2b3c4d",
        ),
        "through the service as ada@example.org, from 10.0.0.7, session 1a2b3c4d; it is orch (uid 998) on deck",
    ),
    (Speaker(uid=998, web_person="ada"), "through the service as ada; it is no login (uid 998)"),
    (Speaker(uid=4711), "no login (uid 4711), no terminal"),
    (
        Speaker(uid=33, login="www-data", session_uid=1000, host="deck"),
        "www-data (uid 33), logged in as uid 1000 on deck, no terminal",
    ),
]


@pytest.mark.parametrize(("speaker", "words"), SPEAKERS)
def test_the_speaker_in_words(speaker: Speaker, words: str) -> None:
    assert speaker_words(speaker) == words


def test_each_word_has_a_line_and_events_from_before_have_none() -> None:
    statement = WordStatement(
        verb="pause",
        subject="app-2.0",
        content="a" * 64,
        person="Li Wei",
        key="1" * 64,
        made_at=START,
        nonce="0" * 32,
    )
    signed = SignedWord(word=statement, signature=Signature(key="1" * 64, signature="0" * 128))
    speaker = Speaker(uid=1000, login="li")
    events: list[e.Event] = [
        planned(),
        e.Submitted(by="ann"),
        e.Paused(by="Li Wei", reason="wait", spoken=Spoken(speaker=speaker, signed=signed)),
        e.Resumed(by="li", reason="go on", spoken=Spoken(speaker=speaker)),
    ]
    lines = spoken_lines(recorded(events))
    assert [(line.what, line.by, line.signature) for line in lines] == [
        ("paused", "Li Wei", "signed with key 1111111111111111"),
        ("resumed", "li", "not signed"),
    ]


def test_a_word_that_is_on_another_event_than_was_signed_does_not_fit() -> None:
    def paused(reason: str, **changes: str) -> e.Paused:
        event = e.Paused(by="Li Wei", reason=reason)
        fields = {"verb": "pause", "subject": "app-2.0", "content": content_of(event), "person": "Li Wei"}
        rest = {"key": "1" * 64, "made_at": START, "nonce": "0" * 32}
        word = WordStatement.model_validate({**fields, **rest, **changes})
        signed = SignedWord(word=word, signature=Signature(key="1" * 64, signature="0" * 128))
        return event.model_copy(update={"spoken": Spoken(speaker=Speaker(uid=1), signed=signed)})

    moved = paused("wait").model_copy(update={"reason": "never"})
    events: list[e.Event] = [planned(), paused("wait"), moved, paused("wait", subject="app-1.0")]
    assert [line.fits for line in spoken_lines(recorded(events))] == [True, False, False]
