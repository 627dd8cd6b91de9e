"""The contract of what lets people in: digests by what they are for, kept until they are taken or over."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.people.sql_people import people_beside
from orchestrator.domain.authority.login_try import LoginTry
from orchestrator.engine.people_ports import Mark, MarkKind, PeopleStore, RefusalSeen
from tests.fakes.clock import START, FakeClock
from tests.fakes.people import FakePeople

HOUR = timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PeopleStore]:
    if request.param == "fake":
        yield FakePeople()
        return
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    journal = SqlJournal(tmp_path / "store", FakeClock(), url=url)
    yield people_beside(journal)
    journal.close()


def mark(digest: str, kind: MarkKind = "session", login: str = "ada", hours: int = 0) -> Mark:
    at = START + hours * HOUR
    return Mark(digest, kind, login, at, at, at + HOUR, '{"way": "Grüße"}')


def test_a_password_is_replaced_and_removed(store: PeopleStore) -> None:
    assert store.password("ada") is None
    store.keep_password("ada", "one")
    store.keep_password("ada", "two")
    store.keep_password("bo", "three")
    assert (store.password("ada"), store.password("bo")) == ("two", "three")
    store.keep_password("ada", None)
    assert (store.password("ada"), store.password("bo")) == (None, "three")


def test_a_mark_is_known_by_its_kind_alone(store: PeopleStore) -> None:
    store.add(mark("d1"))
    assert store.mark("d1", "session") == mark("d1")
    assert store.mark("d1", "token") is None
    assert store.mark("d2", "session") is None


def test_marks_of_a_person_are_listed_the_newest_first(store: PeopleStore) -> None:
    for each in (mark("d1"), mark("d2", hours=1), mark("d3", login="bo"), mark("d4", "token")):
        store.add(each)
    assert [each.digest for each in store.marks("session", "ada")] == ["d2", "d1"]


def test_of_a_kind_the_newest_are_kept_whosever_they_are(store: PeopleStore) -> None:
    for number in range(5):
        store.add(mark(f"f{number}", "flow", login="" if number % 2 else "bo", hours=number))
    store.add(mark("d1"))
    store.keep_newest("flow", 5)
    assert store.mark("f0", "flow") is not None
    store.keep_newest("flow", 2)
    kept = [name for name in ("f0", "f1", "f2", "f3", "f4") if store.mark(name, "flow") is not None]
    assert kept == ["f3", "f4"]
    assert store.mark("d1", "session") is not None


def test_a_mark_that_is_seen_stays_as_it_is(store: PeopleStore) -> None:
    store.add(mark("d1"))
    store.touch("d1", START + HOUR)
    store.touch("d9", START + HOUR)
    assert store.mark("d1", "session") == mark("d1")._replace(seen=START + HOUR)


def test_a_mark_is_taken_once(store: PeopleStore) -> None:
    store.add(mark("d1", "invitation"))
    assert store.take("d1", "session") is None
    assert store.take("d1", "invitation") == mark("d1", "invitation")
    assert store.take("d1", "invitation") is None


def test_of_several_who_take_a_mark_one_gets_it(store: PeopleStore) -> None:
    if isinstance(store, FakePeople):
        pytest.skip("the fake is for one thread")
    store.add(mark("d1", "flow"))
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: store.take("d1", "flow"), range(4)))
    assert sorted(each is not None for each in taken) == [False, False, False, True]


def test_all_of_a_person_are_removed_but_one(store: PeopleStore) -> None:
    for each in (mark("d1"), mark("d2"), mark("d3", login="bo"), mark("d4", "token")):
        store.add(each)
    store.remove_all("session", "ada", but="d2")
    assert [store.mark(name, "session") is not None for name in ("d1", "d2", "d3")] == [False, True, True]
    assert store.mark("d4", "token") is not None


def test_what_is_over_is_swept(store: PeopleStore) -> None:
    for each in (mark("d1"), mark("d2", hours=1)):
        store.add(each)
    store.sweep(START + HOUR)
    assert (store.mark("d1", "session"), store.mark("d2", "session")) == (None, mark("d2", hours=1))


def test_tries_are_kept_for_a_day(store: PeopleStore) -> None:
    first, second, third = (LoginTry(START + n * 13 * HOUR, "name", "place", n == 1) for n in range(3))
    for each in (first, second):
        store.note_try(each)
    assert store.tries(START) == [second, first]
    assert store.tries(START + HOUR) == [second]
    store.note_try(third)
    assert store.tries(START) == [third, second]


def test_refusals_are_listed_the_newest_first(store: PeopleStore) -> None:
    seen = [RefusalSeen(START + n * HOUR, "ada", "192.0.2.1", "GET", f"/{n}", "see", "why") for n in range(3)]
    for each in seen:
        store.note_refusal(each)
    assert store.refusals(2) == [seen[2], seen[1]]
