"""The check of a plan says which of its messages would not be sent, and what its policy has told."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.rules.communication_rule import CommunicationRule
from orchestrator.policy.planning.messages_reach import unreached
from tests.worlds.plans import plan_of, plan_tree

DESK: dict[str, Any] = {"audience": "service desk", "channel": "mail"}
MAIL = {"by": "mail", "to": ["desk@example.net"], "at": ["end"]}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{**DESK, "notify": MAIL}], []),
        ([{**DESK, "notify": {**MAIL, "by": "male"}}], ["communication[0].notify.by"]),
        ([{**DESK, "notify": {**MAIL, "to": []}}], ["communication[0].notify.to"]),
        ([{**DESK, "notify": {"by": "chat", "at": ["end"]}}], []),
        ([DESK], ["communication[0]"]),
        ([DESK, {**DESK, "audience": "Service  Desk"}], ["communication[0]"]),
        ([DESK, {**DESK, "notify": MAIL}], []),
        ([{**DESK, "notify": MAIL}, {**DESK, "audience": "customer"}], ["communication[1]"]),
    ],
)
def test_what_does_not_reach_anybody_is_named(entries: list[dict[str, Any]], expected: list[str]) -> None:
    plan = plan_of({**plan_tree(), "communication": entries})
    faults = list(unreached(plan, {"mail": "mail", "chat": "webhook"}))
    assert [each.path for each in faults] == expected


def test_a_house_without_channels_has_nobody_told_by_hand_named() -> None:
    assert list(unreached(plan_of({**plan_tree(), "communication": [DESK]}), {})) == []
    [unknown] = unreached(plan_of({**plan_tree(), "communication": [{**DESK, "notify": MAIL}]}), {})
    assert unknown.next_move == "add it to channels.yml of the house"


def test_an_audience_is_written_once() -> None:
    with pytest.raises(ValueError, match="each audience once"):
        CommunicationRule.model_validate({"tell": {"Service desk": ["end"], "service  desk": ["start"]}})
