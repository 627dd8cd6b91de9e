"""Which accelerations a plan can have, and the way out of each that it cannot have."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.release_plan import ReleasePlan, Strategy
from orchestrator.domain.plan.target import Target, Through
from orchestrator.domain.text.canonical import canonical
from orchestrator.policy.planning import acceleration_objections
from tests.worlds.plans import plan_tree

PLAIN, DMZ, BOX = "", "dmz", "box"


def inspected(kinds: tuple[str, ...], **fields: Any) -> Inspection:
    """Hosts reached by ssh, in a zone, or without ssh, as the check of the plan sees them."""
    targets = tuple(
        Target(
            host=f"web{number}",
            address="192.0.2.1",
            groups=("web",),
            zone=DMZ if kind == DMZ else "",
            through=Through(connection="local") if kind == BOX else None,
        )
        for number, kind in enumerate(kinds, 1)
    )
    return Inspection(targets=targets, **fields)


def plan(accelerate: str | None) -> ReleasePlan:
    return ReleasePlan.model_validate(plan_tree(accelerate=accelerate))


ABSENT = {"no_acceleration": "mitogen is not installed where orch is"}
ROWS: list[tuple[str | None, tuple[str, ...], dict[str, str], str]] = [
    (None, (PLAIN, DMZ, BOX), {}, ""),
    ("no", (PLAIN, DMZ, BOX), {}, ""),
    ("orch", (PLAIN, PLAIN), {}, ""),
    ("orch", (DMZ, DMZ), {}, ""),
    ("orch", (PLAIN, BOX), {}, "`orch`, and web2 without ssh"),
    ("orch", (BOX,) * 5, {}, "web1, web2, web3 and 2 more without ssh"),
    ("mitogen", (PLAIN, PLAIN), {}, ""),
    ("mitogen", (PLAIN, DMZ), {}, "`mitogen`"),
    ("mitogen", (PLAIN, BOX), {}, "`mitogen`, and web2 without ssh"),
    ("orch", (PLAIN,), {"no_acceleration": "not for runs in an image"}, "not for runs in an image"),
    ("mitogen", (PLAIN,), ABSENT, "mitogen is not installed where orch is"),
]


@pytest.mark.parametrize(("accelerate", "kinds", "fields", "finding"), ROWS)
def test_what_an_acceleration_is_refused_for(
    accelerate: str | None, kinds: tuple[str, ...], fields: dict[str, str], finding: str
) -> None:
    objections = list(acceleration_objections.faults(plan(accelerate), inspected(kinds, **fields)))
    assert [each.path for each in objections] == ["strategy.accelerate"] * bool(finding)
    assert all(finding in each.found and "remove `accelerate`" in each.next_move for each in objections)


@pytest.mark.parametrize(
    ("kinds", "reason", "warned"),
    [
        ((PLAIN,), None, False),
        ((PLAIN,), "ansible-core 2.16.14 is none of 2.19, 2.20", True),
        ((PLAIN, DMZ), "ansible-core 2.16.14 is none of 2.19, 2.20", True),
        ((DMZ, DMZ), "ansible-core 2.16.14 is none of 2.19, 2.20", False),
    ],
)
def test_an_ansible_that_is_not_known_is_said_before(
    kinds: tuple[str, ...], reason: str | None, *, warned: bool
) -> None:
    warnings = list(acceleration_objections.warnings(plan("orch"), inspected(kinds, not_accelerated=reason)))
    assert [reason in each.found for each in warnings if reason] == [True] * warned


def test_no_is_what_a_plan_without_the_key_means() -> None:
    """Both have one digest."""
    given: dict[str, Any] = {"kind": "big-bang", "hosts": "web", "playbook": "site.yml"}
    plain = canonical(Strategy(**given))
    assert [
        canonical(Strategy.model_validate({**given, "accelerate": word})) for word in ("no", False, None)
    ] == [plain] * 3
    assert canonical(Strategy(**given, accelerate="orch")) != plain


@pytest.mark.parametrize("word", ["yes", True, "fast", 1, ["orch"], {}])
def test_another_word_is_refused_with_the_words_that_are_known(word: object) -> None:
    with pytest.raises(ValidationError, match="expected `orch`, `mitogen` or `no`"):
        Strategy.model_validate(
            {"kind": "big-bang", "hosts": "web", "playbook": "site.yml", "accelerate": word}
        )


FOR_THREADS = {"threaded_plugins": ["wait_for_shop", "acme.shop.doas"]}


@pytest.mark.parametrize(
    ("accelerate", "warned"),
    [("orch", 0), ("mitogen", 1), ("no", 1), (None, 1)],
    ids=("orch", "mitogen", "no", "none"),
)
def test_plugins_for_threads_mean_something_with_threads_only(accelerate: str | None, warned: int) -> None:
    tree = plan_tree(accelerate=accelerate, allow=FOR_THREADS)
    objections = list(acceleration_objections.warnings(ReleasePlan.model_validate(tree), inspected((PLAIN,))))
    assert [each.path for each in objections] == ["strategy.allow.threaded_plugins"] * warned
    assert all("wait_for_shop, acme.shop.doas" in each.found for each in objections)


@pytest.mark.parametrize("name", ["", "a b", "../x", "acme.", ".doas", "a.b-c", "x\ny"])
def test_a_plugin_is_named_as_tasks_call_it(name: str) -> None:
    with pytest.raises(ValidationError, match="threaded_plugins"):
        ReleasePlan.model_validate(plan_tree(accelerate="orch", allow={"threaded_plugins": [name]}))
