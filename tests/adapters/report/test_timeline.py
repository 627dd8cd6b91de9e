"""What is drawn of a deployment's time can be read: no label runs out of its bar or into a sign."""

from __future__ import annotations

import pytest

from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.timeline import LETTER, SIGN, Bar, _clear_of_signs, timeline_of
from orchestrator.domain.fold.fold import fold
from orchestrator.policy.telling.timeline import Result
from orchestrator.policy.telling.timeline_builder import story_of
from tests.journals.corpus import NAMES, recorded


@pytest.mark.parametrize("name", NAMES)
def test_labels_stay_in_their_bars_and_clear_of_the_signs_of_others(name: str) -> None:
    d, story = fold(recorded(name)), story_of(recorded(name))
    bars = timeline_of(d, story, Evidence(recorded(name)), d.ended_at or d.last_at).bars
    assert bars
    for bar in (bar for bar in bars if bar.label):
        end = bar.label_x + len(bar.label) * LETTER
        assert bar.x < bar.label_x
        assert end < bar.x + bar.width
        others = [other for other in bars if other.y == bar.y and other is not bar]
        assert not [other for other in others if other.sign_x is not None and within(other, bar.label_x, end)]


def within(bar: Bar, begin: float, end: float) -> bool:
    assert bar.sign_x is not None
    return begin - SIGN < bar.sign_x < end


def bar(x: float, width: float, result: Result, label: str = "") -> Bar:
    return Bar(x, 0.0, width, 26.0, "undo", result, label, x + 6.0, "")


@pytest.mark.parametrize(
    ("width", "before", "label", "begins"),
    [
        (80.0, bar(100.0, 4.0, "failed"), "backout", 118.0),
        (80.0, bar(100.0, 4.0, "unknown"), "backout", 118.0),
        (80.0, bar(100.0, 4.0, "passed"), "backout", 110.0),
        (80.0, bar(60.0, 44.0, "failed"), "backout", 110.0),
        (80.0, bar(20.0, 4.0, "failed"), "backout", 110.0),
        (58.0, bar(100.0, 4.0, "failed"), "", 118.0),
    ],
    ids=[
        "narrow, failed",
        "narrow, unknown",
        "narrow, passed",
        "wide, failed",
        "far away",
        "no room behind it",
    ],
)
def test_a_label_makes_room_for_the_sign_of_the_narrow_bar_before_it(
    width: float, before: Bar, label: str, begins: float
) -> None:
    _, drawn = _clear_of_signs([before, bar(104.0, width, "open", "backout")])
    assert (drawn.label, drawn.label_x) == (label, begins)
