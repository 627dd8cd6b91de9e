"""The events of which long lists are left out say of people what the whole ones say."""

from datetime import UTC, datetime

from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.journal.condensed import condense
from orchestrator.domain.journal.events import Paused
from orchestrator.engine.lookup.spoken_events import spoken_events
from orchestrator.policy.authority.spoken_record import spoken_lines
from orchestrator.policy.authority.word_checks import recorded_statements
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.store.every_event import EVERY_EVENT

SPOKEN = {"spoken", "signed", "replacement"}


def test_what_people_said_and_signed_is_all_there() -> None:
    journal = FakeJournal(FakeClock(datetime(2026, 11, 30, tzinfo=UTC)))
    spoken = Spoken(speaker=Speaker(uid=1000, login="ann"))
    journal.append("app-1", 0, [*EVERY_EVENT, Paused(by="ann", reason="a call", spoken=spoken)])
    whole, short = journal.read("app-1"), spoken_events(journal, "app-1")
    assert short != whole
    assert spoken_lines(short) == spoken_lines(whole) != []
    assert recorded_statements(short) == recorded_statements(whole) != []


def test_nobody_speaks_in_an_event_that_is_made_shorter() -> None:
    kinds = [kind for kind in condense.registry if kind is not object]
    assert len(kinds) > 5
    assert [kind for kind in kinds if SPOKEN & set(kind.model_fields)] == []
