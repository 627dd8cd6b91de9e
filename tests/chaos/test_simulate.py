"""The command that simulates: the same seeds give the same tally, however many processes share them."""

import pytest

from tests.chaos.report import of_simulation
from tests.chaos.simulate import simulate


@pytest.mark.slow
def test_the_same_seeds_give_the_same_tally() -> None:
    alone, together = simulate(300, first=50, jobs=1), simulate(300, first=50, jobs=2)
    assert alone.broken == together.broken == []
    assert (alone.outcomes, alone.injected) == (together.outcomes, together.injected)
    assert alone.seeds == 300
    assert "broken invariants: 0" in of_simulation(alone)
