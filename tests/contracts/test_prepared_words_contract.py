"""What every keeper of words that wait for a signature does: each is good once, for its session, for minutes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.prepared_words import prepared_words_beside
from orchestrator.domain.authority.prepared_word import PATIENCE, PreparedWord
from orchestrator.engine.prepared_ports import PreparedWords
from tests.fakes.clock import FakeClock
from tests.fakes.prepared_words import FakePreparedWords

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINE, OTHERS = "a" * 64, "b" * 64
NUMBER = "1" * 32
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["sqlite", "postgresql", "fake"])
def words(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PreparedWords]:
    if request.param == "fake":
        yield FakePreparedWords()
        return
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    journal = SqlJournal(tmp_path, FakeClock(), url=url)
    yield prepared_words_beside(journal)
    journal.close()


def word(number: str = NUMBER, session: str = MINE) -> PreparedWord:
    return PreparedWord(
        number=number,
        session=session,
        person="Ann",
        deployment="app-2.0",
        about="word abort",
        fields={"reason": ["it burns ✗"], "hosts": ["h1", "h2"]},
        statement='{"verb": "abort"}',
        until=NOW + PATIENCE,
    )


def test_it_is_taken_once(words: PreparedWords) -> None:
    words.keep(word(), NOW)
    assert words.take(NUMBER, MINE, NOW) == word()
    assert words.take(NUMBER, MINE, NOW) is None


def test_another_session_neither_gets_it_nor_spends_it(words: PreparedWords) -> None:
    words.keep(word(), NOW)
    assert words.take(NUMBER, OTHERS, NOW) is None
    assert words.take(NUMBER, MINE, NOW) == word()


@pytest.mark.parametrize(("late", "there"), [(PATIENCE - SECOND, True), (PATIENCE, False)])
def test_it_is_good_for_minutes(words: PreparedWords, late: timedelta, there: bool) -> None:  # noqa: FBT001
    words.keep(word(), NOW)
    assert (words.take(NUMBER, MINE, NOW + late) is not None) == there


def test_what_is_over_goes_with_the_next(words: PreparedWords) -> None:
    words.keep(word(), NOW)
    words.keep(word("2" * 32).model_copy(update={"until": NOW + 3 * PATIENCE}), NOW + 2 * PATIENCE)
    assert words.take(NUMBER, MINE, NOW) is None
    assert words.take("2" * 32, MINE, NOW) is not None


def test_of_many_that_take_it_one_gets_it(words: PreparedWords) -> None:
    words.keep(word(), NOW)
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: words.take(NUMBER, MINE, NOW), range(8)))
    assert [each for each in got if each is not None] == [word()]


def test_a_form_comes_first_once(words: PreparedWords) -> None:
    until = NOW + PATIENCE
    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(lambda _: words.first("form 1", until, NOW), range(8)))
    assert sorted(firsts) == [False] * 7 + [True]
    assert words.first("form 2", until, NOW)
    assert words.first("form 1", until + PATIENCE, until)


def test_a_mark_is_no_word(words: PreparedWords) -> None:
    words.first(NUMBER, NOW + PATIENCE, NOW)
    assert words.take(NUMBER, MINE, NOW) is None
