"""The contract of the CMDB's store: what it has follows from the events, and is written with them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.adapters.store.cmdb.sql_cmdb import cmdb_beside
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.cmdb_ports import CmdbStore
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.cmdb_items import all_updates
from orchestrator.engine.ports import Journal
from orchestrator.errors import Refused
from tests.fakes.clock import FakeClock
from tests.fakes.cmdb import FakeCmdb
from tests.fakes.journal import FakeJournal
from tests.journals import corpus

ENDED = ("rolled_back", "excluded_then_completed", "residue", "hostile_text")


class Both(NamedTuple):
    journal: Journal
    cmdb: CmdbStore


@pytest.fixture(params=["sqlite", "postgresql", "fake"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    clock = FakeClock()
    if request.param == "fake":
        journal = FakeJournal(clock)
        yield Both(journal, FakeCmdb(journal))
        return
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    real = SqlJournal(tmp_path / "store", clock, url=url)
    yield Both(real, cmdb_beside(real))
    real.close()


def written(journal: Journal, name: str) -> None:
    """A journal of the corpus, written as a driver writes it."""
    first, *rest = corpus.recorded(name)
    journal.append(name, 0, [first.event])
    writer = JournalWriter(journal, name, lambda record: None, driver="")
    for record in rest:
        assert writer.decide(record.event)


def in_any_order(updates: Sequence[CmdbUpdate]) -> list[tuple[object, ...]]:
    return [
        (u.deployment, u.seq, u.at, u.change, sorted(u.facts, key=lambda fact: fact.ci))
        for u in sorted(updates, key=lambda u: (u.deployment, u.seq))
    ]


def test_an_empty_store_has_nothing_and_lacks_nothing(both: Both) -> None:
    assert list(both.cmdb.updates()) == []
    assert list(both.cmdb.lacking()) == []


def test_what_is_stored_is_what_follows_from_the_journals(both: Both) -> None:
    for name in ENDED:
        written(both.journal, name)
    made, unreadable = all_updates(both.journal)
    assert in_any_order(both.cmdb.updates()) == in_any_order(made)
    assert not unreadable
    assert len(made) == len(ENDED) + 1
    assert list(both.cmdb.lacking()) == []


def test_what_an_earlier_version_wrote_is_lacking_until_it_is_added(both: Both) -> None:
    records = corpus.recorded("rolled_back")
    both.journal.append("rolled_back", 0, [record.event for record in records])
    lacking = both.cmdb.lacking()
    assert [end.seq for end in lacking] == [
        r.seq for r in records if r.event.kind in ("completed", "restored")
    ]
    made, _ = all_updates(both.journal)
    both.cmdb.add(made)
    both.cmdb.add(made)
    assert in_any_order(both.cmdb.updates()) == in_any_order(made)
    assert list(both.cmdb.lacking()) == []


def test_replacing_leaves_nothing_else(both: Both) -> None:
    written(both.journal, "rolled_back")
    first, second = sorted(both.cmdb.updates(), key=lambda each: each.seq)
    both.cmdb.replace([second])
    assert in_any_order(both.cmdb.updates()) == in_any_order([second])
    assert [end.seq for end in both.cmdb.lacking()] == [first.seq]


def test_what_is_not_appended_is_not_learnt(both: Both) -> None:
    written(both.journal, "rolled_back")
    update = both.cmdb.updates()[0]

    def refuse(records: Sequence[Recorded]) -> Sequence[CmdbUpdate]:
        raise Refused("no")

    with pytest.raises(Refused):
        both.journal.append("other", 0, [corpus.recorded("held")[0].event], refuse)
    assert {each.deployment for each in both.cmdb.updates()} == {update.deployment}


def test_the_facts_of_one_kind_can_be_asked_for(both: Both) -> None:
    written(both.journal, "rolled_back")
    hosts = both.cmdb.updates(kind="host")
    assert len(hosts) == len(both.cmdb.updates())
    assert {fact.kind for update in hosts for fact in update.facts} == {"host"}
