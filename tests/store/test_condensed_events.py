"""Condensed events are a cache: whatever is kept, damaged or missing, what is read is what the whole events condense to."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import create_engine, insert, text

from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.tables import EVENTS, SCHEMA, STEPS
from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.lifecycle import OF_THE_HOUSE
from orchestrator.domain.plan.check import CheckResult
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.errors import StoreFault
from orchestrator.policy.telling.timeline_builder import story_of
from tests.fakes.clock import START
from tests.histories import ready_to_deploy
from tests.journals.corpus import NAMES, recorded
from tests.journals.home import ClockOfRecords, keep_named
from tests.worlds.small_disk import disk_of, fill

HOSTS = [f"host{n:03}" for n in range(200)]
FAILED = {"host007", "host008"}
RESULTS = tuple(
    CheckResult(
        host=host,
        kind="tcp",
        title="tcp 22",
        answer="failed" if host in FAILED else "passed",
        expected="open",
        found="closed" if host in FAILED else "open",
        seconds=0.1,
    )
    for host in HOSTS
)
OUTCOMES = tuple(HostOutcome(host=host, result="done", reason="all tasks done", ok=9) for host in HOSTS)
REFERENCES = tuple(BaselineReference(host=host, digest="5e" * 32, machine_id="m", items=3) for host in HOSTS)
OUTCOME = AttemptOutcome(attempt="d1.deploy.0.1", hosts=OUTCOMES, started_at=START, ended_at=START)
LONG: list[e.Event] = [
    e.EnvironmentVerified(results=RESULTS),
    e.BaselineCaptured(baselines=REFERENCES),
    e.DeploymentRefused(stage="environment", reasons=("no",), results=RESULTS),
    e.EntryChecked(wave=0, results=RESULTS),
    e.AttemptEnded(outcome=OUTCOME),
    e.WaveChecked(stage="verification", wave=0, asked=200, results=RESULTS),
    e.ChangesCompared(wave=0, baselines=REFERENCES),
    e.RestorationCompared(baselines=REFERENCES),
]
SHORT = e.Paused(by="ann", reason="lunch")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    opened = SqlJournal(tmp_path / "home", ClockOfRecords())
    yield opened
    opened.close()


def whole(journal: SqlJournal, name: str = "d1") -> list[Condensed]:
    return [condensed(record) for record in journal.read(name)]


def kept(journal: SqlJournal) -> dict[int, str]:
    with journal.database.writing() as connection:
        rows = connection.execute(text("SELECT seq, body FROM condensed_events ORDER BY seq")).all()
    return {row.seq: row.body for row in rows}


def change(journal: SqlJournal, statement: str) -> None:
    with journal.database.writing() as connection:
        connection.execute(text(statement))


def test_every_long_event_is_kept_short_when_it_is_appended(journal: SqlJournal) -> None:
    journal.append("d1", 0, [SHORT, *LONG, SHORT])
    assert list(kept(journal)) == list(range(2, len(LONG) + 2))
    assert max(map(len, kept(journal).values())) < 1000
    assert journal.read_condensed("d1") == whole(journal)
    assert journal.read_condensed("d1", after=3) == whole(journal)[3:]


def test_what_is_kept_is_what_is_read(journal: SqlJournal) -> None:
    journal.append("d1", 0, LONG)
    change(journal, "UPDATE condensed_events SET counts = '{\"items\": 77}' WHERE seq = 2")
    assert journal.read_condensed("d1")[1].counts.items == 77


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE condensed_events SET form = 'another', counts = '{\"items\": 77}'",
        "UPDATE condensed_events SET at = '2020-01-01T00:00:00.000000+00:00', counts = '{\"items\": 77}'",
        "UPDATE condensed_events SET body = '{'",
        "UPDATE condensed_events SET counts = 'x'",
        'UPDATE condensed_events SET body = \'{"kind":"paused","by":"ann","reason":"lunch"}\'',
        "DELETE FROM condensed_events",
    ],
)
def test_what_does_not_fit_is_not_used_and_what_is_missing_is_made_good(
    journal: SqlJournal, damage: str
) -> None:
    journal.append("d1", 0, LONG)
    before = kept(journal)
    change(journal, damage)
    assert journal.read_condensed("d1") == whole(journal)
    if "form" in damage or "at =" in damage or "DELETE" in damage:
        assert kept(journal) == before
    assert journal.read_condensed("d1") == whole(journal)


def test_an_event_that_makes_no_sense_is_a_fault_that_names_it(journal: SqlJournal) -> None:
    journal.append("d1", 0, [SHORT, *LONG])
    change(journal, "UPDATE events SET body = '{}' WHERE seq = 1")
    with pytest.raises(StoreFault, match="Event 1 of d1"):
        journal.read_condensed("d1")


def test_a_disk_with_little_room_takes_the_event_and_keeps_no_short_form(tmp_path: Path) -> None:
    with disk_of(2, tmp_path / "disk") as disk:
        journal = SqlJournal(disk, ClockOfRecords())
        journal.append("d1", 0, LONG)
        fill(disk, leave=0)
        assert journal.read_condensed("d1") == whole(journal)
        assert kept(journal) == {}
        journal.close()


@pytest.mark.parametrize("name", NAMES)
def test_the_story_of_a_kept_fold_is_that_of_the_whole_journal(tmp_path: Path, name: str) -> None:
    keep_named(tmp_path / "home", name)
    journal = SqlJournal(tmp_path / "home", ClockOfRecords())
    assert story_on(journal, folded(journal, name)) == story_of(recorded(name))
    journal.close()


def test_a_story_goes_as_far_as_its_fold(tmp_path: Path) -> None:
    name = NAMES[0]
    keep_named(tmp_path / "home", name)
    journal = SqlJournal(tmp_path / "home", ClockOfRecords())
    records = journal.read(name)
    assert story_on(journal, fold(records[:7])) == story_of(records[:7])
    journal.close()


def test_a_store_with_stories_beside_its_folds_is_opened_and_tells_the_same(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    engine = create_engine(f"sqlite:///{tmp_path}/home/journal.sqlite")
    records = recorded(NAMES[0])
    with engine.begin() as connection:
        for step in STEPS[:4]:
            step(connection)
        connection.execute(text("ALTER TABLE folds ADD COLUMN story BLOB"))
        SCHEMA.create(connection)
        connection.execute(insert(SCHEMA), [{"version": n} for n in range(1, 5)])
        rows = [
            {
                "deployment": record.deployment,
                "seq": record.seq,
                "at": record.at.isoformat(timespec="microseconds"),
                "version": 1,
                "kind": record.event.kind,
                "body": record.event.model_dump_json(),
            }
            for record in records
        ]
        connection.execute(insert(EVENTS), rows)
        connection.execute(
            text("INSERT INTO folds VALUES (:d, 1, 'x', 'x', x'00', 'x', x'00', x'00', x'00')"),
            {"d": records[0].deployment},
        )
    engine.dispose()
    journal = SqlJournal(tmp_path / "home", ClockOfRecords())
    d = folded(journal, records[0].deployment)
    assert d == fold(records)
    assert story_on(journal, d) == story_of(records)
    journal.close()


def test_each_kind_with_a_list_of_checks_or_baselines_is_condensed() -> None:
    long = {event.kind for event in LONG}
    kinds = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(e.Event)[0])}
    with_lists = {
        name for name, kind in kinds.items() if {"results", "baselines", "outcome"} & set(kind.model_fields)
    }
    # What concerns the house is read from its own journal, and never condensed.
    assert with_lists - OF_THE_HOUSE == long


def test_ready_to_deploy_tells_the_same_from_short_events(journal: SqlJournal) -> None:
    journal.append("d1", 0, ready_to_deploy(HOSTS))
    d = folded(journal, "d1")
    assert kept(journal)
    assert story_on(journal, d) == story_of(journal.read("d1"))
