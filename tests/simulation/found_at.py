"""Seeds that are known to find out broken cores, so that a test need not look for them again.

Whoever changes what a seed means makes the list anew: `python -m tests.simulation.found_at`. An old one finds as much, later.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.simulation.mutations import MUTATIONS, Mutate
from tests.simulation.oracle import broken
from tests.simulation.run import run
from tests.simulation.scenario import Scenario

WITHIN = 1000
"""Seeds in which every mutation must be found out."""
EARLY = 20
"""Seeds that take no time worth a line in the list."""
FOUND_AT = {
    "leaves_verified_hosts_out": 51,
    "counts_unknown_as_up": 149,
    "takes_no_answer_for_equality": 39,
    "looks_for_no_processes": 33,
    "overlooks_what_no_item_covers": 56,
    "gives_up_what_it_did_not_begin": 30,
    "pads_with_passes": 37,
    "forgets_what_has_no_answer": 522,
    "knows_checks_by_title": 522,
    "calls_it_stopped_while_it_runs": 77,
    "calls_everything_completed": 62,
    "begins_waves_without_room": 139,
    "calls_the_unreachable_quiet": 77,
    "compares_no_copy_after_a_run": 97,
    "goes_on_from_a_changed_copy": 494,
    "goes_on_after_opened_files": 77,
    "allows_every_change": 60,
    "takes_no_capture_for_no_change": 333,
    "goes_over_others_untold": 37,
    "leaves_hosts_out_unagreed": 43,
    "takes_back_unagreed": 48,
    "goes_on_when_inconclusive": 511,
    "takes_silence_for_success": 391,
}


def likely_first(name: str) -> Iterable[int]:
    """All seeds, the one at which this mutation was last found out before the others."""
    return dict.fromkeys((FOUND_AT.get(name, 0), *range(WITHIN)))


def first_to_find(expected: str, seeds: Iterable[int]) -> int | None:
    """The first of these seeds at which the oracle says what is expected of the core as it is now."""
    for seed in seeds:
        scenario = Scenario(seed)
        try:
            deployment = run(scenario)
        except AssertionError:
            continue  # a core that never ends is found out too, but by another word
        if any(expected in word for word in broken(scenario, deployment)):
            return seed
    return None


def first_to_find_out(mutate: Mutate, expected: str) -> int | None:
    """The smallest seed that finds it out."""
    with pytest.MonkeyPatch.context() as patch:
        mutate(patch)
        return first_to_find(expected, range(WITHIN))


if __name__ == "__main__":
    for each, word in MUTATIONS:
        seed = first_to_find_out(each, word)
        if seed is None or seed >= EARLY:
            print(f'    "{each.__name__}": {seed},', flush=True)
