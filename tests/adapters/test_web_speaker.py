"""Who speaks through the service is recorded beside the service itself, as plain text, and without the secret of a session."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.adapters.speaker import LONGEST, this_speaker, through_service
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.spoken_record import speaker_words


def test_the_service_is_who_the_operating_system_says() -> None:
    speaker = through_service("ada@example.org", "10.0.0.7", "secret")
    own = this_speaker()
    assert (speaker.uid, speaker.login, speaker.host) == (own.uid, own.login, own.host)
    assert (speaker.web_person, speaker.web_address) == ("ada@example.org", "10.0.0.7")
    assert speaker.web_session == hashlib.sha256(b"secret").hexdigest()[:8]
    assert "secret" not in speaker.model_dump_json()
    assert speaker.name == "ada@example.org"


def test_less_may_be_known() -> None:
    speaker = through_service("ada")
    assert (speaker.web_address, speaker.web_session) == (None, None)
    assert through_service("").web_person == "somebody without a name"


@given(st.text(), st.text(), st.text())
def test_hostile_text_becomes_plain(person: str, address: str, session: str) -> None:
    speaker = through_service(person, address, session)
    for text in (speaker.web_person, speaker.web_address):
        assert text is None or (plain(text, LONGEST) == text and len(text) <= LONGEST)
    assert "\n" not in speaker_words(speaker)
    assert Speaker.model_validate_json(speaker.model_dump_json()) == speaker


@pytest.mark.parametrize(
    "fields",
    [
        {"web_address": "10.0.0.7"},
        {"web_session": "1a2b3c4d"},
        {"web_person": "ada", "web_session": "1A2B3C4D"},
        {"web_person": "ada", "web_session": "1a2b3c4d5e"},
        {"web_person": ""},
    ],
)
def test_what_nobody_could_have_said_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Speaker.model_validate({"uid": 998, **fields})


def test_a_speaker_of_before_is_digested_as_it_was() -> None:
    assert b"web_" not in canonical(Speaker(uid=1000, login="li"))
    assert b'"web_person":"ada"' in canonical(Speaker(uid=998, web_person="ada"))
