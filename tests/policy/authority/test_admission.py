"""Admission by its table: each row is admitted, or refused for exactly the reasons it lists."""

from __future__ import annotations

from typing import get_args

import pytest

from orchestrator.domain.authority.admission_answer import Admitted, NotAdmitted, ReasonCode
from orchestrator.domain.plan.effective_plan import INGREDIENTS
from orchestrator.policy.authority.admission import admit
from orchestrator.policy.telling.words.ground_words import ground_words
from tests.policy.admission_cases import Row, question, reason_lines, rows
from tests.policy.late_cases import rows as late_rows

TABLE = rows()


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_row(row: Row) -> None:
    answer = admit(question(row.given))
    assert reason_lines(answer) == row.reasons, str(answer)
    assert row.says in str(answer)
    if isinstance(answer, NotAdmitted):
        for reason in answer.reasons:
            assert len(reason.found) > 8
            assert " " in reason.next_move
            assert "None" not in str(reason)
    if isinstance(answer, Admitted):
        whole = "\n".join(
            (*map(ground_words, answer.grounds), *answer.set_aside, *answer.overridden, str(answer.review_by))
        )
        assert [ground for ground in row.grounds if ground not in whole] == [], whole


def test_the_table_is_long_and_no_row_comes_twice() -> None:
    assert len(TABLE) >= 150
    assert len({row.what for row in TABLE}) == len(TABLE)
    assert len({repr(row.given) for row in TABLE}) == len(TABLE)


def test_every_reason_there_is_has_a_row() -> None:
    late = [reason for row in late_rows() if row.ask != "give" for reason in row.reasons]
    reasons = (*(reason for row in TABLE for reason in row.reasons), *late)
    codes = {reason.partition(" ")[0] for reason in reasons}
    seen_elsewhere = {
        "plan.changed",
        "plan.faulty",
        "conflict.runs",
    }  # tests/engine: the disk, and the other journals
    # tests/policy/authority/test_spoken_words.py: a word is refused before it is on a journal
    of_words = {code for code in get_args(ReasonCode) if code.startswith("word.")}
    # tests/engine/test_manual_steps.py: so is a word on work by hand
    of_words |= {code for code in get_args(ReasonCode) if code.startswith("step.")}
    assert codes == set(get_args(ReasonCode)) - seen_elsewhere - of_words


def test_every_swap_names_what_was_swapped() -> None:
    swaps = [row for row in TABLE if row.file == "swaps" and row.reasons]
    assert all(row.says for row in swaps)
    assert {row.says.partition(" (")[0] for row in swaps} >= set(INGREDIENTS)
