"""Policies of a folder bind whichever ending their files have; a folder of policies or keys that cannot be read is a fault."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.errors import PlanFault
from tests.worlds.plans import plan_of, plan_tree

PLAN = plan_of(plan_tree())
POLICY = json.dumps({"orch": 1, "policy": "house", "version": 1, "title": "House rules"})
NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, and so sees no such fault."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("name", ["house.yml", "house.yaml", "House.YML", ".house.yml"])
def test_a_policy_binds_whatever_its_ending(tmp_path: Path, name: str) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / name).write_text(POLICY)
    policy = ProjectAuthority(tmp_path / "home").governing(PLAN, tmp_path).policy
    assert policy is not None
    assert policy.policy == "house"


def test_a_file_in_place_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "policies").write_text(POLICY)
    with pytest.raises(PlanFault, match="a folder that can be read"):
        ProjectAuthority(tmp_path / "home").governing(PLAN, tmp_path)


@pytest.mark.parametrize("closed", ["policies", "."])
def test_a_folder_that_may_not_be_read_is_a_fault_and_not_the_absence_of_policies(
    tmp_path: Path, closed: str
) -> None:
    project = tmp_path / "project"
    (project / "policies").mkdir(parents=True)
    (project / "policies/house.yml").write_text(POLICY)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (project / closed).chmod(0o000)
    with as_nobody(), pytest.raises(PlanFault, match="Permission denied"):
        ProjectAuthority(tmp_path / "home").governing(PLAN, project)
    (project / closed).chmod(0o755)


@pytest.mark.parametrize("closed", ["keys", "."])
def test_keys_that_may_not_be_read_are_not_the_absence_of_keys(tmp_path: Path, closed: str) -> None:
    project = tmp_path / "project"
    (project / "keys").mkdir(parents=True)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (project / closed).chmod(0o000)
    with as_nobody(), pytest.raises(PlanFault, match="Permission denied"):
        FolderKeys(tmp_path / "home").keyring(project)
    (project / closed).chmod(0o755)


def test_a_file_in_place_of_the_keys_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(PlanFault, match="a folder that can be read"):
        FolderKeys(tmp_path / "home").keyring(tmp_path)
