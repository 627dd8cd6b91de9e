"""A slice of the faults on real hosts: each kind of fault once, in a phase that is drawn."""

import pytest

from tests.chaos.real.faults import FAULTS, PHASES, pairs
from tests.chaos.real.fleet import chosen, on_real_hosts
from tests.chaos.report import of_real

ROLLOUTS = 19
SEED = 3


@pytest.mark.fleet
@pytest.mark.timeout(900)
def test_faulted_rollouts_break_no_invariant() -> None:
    rollouts, seconds = on_real_hosts(chosen(ROLLOUTS, SEED), SEED, labs=2)
    table = of_real(rollouts, seconds)
    assert [rollout for rollout in rollouts if rollout.broken] == [], table
    assert sum(rollout.struck for rollout in rollouts) >= ROLLOUTS - 2, table


def test_a_slice_holds_every_fault() -> None:
    assert {fault.name for fault, _ in chosen(ROLLOUTS, SEED)} == {fault.name for fault in FAULTS}


def test_every_phase_is_struck_by_some_fault() -> None:
    assert {phase for _, phase in pairs()} == set(PHASES)
