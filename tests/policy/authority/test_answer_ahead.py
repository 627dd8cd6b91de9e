"""The answer ahead holds every reason of admission: as an objection to the plan, or as what is still asked."""

from __future__ import annotations

import pytest

from orchestrator.domain.authority.admission_answer import Admitted
from orchestrator.policy.authority.admission import admit
from orchestrator.policy.authority.answer_ahead import OF_PLAN, answer_ahead
from tests.policy.admission_cases import Row, question, rows


@pytest.mark.parametrize("row", rows(), ids=str)
def test_no_reason_is_lost(row: Row) -> None:
    asked = question(row.given)
    answer, ahead = admit(asked), answer_ahead(asked)
    reasons = () if isinstance(answer, Admitted) else answer.reasons
    assert ahead.still_asked == tuple(reason for reason in reasons if reason.code not in OF_PLAN)
    assert len(ahead.objections) == len([reason for reason in reasons if reason.code in OF_PLAN])
    for objection in ahead.objections:
        assert objection.path.partition(".")[0].partition("[")[0] in type(asked.plan).model_fields, objection
        assert " " in objection.next_move
