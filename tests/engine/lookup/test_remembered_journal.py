"""What a process remembers of a journal is what the journal says, whatever is appended meanwhile, and by whom."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE, Event, Recorded
from orchestrator.engine.journal_changes import Changes, Position
from orchestrator.engine.lookup import remembered_journal
from orchestrator.engine.lookup.remembered_journal import RememberedJournal
from orchestrator.engine.lookup.snapshots import folded_anew, survey
from orchestrator.engine.ports import Journal
from orchestrator.errors import NotFound
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.histories import planned, ready_to_deploy
from tests.store.every_event import EVERY_EVENT

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAMES = ("app-1", "app-2", "app-3")
STORY: Sequence[Event] = ready_to_deploy(("web1", "web2"))


def looked_at(journal: Journal) -> object:
    """Everything that pages ask of a journal."""
    folds = {name: folded_anew(journal, name) for name in journal.deployments()}
    known = survey(journal)
    through = {name: progress.kept or folds[name] for name, progress in journal.progress(list(folds)).items()}
    return folds, known, through, journal.read(HOUSE), journal.read(HOUSE, 1), journal.deployments()


def go_on(journal: Journal, name: str) -> None:
    """The next event of this deployment, or of the house."""
    seq = len(journal.read(name))
    if name == HOUSE:
        journal.append(HOUSE, seq, [e.DisposalFinished(deployment="gone", begun=1, by="ann")])
    elif seq < len(STORY):
        journal.append(name, seq, [STORY[seq]])


@given(st.lists(st.tuples(st.sampled_from((*NAMES, HOUSE)), st.booleans()), max_size=25))
def test_it_answers_as_the_journal_does(steps: list[tuple[str, bool]]) -> None:
    plain = FakeJournal(FakeClock(NOW))
    remembered = RememberedJournal(plain)
    for name, by_itself in steps:
        go_on(remembered if by_itself else plain, name)
        assert looked_at(remembered) == looked_at(plain)


def test_of_a_real_store_it_knows_what_others_append(tmp_path: Path) -> None:
    clock = FakeClock(NOW)
    keys = FolderSealKeys(tmp_path, clock.now)
    writer, reader = (SqlJournal(tmp_path, clock, seal_keys=keys) for _ in range(2))
    remembered = RememberedJournal(reader)
    for name in (NAMES[0], NAMES[1], NAMES[0], HOUSE, NAMES[2], NAMES[0], NAMES[0]):
        go_on(writer, name)
        assert looked_at(remembered) == looked_at(writer)


def test_while_others_write_no_answer_is_older_than_the_question(tmp_path: Path) -> None:
    clock = FakeClock(NOW)
    keys = FolderSealKeys(tmp_path, clock.now)
    writer, reader = (SqlJournal(tmp_path, clock, seal_keys=keys) for _ in range(2))
    remembered, done, older = RememberedJournal(reader), threading.Event(), list[str]()
    written = dict.fromkeys(NAMES, 0)

    def ask() -> None:
        while not done.is_set():
            before = dict(written)
            now = {brief.id: brief.seq for brief in survey(remembered).briefs}
            older.extend(name for name, seq in before.items() if seq > now.get(name, 0))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for seq, event in enumerate(STORY):
        for name in NAMES:
            writer.append(name, seq, [event])
            written[name] = seq + 1
    done.set()
    for thread in asking:
        thread.join()
    assert older == []
    assert looked_at(remembered) == looked_at(writer)


class Interrupted(FakeJournal):
    """Somebody appends while a fold is read."""

    def __init__(self) -> None:
        super().__init__(FakeClock(NOW))
        self.then: Sequence[Event] = ()

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        records = super().read(deployment, after, most=most)
        if self.then and deployment != HOUSE:
            events, self.then = self.then, ()
            self.append(deployment, records[-1].seq, events)
        return records


def test_what_was_read_while_more_came_is_not_taken_for_new() -> None:
    journal = Interrupted()
    journal.append(NAMES[0], 0, STORY[:1])
    remembered = RememberedJournal(journal)
    journal.then = STORY[1:2]
    for _ in range(3):
        survey(remembered)
    assert [brief.seq for brief in survey(remembered).briefs] == [2]


class Counted(FakeJournal):
    """Counts what is read of deployments."""

    reads = 0

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        self.reads += deployment != HOUSE
        return super().read(deployment, after, most=most)


def test_where_nothing_came_nothing_is_read_again() -> None:
    journal = Counted(FakeClock(NOW))
    for name in NAMES:
        journal.append(name, 0, STORY)
    remembered = RememberedJournal(journal)
    survey(remembered)
    first = journal.reads
    for _ in range(5):
        survey(remembered)
        remembered.progress(NAMES)
    assert (first, journal.reads) == (3, 3)


class Unsealed(Counted):
    """Without a log nobody can say what came."""

    def changes(self, since: Position | None) -> Changes | None:
        return None


def test_without_a_log_nothing_is_remembered() -> None:
    journal = Unsealed(FakeClock(NOW))
    remembered = RememberedJournal(journal)
    for seq, event in enumerate(STORY):
        journal.append(NAMES[0], seq, [event])
        assert [brief.seq for brief in survey(remembered).briefs] == [seq + 1]


def test_while_a_disposal_goes_on_nothing_is_remembered() -> None:
    """Erased events leave the log as it is."""
    journal = FakeJournal(FakeClock(NOW))
    journal.append(NAMES[0], 0, [planned(), e.DeploymentCancelled(by="ann", reason="not now")])
    remembered = RememberedJournal(journal)
    assert survey(remembered).briefs
    [begun] = [event for event in EVERY_EVENT if isinstance(event, e.DisposalBegun)][:1]
    journal.append(HOUSE, 0, [begun.model_copy(update={"deployment": NAMES[0]})])
    assert survey(remembered).briefs
    journal.forget(NAMES[0])
    assert survey(remembered).briefs == []
    with pytest.raises(NotFound):
        folded_anew(remembered, NAMES[0])


def test_folds_in_memory_are_bounded() -> None:
    journal = FakeJournal(FakeClock(NOW))
    remembered = RememberedJournal(journal)
    for number in range(remembered_journal.MOST_FOLDS + 5):
        journal.append(f"app-{number}", 0, STORY[:1])
    assert len(survey(remembered).briefs) == remembered_journal.MOST_FOLDS + 5
    assert remembered.folds_here == remembered_journal.MOST_FOLDS
