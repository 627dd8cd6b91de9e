"""A store that is made with the first thing that is written, and not by a look."""

from pathlib import Path

from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.domain.journal.events import HOUSE
from tests.fakes.clock import FakeClock
from tests.store.every_event import EVERY_EVENT


def test_the_first_word_makes_the_store(tmp_path: Path) -> None:
    home = tmp_path / "home"
    journal = SqlJournal(home, FakeClock(), late=True)
    assert journal.read(HOUSE) == []
    assert not home.exists()
    journal.append(HOUSE, 0, EVERY_EVENT[:1])
    assert [record.seq for record in journal.read(HOUSE)] == [1]
    journal.close()


def test_a_store_that_another_process_made_meanwhile_is_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    late = SqlJournal(home, FakeClock(), late=True)
    other = SqlJournal(home, FakeClock())
    other.append(HOUSE, 0, EVERY_EVENT[:1])
    assert [record.seq for record in late.read(HOUSE)] == [1]
    other.close()
    late.close()
