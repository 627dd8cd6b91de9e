"""What the effective plan is made of: everything that decides what runs, and nothing that does not."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.plan.effective_plan import EffectivePlan, changes_between
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan, rehearsed_policy, rule_digest, with_files
from tests.policy.admission_cases import laid_over
from tests.worlds.plans import plan_of, plan_tree, targets_named


def made(
    change: dict[str, Any] | None = None,
    hosts: tuple[str, ...] = ("web1", "web2"),
    tree: dict[str, str] | None = None,
) -> EffectivePlan:
    plan = plan_of(laid_over(plan_tree(variables={"a": 1}), change or {}))
    targets = targets_named(*hosts)
    return effective_plan(
        plan,
        targets,
        waves_of(plan, targets).waves,
        model=None,
        policy=None,
        tree={"playbooks/app.yml": "a" * 64} if tree is None else tree,
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
    ("a window", {"schedule": {"window": {"opens": "2026-06-06T20:00:00Z", "closes": "2026-06-06T21:00:00Z"}}},
     ["hosts (the plan's schedule changed)"]),
    ("who approves", {"approval": {"required": ["service owner"]}}, ["hosts (the plan's approval changed)"]),
    ("another pattern of the same hosts", {"strategy": {"hosts": "all"}}, ["hosts (the plan's strategy changed)"]),
    ("other tools", {"resources": {"tools": ["a hammer"]}}, ["plan (resources changed)"]),
    ("no acceleration, in a word", {"strategy": {"accelerate": "no"}}, []),
    ("what accelerates it, which a rehearsal covers", {"strategy": {"accelerate": "orch"}}, ["plan (strategy changed)"]),
    ("the waves", {"strategy": {"waves": ["rest"]}}, ["plan (strategy changed)", "hosts (web2 changed)"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "named"), ROWS, ids=[row[0] for row in ROWS])
def test_row(what: str, change: dict[str, Any], named: list[str]) -> None:
    assert [str(change_made) for change_made in changes_between(made(), made(change))] == named
    assert (made().digest == made(change).digest) == (not named)


def test_a_host_more_is_named() -> None:
    more = made(hosts=("web1", "web2", "web3"))
    assert [str(change_made) for change_made in changes_between(made(), more)] == ["hosts (web3 added)"]


LIVE = ["inventories/live/group_vars/web.yml", "inventories/live/hosts.yml"]


@pytest.mark.parametrize(
    ("inventory", "its_files"),
    [
        ("inventories/live", LIVE),
        ("./inventories/live/", LIVE),
        ("inventories/live/hosts.yml", LIVE),
        ("inventories/staging.yml", ["inventories/host_vars/s1.yml", "inventories/staging.yml"]),
        ("hosts", ["group_vars/web.yml", "hosts"]),
        ("playbooks/hosts", ["playbooks/hosts"]),
        ("playbooks", []),
        (".", []),
        ("/etc/ansible/hosts", []),
        ("inventories/liv", []),
    ],
)
def test_the_files_of_the_inventory_are_parts_of_the_hosts(inventory: str, its_files: list[str]) -> None:
    files = (*LIVE, "inventories/lively/hosts.yml", "inventories/staging.yml", "inventories/host_vars/s1.yml",
             "hosts", "group_vars/web.yml", "playbooks/app.yml", "playbooks/hosts",
             "playbooks/group_vars/web.yml", "roles/web/tasks/main.yml")  # fmt: skip
    made_of = made({"resources": {"inventory": inventory}}, tree=dict.fromkeys(files, "a" * 64))
    of = {ingredient.name: ingredient.parts for ingredient in made_of.ingredients}
    assert sorted(path for path in of["hosts"] if path in files) == sorted(its_files)
    assert sorted(of["playbook tree"]) == sorted(set(files) - set(its_files))


THERE = {
    "resources": {
        "environment": "elsewhere",
        "inventory": "inventories/elsewhere",
        "dynamic_inventory": True,
    },
    "strategy": {"kind": "pilot", "hosts": "web", "waves": ["rest"], "pilot": {"hosts": ["a1"]}},
    "schedule": {"window": {"opens": "2026-06-06T20:00:00Z", "closes": "2026-06-06T21:00:00Z"}},
    "approval": {"required": ["service owner"]},
}
HERE = {"strategy": {"kind": "pilot", "hosts": "all", "waves": ["rest"], "pilot": {"hosts": ["web1"]}}}


def test_nothing_but_the_hosts_is_another_in_another_environment() -> None:
    here, there = made(HERE), made(THERE, hosts=("a1", "a2", "a3"))
    assert [change.ingredient for change in changes_between(here, there)] == ["hosts"]


def test_a_group_for_a_named_host_is_another_plan_everywhere() -> None:
    group = {"strategy": {"pilot": {"hosts": None, "group": "web"}}}
    assert "plan" in [
        change_made.ingredient for change_made in changes_between(made(HERE), made(laid_over(HERE, group)))
    ]


FILES = (
    "hosts",
    "group_vars/web.yml",
    "inventories/live/hosts.yml",
    "playbooks/app.yml",
    "roles/web/tasks/main.yml",
)
OTHERS: list[tuple[str, dict[str, str | None]]] = [
    ("nothing", {}),
    ("the inventory changed", {"hosts": "c" * 64, "inventories/live/hosts.yml": "c" * 64}),
    ("the inventory removed", {"hosts": None, "inventories/live/hosts.yml": None}),
    ("a playbook changed", {"playbooks/app.yml": "c" * 64}),
    ("variables removed, and a role added", {"group_vars/web.yml": None, "roles/db/tasks/main.yml": "d" * 64}),
]  # fmt: skip


@pytest.mark.parametrize(
    "inventory", ["hosts", "inventories/live", "inventories/live/hosts.yml", "/etc/hosts"]
)
@pytest.mark.parametrize(("what", "change"), OTHERS, ids=[row[0] for row in OTHERS])
@pytest.mark.parametrize(
    "hosts", [("web1", "web2"), ("hosts", "web2")], ids=["", "a host called like a file"]
)
def test_over_other_files_it_is_what_it_would_be_made_of_them(
    inventory: str, what: str, change: dict[str, str | None], hosts: tuple[str, ...]
) -> None:
    placed = {"resources": {"inventory": inventory}}
    then = dict.fromkeys(FILES, "a" * 64)
    now = {path: digest for path, digest in {**then, **change}.items() if digest is not None}
    plan, targets = plan_of(laid_over(plan_tree(variables={"a": 1}), placed)), targets_named(*hosts)
    waves = waves_of(plan, targets).waves
    artefacts = {"dml/app.tar.gz": "b" * 64}
    effective = with_files(made(placed, hosts, then), plan, targets, waves, tree=now, artefacts=artefacts)
    assert effective == made(placed, hosts, now)


def test_what_a_later_version_of_orch_would_digest_otherwise_is_no_change_of_files() -> None:
    plan, targets = plan_of(plan_tree(variables={"a": 1})), targets_named("web1", "web2")
    then = made()
    parts = [
        ingredient.model_copy(
            update={
                "parts": ingredient.parts
                | {name: "e" * 64 for name in ("strategy", "web1") if name in ingredient.parts}
            }
        )
        for ingredient in then.ingredients
    ]
    earlier = EffectivePlan(ingredients=tuple(parts))
    tree, artefacts = {"playbooks/app.yml": "a" * 64}, {"dml/app.tar.gz": "b" * 64}
    waves = waves_of(plan, targets).waves
    assert (
        changes_between(earlier, with_files(earlier, plan, targets, waves, tree=tree, artefacts=artefacts))
        == ()
    )


MODEL = {
    "orch": 1,
    "model": "web",
    "version": 1,
    "title": "Web",
    "purpose": "Web hosts.",
    "requires": {},
    "steps": [{"step": "Deploy.", "role": "deployment practitioner", "seen_by": "record"}],
}
POLICY = {"orch": 1, "policy": "live", "version": 1, "title": "Releases to live"}


def test_who_approved_a_model_or_policy_as_a_document_is_in_no_digest() -> None:
    """A review must void neither approvals nor certificates, nor bring a policy out of force."""
    control = {"author": "Ada Berg", "status": "approved", "valid_until": "2027-06-30"}
    for kind, words in ((DeploymentModel, MODEL), (ReleasePolicy, POLICY)):
        plain, governed = kind.model_validate(words), kind.model_validate({**words, "document": control})
        assert rule_digest(plain) == rule_digest(governed)
        assert rule_digest(plain) != rule_digest(plain.model_copy(update={"title": "Another"}))
    plain_policy = ReleasePolicy.model_validate(POLICY)
    demanding = ReleasePolicy.model_validate({**POLICY, "documents": {}})
    assert rule_digest(plain_policy) != rule_digest(demanding)
    assert rehearsed_policy(plain_policy) == rehearsed_policy(demanding)
