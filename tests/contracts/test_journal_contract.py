"""What every journal keeps: order without gaps, one writer for each number, and claims that exclude one another."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.journal.events import (
    HOUSE,
    DriverTook,
    EmergencyStopped,
    Event,
    Paused,
    Recorded,
    Resumed,
    Submitted,
)
from orchestrator.engine.ports import Journal, Progress
from orchestrator.errors import Conflict, Refused
from tests.fakes.clock import START, FakeClock
from tests.fakes.journal import FakeJournal
from tests.histories import ready_to_deploy
from tests.store.every_event import EVERY_EVENT

PAUSED = Paused(by="ann", reason="a call from the service desk")
RESUMED = Resumed(by="ann", reason="false alarm")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", "postgresql", "fake"])
def journal(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[Journal]:
    if request.param == "fake":
        yield FakeJournal(clock)
        return
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    real = SqlJournal(tmp_path / "store", clock, url=url)
    yield real
    real.close()


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, journal: Journal, clock: FakeClock, tmp_path: Path) -> Journal:
    """The same journal as another process sees it; of a server, a process on another machine."""
    if isinstance(journal, FakeJournal):
        return journal
    if "postgresql" not in request.node.name:
        return SqlJournal(tmp_path / "store", clock)
    return SqlJournal(tmp_path / "other machine", clock, url=request.getfixturevalue("database_url"))


def numbered_kinds(records: list[Recorded]) -> list[tuple[int, str]]:
    return [(record.seq, record.event.kind) for record in records]


def test_an_unknown_deployment_has_no_events(journal: Journal) -> None:
    assert journal.read("d1") == []
    assert journal.deployments() == []


def test_what_is_appended_is_read_again(journal: Journal, clock: FakeClock) -> None:
    first = journal.append("d1", 0, [Submitted(by="ann")])
    clock.sleep(1.5)
    second = journal.append("d1", 1, [PAUSED, RESUMED])
    assert journal.read("d1") == first + second
    assert numbered_kinds(first + second) == [(1, "submitted"), (2, "paused"), (3, "resumed")]
    assert [(record.at - START).total_seconds() for record in first + second] == [0, 1.5, 1.5]


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.kind)
def test_every_kind_of_event_comes_back_as_it_was(journal: Journal, event: Event) -> None:
    appended = journal.append("d1", 0, [event])
    assert [record.event for record in appended] == [event]
    assert journal.read("d1") == appended


def test_reading_begins_after_a_number(journal: Journal) -> None:
    journal.append("d1", 0, [Submitted(by="ann"), PAUSED, RESUMED])
    assert numbered_kinds(journal.read("d1", after=1)) == [(2, "paused"), (3, "resumed")]
    assert journal.read("d1", after=3) == []


def test_so_many_events_are_read_and_no_more(journal: Journal) -> None:
    journal.append("d1", 0, [Submitted(by="ann"), PAUSED, RESUMED])
    for most, numbers in ((1, [1]), (2, [1, 2]), (9, [1, 2, 3])):
        assert [record.seq for record in journal.read("d1", most=most)] == numbers
    assert [record.seq for record in journal.read("d1", after=1, most=1)] == [2]


@pytest.mark.parametrize("expected", [0, 1, 3, 99, -1])
def test_another_number_than_the_last_is_a_conflict_and_appends_nothing(
    journal: Journal, expected: int
) -> None:
    journal.append("d1", 0, [Submitted(by="ann"), PAUSED])
    with pytest.raises(Conflict, match="d1"):
        journal.append("d1", expected, [RESUMED, PAUSED])
    assert numbered_kinds(journal.read("d1")) == [(1, "submitted"), (2, "paused")]
    assert numbered_kinds(journal.append("d1", 2, [RESUMED])) == [(3, "resumed")]


def test_what_is_appended_was_shown_before_to_who_may_refuse_it(journal: Journal) -> None:
    shown: list[Recorded] = []

    def show(records: Sequence[Recorded]) -> Sequence[CmdbUpdate]:
        shown.extend(records)
        return ()

    def refuse(records: Sequence[Recorded]) -> Sequence[CmdbUpdate]:
        shown.extend(records)
        raise Refused("not lawful")

    with pytest.raises(Refused, match="not lawful"):
        journal.append("d1", 0, [Submitted(by="ann"), PAUSED], refuse)
    assert numbered_kinds(shown) == [(1, "submitted"), (2, "paused")]
    assert journal.read("d1") == []
    shown.clear()
    appended = journal.append("d1", 0, [Submitted(by="ann"), PAUSED], show)
    assert all(record is other for record, other in zip(appended, shown, strict=True))
    with pytest.raises(Conflict):
        journal.append("d1", 0, [RESUMED], refuse)


def test_nothing_to_append_still_asks_for_the_last_number(journal: Journal) -> None:
    assert journal.append("d1", 0, []) == []
    assert journal.deployments() == []
    with pytest.raises(Conflict):
        journal.append("d1", 1, [])


def test_deployments_do_not_mix(journal: Journal) -> None:
    journal.append("d1", 0, [Submitted(by="ann")])
    journal.append("d2", 0, [PAUSED])
    assert numbered_kinds(journal.read("d1")) == [(1, "submitted")]
    assert numbered_kinds(journal.read("d2")) == [(1, "paused")]


def test_deployments_are_listed_newest_first(journal: Journal, clock: FakeClock) -> None:
    for name in ("b", "c", "a"):
        journal.append(name, 0, [Submitted(by="ann")])
        clock.sleep(0.001)
    journal.append("b", 1, [PAUSED])
    assert journal.deployments() == ["a", "c", "b"]


def test_condensed_events_are_those_of_the_whole_ones(journal: Journal) -> None:
    journal.append("d1", 0, EVERY_EVENT)
    journal.append("d2", 0, ready_to_deploy([f"host{n}" for n in range(100)]))
    for name in ("d1", "d2"):
        expected = [condensed(record) for record in journal.read(name)]
        assert journal.read_condensed(name) == expected
        assert journal.read_condensed(name, after=2) == expected[2:]
    assert journal.read_condensed("gone") == []


def test_deployments_of_one_moment_are_listed_by_name_backwards(journal: Journal) -> None:
    for name in ("b", "c", "a"):
        journal.append(name, 0, [Submitted(by="ann")])
    assert journal.deployments() == ["c", "b", "a"]


def test_the_journal_of_the_house_is_no_deployment(journal: Journal) -> None:
    appended = journal.append(HOUSE, 0, [EmergencyStopped(by="ann", reason="smoke")])
    journal.append("d1", 0, [PAUSED])
    assert journal.read(HOUSE) == appended
    assert journal.deployments() == ["d1"]


@pytest.mark.parametrize("name", ["../d1", "", "a/b", ".hidden", "d 1", "d\n"])
def test_a_name_that_is_none_is_refused(journal: Journal, name: str) -> None:
    with pytest.raises(ValidationError):
        journal.append(name, 0, [PAUSED])
    with pytest.raises(ValidationError):
        journal.drive_alone(name)
    assert journal.deployments() == []


def test_one_drives_alone(journal: Journal) -> None:
    with journal.drive_alone("d1"), pytest.raises(Conflict, match="d1"):
        journal.drive_alone("d1")


def test_one_drives_alone_wherever_the_others_are(journal: Journal, elsewhere: Journal) -> None:
    with journal.drive_alone("d1"):
        with pytest.raises(Conflict, match=r"d1 is driven"):
            elsewhere.drive_alone("d1")
        with elsewhere.drive_alone("d2"):
            pass
    with elsewhere.drive_alone("d1"), pytest.raises(Conflict, match="d1"):
        journal.drive_alone("d1")
    with journal.drive_alone("d1"):
        pass


def test_the_claim_is_made_at_the_call(journal: Journal) -> None:
    claim = journal.drive_alone("d1")
    with pytest.raises(Conflict):
        journal.drive_alone("d1")
    with claim:
        pass
    with journal.drive_alone("d1"):
        pass


def test_a_claim_ends_also_when_the_driver_fails(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError), journal.drive_alone("d1"):
        raise ZeroDivisionError
    with journal.drive_alone("d1"):
        pass


def test_other_deployments_are_driven_meanwhile(journal: Journal) -> None:
    with journal.drive_alone("d1"), journal.drive_alone("d2"):
        pass


def test_everybody_may_append_to_a_driven_deployment(journal: Journal) -> None:
    with journal.drive_alone("d1"):
        journal.append("d1", 0, [DriverTook(driver="here:1", by="ann")])
        assert numbered_kinds(journal.append("d1", 1, [PAUSED])) == [(2, "paused")]


def test_the_house_journal_is_no_deployment(journal: Journal) -> None:
    journal.append(HOUSE, 0, [EmergencyStopped(by="ann", reason="fire")])
    assert journal.deployments() == []
    assert [record.event.kind for record in journal.read(HOUSE)] == ["emergency_stopped"]


def test_progress_is_known_of_those_that_have_events(journal: Journal) -> None:
    journal.append("d1", 0, [Submitted(by="ann"), PAUSED])
    journal.append("d2", 0, [PAUSED])
    journal.append("d3", 0, [PAUSED])
    assert journal.progress(["d1", "gone", "d2"]) == {"d1": Progress(2, None), "d2": Progress(1, None)}
    assert journal.progress([]) == {}


def test_a_fold_that_is_kept_comes_back_as_it_was_until_a_later_one_is_kept(journal: Journal) -> None:
    for event in ready_to_deploy():
        journal.append("d1", len(journal.read("d1")), [event])
    records = journal.read("d1")
    journal.keep([fold(records[:3])])
    assert journal.progress(["d1"]) == {"d1": Progress(7, fold(records[:3]))}
    assert journal.briefs() == {}
    journal.keep([fold(records)])
    assert journal.progress(["d1"]) == {"d1": Progress(7, fold(records))}
    assert journal.briefs() == {"d1": brief_of(fold(records))}
    assert journal.read("d1") == records


def test_folds_of_many_are_kept_and_asked_for_at_once(journal: Journal) -> None:
    names = [f"d{n}" for n in range(450)]
    for name in names:
        journal.append(name, 0, ready_to_deploy()[:2])
    folds = {name: fold(journal.read(name)) for name in names}
    journal.keep(list(folds.values()))
    assert journal.progress(names) == {name: Progress(2, folds[name]) for name in names}
    assert journal.briefs() == {name: brief_of(d) for name, d in folds.items()}
    journal.append("d3", 2, [PAUSED])
    assert set(journal.briefs()) == set(names) - {"d3"}
    journal.keep([])


def test_an_event_comes_back_after_the_clock_was_set_back(journal: Journal, clock: FakeClock) -> None:
    journal.append("d1", 0, [PAUSED])
    clock.jump(-3600)
    journal.append("d1", 1, [RESUMED])
    assert [(record.at - START).total_seconds() for record in journal.read("d1")] == [0, -3600]
