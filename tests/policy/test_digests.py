"""What the effective plan is made of: everything that decides what runs, and nothing that does not."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.effective_plan import EffectivePlan, changes_between
from orchestrator.policy.digests import effective_plan
from orchestrator.policy.rollout import waves_of
from tests.plans import plan_of, plan_tree, targets_named
from tests.policy.admission_cases import laid_over


def made(change: dict[str, Any] | None = None, hosts: tuple[str, ...] = ("web1", "web2")) -> EffectivePlan:
    plan = plan_of(laid_over(plan_tree(variables={"a": 1}), change or {}))
    targets = targets_named(*hosts)
    return effective_plan(
        plan,
        targets,
        waves_of(plan, targets).waves,
        model=None,
        policy=None,
        tree={"playbooks/app.yml": "a" * 64},
        artefacts={"dml/app.tar.gz": "b" * 64},
    )


ROWS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("nothing", {}, []),
    ("the same in other words", {"strategy": {"run_timeout": "1h", "forks": 10}}, []),
    ("a purpose", {"purpose": "Another."}, ["plan (purpose changed)"]),
    ("a gate", {"strategy": {"gate": {"soak": "1s"}}}, ["plan (strategy changed)"]),
    ("a variable", {"strategy": {"variables": {"a": 2}}},
     ["plan (strategy changed)", "variables (strategy.variables.a changed)"]),
    ("true for one", {"strategy": {"variables": {"a": True}}},
     ["plan (strategy changed)", "variables (strategy.variables.a changed)"]),
    ("a variable of the backout", {"backout": {"variables": {"b": 1}}},
     ["plan (backout changed)", "variables (backout.variables.b added)"]),
    ("the waves", {"strategy": {"waves": ["rest"]}}, ["plan (strategy changed)", "hosts (web2 changed)"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "named"), ROWS, ids=[row[0] for row in ROWS])
def test_row(what: str, change: dict[str, Any], named: list[str]) -> None:
    assert [str(one) for one in changes_between(made(), made(change))] == named
    assert (made().digest == made(change).digest) == (not named)


def test_a_host_more_is_named() -> None:
    more = made(hosts=("web1", "web2", "web3"))
    assert [str(one) for one in changes_between(made(), more)] == ["hosts (web3 added)"]
