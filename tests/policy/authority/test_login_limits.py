"""How long whoever tries to log in waits: a table of tries, and when the next one is taken."""

from datetime import timedelta

import pytest

from orchestrator.domain.authority.login_try import LoginTry
from orchestrator.policy.authority.login_limits import LONGEST, OF_ALL, OF_NAME, OF_PLACE, SPAN, free_at
from tests.fakes.clock import START


def tries(*made: tuple[float, str, str, bool]) -> list[LoginTry]:
    """The newest first, each so many seconds ago."""
    return [LoginTry(START - timedelta(seconds=ago), name, place, good) for ago, name, place, good in made]


def wrong(count: int, name: str = "n", place: str = "p", ago: float = 0) -> list[LoginTry]:
    return tries(*[(ago, name, place, False)] * count)


def spread(count: int, **same: str) -> list[LoginTry]:
    """Wrong tries, each of another name and place but for what is the same."""
    return [
        LoginTry(START, same.get("name", f"n{n}"), same.get("place", f"p{n}"), good=False)
        for n in range(count)
    ]


TABLE = {
    "nothing yet": ([], False, 0),
    "two wrong": (wrong(2), False, 0),
    "three wrong": (wrong(3), False, 2),
    "four wrong": (wrong(4), False, 4),
    "five wrong, a second ago": (wrong(5, ago=1), False, 7),
    "fifty wrong": (wrong(50), False, LONGEST.total_seconds()),
    "fifty wrong in a known browser": (wrong(50), True, LONGEST.total_seconds()),
    "a good one since": (tries((0, "n", "p", True)) + wrong(9), False, 0),
    "a good one of another since": (tries((0, "m", "p", True)) + wrong(9), False, 128),
    "another name from here": (wrong(9, name="m"), False, 0),
    "this name elsewhere": (wrong(9, place="q"), False, 0),
    "many names from here": (spread(OF_PLACE, place="p"), False, SPAN.total_seconds()),
    "many names from here, in a known browser": (spread(OF_PLACE, place="p"), True, 0),
    "one less": (spread(OF_PLACE - 1, place="p"), False, 0),
    "this name from everywhere": (spread(OF_NAME, name="n"), False, SPAN.total_seconds()),
    "this name from everywhere, in a known browser": (spread(OF_NAME, name="n"), True, 0),
    "everybody from everywhere": (spread(OF_ALL), False, SPAN.total_seconds()),
    "everybody from everywhere, in a known browser": (spread(OF_ALL), True, 0),
    "long ago": (tries(*[(3601, f"n{n}", "p", False) for n in range(500)]), False, 0),
    "good ones take theirs back": (tries(*[(0, "m", "p", True), (0, "m", "p", False)] * 200), False, 0),
}


@pytest.mark.parametrize("case", TABLE)
def test_when_the_next_try_is_taken(case: str) -> None:
    made, known, seconds = TABLE[case]
    free = free_at(made, "n", "p", START, known=known)
    assert max((free - START).total_seconds(), 0) == seconds
