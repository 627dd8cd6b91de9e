"""On which hosts a hint is asked for."""

from __future__ import annotations

import pytest

from orchestrator.domain.plan.target import Target
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.hint_hosts import hosts_for_hint, unknown_names
from tests.worlds.plans import plan_of, plan_tree

TARGETS = tuple(
    Target(host=host, address=host, groups=groups)
    for host, groups in (("h1", ("a",)), ("h2", ("a", "b")), ("h3", ("b",)))
)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ((), [("h1",)]),
        (("h2",), [("h2",)]),
        (("a",), [("h1",), ("h2",)]),
        (("b", "h1"), [("h1",), ("h2", "h3")]),
        (("nowhere",), []),
    ],
)
def test_the_hosts_of_a_hint(limit: tuple[str, ...], expected: list[tuple[str, ...]]) -> None:
    waves = waves_of(plan_of(plan_tree(waves=[1, "rest"])), TARGETS).waves
    assert [hosts for _, hosts in hosts_for_hint(waves, TARGETS, limit)] == expected


def test_a_name_that_the_plan_does_not_have_is_known_as_such() -> None:
    assert unknown_names(TARGETS, ("h1", "b", "web9", "H1")) == ("web9", "H1")
