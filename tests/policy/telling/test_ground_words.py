"""Grounds in words: every ground of a start has some, and what people wrote is put into them as it is."""

from typing import get_args

from orchestrator.domain.authority.ground import AgreedCode, ChangeCode, Ground, MetricCode, StartCode
from orchestrator.policy.telling.words.ground_words import WORDS, ground_words, window_basis


def test_every_ground_of_a_start_and_of_a_change_has_words() -> None:
    assert set(WORDS) == {
        *get_args(StartCode),
        *get_args(ChangeCode),
        *get_args(MetricCode),
        *get_args(AgreedCode),
    }


def test_a_reason_that_looks_like_a_form_is_only_text() -> None:
    values: dict[str, str | int] = {"person": "Bo", "role": "service owner", "reason": "{role} {nothing} %s"}
    given = Ground(code="approval.given", values=values)
    assert ground_words(given) == "approved by Bo as service owner ({role} {nothing} %s)"


def test_the_basis_of_a_window_is_of_the_calendar_alone() -> None:
    grounds = (
        Ground(code="window.open", values={"closes": "2026-03-03T02:00:00+00:00"}),
        Ground(code="time.undoable", values={"waves": 2, "of": 3}),
        Ground(
            code="approval.given", values={"person": "Bo", "role": "service owner", "reason": "open until"}
        ),
    )
    assert window_basis(grounds) == (
        "open until 2026-03-03T02:00:00+00:00; 2 of 3 waves can start and still be undone before then"
    )
