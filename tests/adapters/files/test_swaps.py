"""Whatever is swapped in a project, its effective plan is another, and the difference is named: ingredient and part."""

from pathlib import Path

import pytest

from orchestrator.bootstrap import ports_to_check
from orchestrator.domain.plan.effective_plan import INGREDIENTS, EffectivePlan, changes_between
from orchestrator.engine.planning.plan_check import prepare_plan
from tests.cases.authority.swaps import ONE_OF_EACH, PLAN, SWAPS, Swap, project

INVENTORY = """\
web:
  hosts:
    web1: {ansible_host: 192.0.2.11}
    web2: {ansible_host: 192.0.2.12}
"""


def effective(folder: Path) -> EffectivePlan:
    made = prepare_plan(ports_to_check(folder.parent / "orch"), folder / PLAN).effective
    assert made is not None
    return made


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> EffectivePlan:
    folder = tmp_path_factory.mktemp("approved")
    (folder / "hosts.yml").write_text(INVENTORY)
    return effective(project(folder / "project", folder / "hosts.yml"))


# Of each kind of ingredient one; make long has the others.
QUICK = (
    "the plan",
    "the model",
    "the policy",
    "a host elsewhere",
    "a variable of the hosts",
    "the deploy playbook",
    "one character of the backout playbook",
    "a template of a role",
    "a task of a collection",
    "ansible.cfg",
    "an artefact and its digest",
)


@pytest.mark.parametrize(
    ("what", "swap", "named"),
    [pytest.param(*row, id=row[0], marks=() if row[0] in QUICK else pytest.mark.long) for row in SWAPS],
)
def test_a_swap_is_named(tmp_path: Path, approved: EffectivePlan, what: str, swap: Swap, named: str) -> None:
    (tmp_path / "hosts.yml").write_text(INVENTORY)
    folder = project(tmp_path / "project", tmp_path / "hosts.yml")
    swap(folder)
    now = effective(folder)
    assert named in [str(change) for change in changes_between(approved, now)]
    assert now.digest != approved.digest


def test_a_comment_in_plan_model_or_policy_voids_nothing(tmp_path: Path, approved: EffectivePlan) -> None:
    (tmp_path / "hosts.yml").write_text(INVENTORY)
    folder = project(tmp_path / "project", tmp_path / "hosts.yml")
    for name in (PLAN, "models/simple.yml", "policies/lab.yml"):
        with (folder / name).open("a") as file:
            file.write("# A word.\n")
    assert effective(folder) == approved


def test_every_ingredient_is_swapped() -> None:
    rows = {what: named for what, _, named in SWAPS}
    assert {named.partition(" (")[0] for named in rows.values()} == set(INGREDIENTS)
    assert {rows[what].partition(" (")[0] for what in ONE_OF_EACH} == set(INGREDIENTS)
