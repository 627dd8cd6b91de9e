"""The oracle can fail: a core broken on purpose is found out within some hundred seeds."""

import pytest

from tests.simulation.found_at import FOUND_AT, WITHIN, first_to_find, likely_first
from tests.simulation.mutations import MUTATIONS, Mutate

# Those that need many seeds until they are found out.
LONG = {
    "allows_every_change", "begins_waves_without_room", "calls_the_unreachable_quiet", "goes_on_when_inconclusive",
    "runs_once_as_often_as_asked", "takes_out_as_many_as_it_likes",
}  # fmt: skip


@pytest.mark.parametrize(
    ("mutate", "expected"),
    [
        pytest.param(*row, id=row[0].__name__, marks=[pytest.mark.slow] if row[0].__name__ in LONG else [])
        for row in MUTATIONS
    ],
)
def test_a_broken_core_is_found_out(mutate: Mutate, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch)
    seed = first_to_find(expected, likely_first(mutate.__name__))
    assert seed is not None, f"{WITHIN} seeds found nothing"


def test_the_seeds_known_to_find_something_are_of_mutations_that_there_are() -> None:
    assert FOUND_AT.keys() <= {mutate.__name__ for mutate, _ in MUTATIONS}
