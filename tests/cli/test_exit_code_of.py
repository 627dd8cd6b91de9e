"""Where a deployment stands decides how the command ends."""

import pytest

from orchestrator.domain.journal.lifecycle import OVER, State
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.exit_codes import exit_code_of
from tests.journals.corpus import folded

ENDS = {
    State.COMPLETED: 0,
    State.COMPLETED_WITH_EXCEPTIONS: 1,
    State.REFUSED: 4,
    State.BACKED_OUT: 5,
    State.BACKED_OUT_WITH_RESIDUE: 6,
    State.BACKOUT_FAILED: 7,
    State.CANCELLED: 9,
}


@pytest.mark.parametrize("state", State)
def test_the_code_of_each_state(state: State) -> None:
    d = folded("held").model_copy(update={"state": state})
    assert exit_code_of(d) == ENDS.get(state, ExitCode.HELD)


def test_every_end_has_a_code_of_its_own() -> None:
    assert set(ENDS) == set(OVER)
    assert len(set(ENDS.values())) == len(ENDS)
