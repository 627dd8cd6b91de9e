"""Kept folds are a cache: whatever is kept, forgotten, cut or damaged, what is folded equals the fold of the whole journal."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.caches import folds
from orchestrator.adapters.store.database import ROOMY
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.fold.fold import apply, fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.lookup.snapshots import KEEP_EVERY, briefs, every, folded
from orchestrator.engine.ports import Clock
from orchestrator.errors import NotFound
from tests.histories import ready_to_deploy
from tests.journals.corpus import NAMES, recorded
from tests.journals.home import ClockOfRecords, keep_named
from tests.simulation.run import run
from tests.simulation.scenario import Scenario
from tests.worlds.small_disk import disk_of, fill

SEEDS = 60


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def journal(home: Path) -> Iterator[SqlJournal]:
    opened = SqlJournal(home, ClockOfRecords())
    yield opened
    opened.close()


class CountingJournal(SqlJournal):
    """Notes whose events were read."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        super().__init__(directory, clock)
        self.asked: list[str] = []

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        self.asked.append(deployment)
        return super().read(deployment, after, most=most)


def sha256(content: bytes) -> bytes:
    """The mark of a home whose secret everybody knows."""
    return hashlib.sha256(content).digest()


def revived(d: Deployment) -> Deployment:
    row = folds._row(d, sha256)
    back = folds._revived(d.id, row["body"], row["mark"], sha256)  # type: ignore[arg-type]
    assert back is not None
    return back


def simulated(seed: int) -> list[Recorded]:
    scenario = Scenario(seed)
    return scenario.journal.records[run(scenario).id]


@pytest.mark.parametrize("part", range(6))
def test_from_every_point_of_a_simulated_journal_the_rest_leads_to_the_same(part: int) -> None:
    for seed in range(part, SEEDS, 6):
        records = simulated(seed)
        whole, so_far = fold(records), None
        for n, record in enumerate(records, 1):
            so_far = apply(so_far, record)
            kept = revived(so_far)
            assert kept == so_far, f"seed {seed}, event {n}"
            for rest in records[n:]:
                kept = apply(kept, rest)
            assert kept == whole, f"seed {seed}, event {n}"


@pytest.mark.parametrize("name", NAMES)
def test_whatever_was_kept_before_the_real_journal_gives_the_whole_fold(home: Path, name: str) -> None:
    random, clock = Random(name), ClockOfRecords()
    journal = SqlJournal(home, clock)
    records = recorded(name)
    for n, record in enumerate(records, 1):
        clock.show(record.at)
        journal.append(name, n - 1, [record.event])
        if random.random() < 0.2:
            journal.keep([fold(journal.read(name)[: random.randint(1, n)])])
        if random.random() < 0.3:
            assert folded(journal, name) == fold(journal.read(name))
    assert folded(journal, name) == fold(journal.read(name))
    journal.close()


def test_every_deployment_newest_first(home: Path) -> None:
    keep_named(home, *NAMES)
    journal = SqlJournal(home, ClockOfRecords())
    for _ in range(2):
        assert [d.id for d in every(journal)] == journal.deployments()
        assert list(every(journal)) == [fold(journal.read(name)) for name in journal.deployments()]
    journal.close()


def test_a_deployment_that_is_over_is_folded_once(home: Path) -> None:
    keep_named(home, *NAMES)
    journal = SqlJournal(home, ClockOfRecords())
    before = list(every(journal))
    counting = CountingJournal(home, ClockOfRecords())
    assert list(every(counting)) == before
    assert set(counting.asked) == {d.id for d in before if not d.over and d.seq < KEEP_EVERY}
    journal.close()
    counting.close()


def test_briefs_are_those_of_the_folds_whether_they_were_kept_or_not(home: Path) -> None:
    keep_named(home, *NAMES)
    journal = SqlJournal(home, ClockOfRecords())
    expected = [brief_of(fold(journal.read(name))) for name in journal.deployments()]
    assert briefs(journal) == expected
    assert briefs(journal) == expected
    assert briefs(journal, excluding=expected[3].id) == expected[:3] + expected[4:]
    with journal.database.writing() as connection:
        connection.execute(text("UPDATE folds SET brief = '{}'"))
    assert briefs(journal) == expected
    journal.close()


def test_briefs_of_what_is_over_are_made_from_no_event(home: Path) -> None:
    keep_named(home, *NAMES)
    journal = SqlJournal(home, ClockOfRecords())
    before = briefs(journal)
    counting = CountingJournal(home, ClockOfRecords())
    assert briefs(counting) == before
    assert not {brief.id for brief in before if brief.over} & set(counting.asked)
    journal.close()
    counting.close()


def test_what_nobody_began_is_not_found(journal: SqlJournal) -> None:
    with pytest.raises(NotFound, match="d1"):
        folded(journal, "d1")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE folds SET form = 'another'",
        "UPDATE folds SET body = x'00'",
        "UPDATE folds SET seq = seq + 1",
        "UPDATE folds SET seq = 99",
        "UPDATE folds SET at = '2020-01-01T00:00:00.000000+00:00'",
        "DELETE FROM folds",
    ],
)
def test_a_kept_fold_that_does_not_fit_is_not_used(journal: SqlJournal, damage: str) -> None:
    journal.append("d1", 0, ready_to_deploy()[:1])
    journal._clock.sleep(1)
    journal.append("d1", 1, ready_to_deploy()[1:2])
    journal._clock.sleep(1)
    journal.append("d1", 2, ready_to_deploy()[2:])
    whole = fold(journal.read("d1"))
    two = fold(journal.read("d1")[:2])
    journal.keep([two.model_copy(update={"by": "somebody else"})])
    assert folded(journal, "d1").by == "somebody else"  # the cache is really used
    with journal.database.writing() as connection:
        connection.execute(text(damage))
    assert folded(journal, "d1") == whole


@pytest.mark.parametrize(("free", "roomy_above"), [(0, ROOMY), (1 << 20, ROOMY), (0, -1)])
def test_a_disk_with_little_room_keeps_nothing_and_says_nothing(
    tmp_path: Path, free: int, roomy_above: int
) -> None:
    thrown: list[str] = []

    def relief(deployment: str) -> bool:
        thrown.append(deployment)
        return False

    with disk_of(2, tmp_path / "disk") as disk:
        journal = SqlJournal(disk, ClockOfRecords(), relief=relief, roomy_above=roomy_above)
        journal.append("d1", 0, ready_to_deploy())
        fill(disk, leave=free)
        assert folded(journal, "d1") == fold(journal.read("d1"))
        journal.keep([fold(journal.read("d1"))])
        assert journal.progress(["d1"])["d1"].kept is None
        assert thrown == []
        journal.close()


def test_readers_that_keep_do_not_disturb_a_writer(home: Path) -> None:
    keep_named(home, *NAMES)
    stop = threading.Event()
    faults: list[BaseException] = []

    def look() -> None:
        own = SqlJournal(home, ClockOfRecords())
        try:
            while not stop.is_set():
                own.keep([folded(own, name) for name in own.deployments()])
        except BaseException as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            own.close()

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    writer = SqlJournal(home, ClockOfRecords())
    for n in range(30):
        writer.append(f"new-{n}", 0, ready_to_deploy())
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(list(every(writer))) == len(NAMES) + 30
    writer.close()
