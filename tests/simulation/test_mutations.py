"""The oracle can fail: a core broken on purpose is found out within some hundred seeds."""

import pytest

from tests.simulation.mutations import MUTATIONS, Mutate
from tests.simulation.oracle import broken
from tests.simulation.run import run
from tests.simulation.scenario import Scenario

WITHIN = 1000
"""Seeds in which every mutation must be found out."""
# Those that need many seeds until they are found out.
LONG = {"begins_waves_without_room", "calls_the_unreachable_quiet", "runs_once_as_often_as_asked"}


@pytest.mark.parametrize(
    ("mutate", "expected"),
    [
        pytest.param(*row, id=row[0].__name__, marks=[pytest.mark.slow] if row[0].__name__ in LONG else [])
        for row in MUTATIONS
    ],
)
def test_a_broken_core_is_found_out(mutate: Mutate, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch)
    for seed in range(WITHIN):
        scenario = Scenario(seed)
        try:
            deployment = run(scenario)
        except AssertionError:
            continue  # a core that never ends is found out too, but by another word
        if any(expected in word for word in broken(scenario, deployment)):
            return
    pytest.fail(f"{WITHIN} seeds found nothing")
