"""Whose journals went on since somebody looked: by the log, and everything where that is another one."""

from pathlib import Path

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal.events import HOUSE
from orchestrator.engine.journal_changes import Changes, Position
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.histories import planned
from tests.store.every_event import EVERY_EVENT


def sealed(home: Path) -> SqlJournal:
    clock = FakeClock()
    return SqlJournal(home, clock, seal_keys=FolderSealKeys(home, clock.now))


def at(changes: Changes | None) -> Position:
    assert changes is not None
    return changes.position


def names(changes: Changes | None) -> set[str] | None:
    assert changes is not None
    return None if changes.names is None else set(changes.names)


def test_each_that_was_appended_to_is_named_once(tmp_path: Path) -> None:
    for journal in (sealed(tmp_path), FakeJournal(FakeClock())):
        start = journal.changes(None)
        assert names(start) is None
        assert names(journal.changes(at(start))) == set()
        journal.append("a", 0, [planned()])
        journal.append("b", 0, [planned()])
        middle = journal.changes(at(start))
        assert names(middle) == {"a", "b"}
        journal.append("b", 1, [EVERY_EVENT[0]])
        journal.append(HOUSE, 0, [EVERY_EVENT[0]])
        assert names(journal.changes(at(middle))) == {"b", HOUSE}
        assert names(journal.changes(at(start))) == {"a", "b", HOUSE}


def test_an_older_copy_with_other_appends_is_another_log(tmp_path: Path) -> None:
    first, other = sealed(tmp_path / "first"), sealed(tmp_path / "other")
    for journal, name in ((first, "a"), (other, "b")):
        journal.append(name, 0, [planned()])
        journal.append("c", 0, [planned()])
    assert names(other.changes(at(first.changes(None)))) is None


def test_without_seals_nobody_knows(tmp_path: Path) -> None:
    assert SqlJournal(tmp_path, FakeClock()).changes(None) is None
