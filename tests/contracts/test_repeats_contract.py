"""What is kept of requests with a name: each is done once, and answered alike when it is sent again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.repeats import repeats_beside
from orchestrator.engine.repeat_ports import Answer, Repeats
from tests.fakes.clock import FakeClock
from tests.fakes.repeats import FakeRepeats

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql", "fake"])
def repeats(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Repeats]:
    if request.param == "fake":
        yield FakeRepeats()
        return
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    yield repeats_beside(SqlJournal(tmp_path, FakeClock(NOW), url=url))


def test_a_request_is_new_then_under_way_then_answered(repeats: Repeats) -> None:
    assert repeats.begin("ann 1", "a", NOW) == "new"
    assert repeats.begin("ann 1", "a", NOW) == "under_way"
    repeats.end("ann 1", Answer(201, '{"seq":3}'))
    assert repeats.begin("ann 1", "a", NOW) == Answer(201, '{"seq":3}')
    assert repeats.begin("ann 1", "b", NOW) == "other_request"
    assert repeats.begin("bob 1", "b", NOW) == "new"


def test_a_refused_request_can_be_sent_again(repeats: Repeats) -> None:
    assert repeats.begin("ann 1", "a", NOW) == "new"
    repeats.end("ann 1", None)
    assert repeats.begin("ann 1", "a", NOW) == "new"


def test_it_is_forgotten_after_a_day(repeats: Repeats) -> None:
    assert repeats.begin("ann 1", "a", NOW) == "new"
    assert repeats.begin("ann 1", "b", NOW + timedelta(days=1, seconds=1)) == "new"
