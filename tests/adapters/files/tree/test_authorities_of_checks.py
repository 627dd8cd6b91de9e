"""A file with authorities that decides what a check accepts is digested wherever it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.errors import PlanFault
from tests.worlds.plans import plan_of, plan_tree


def plan_with_ca(ca_file: str) -> ReleasePlan:
    tree = plan_tree()
    tree["validation"]["acceptance"] = [{"http": {"url": "https://{address}/", "ca_file": ca_file}}]
    return plan_of(tree)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("outside.pem", "project/files/ca.pem", "project/.secret/ca.pem", "project/ignored/ca.pem"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a certificate")
    (tmp_path / "project/.orchignore").write_text("ignored\n")
    return tmp_path / "project"


def digested(project: Path, ca_file: str) -> dict[str, str]:
    authority = ProjectAuthority(project.parent / "home")
    return dict(authority.inventory_in_place(plan_with_ca(ca_file), project))


@pytest.mark.parametrize(
    "name",
    [
        "ABOVE/outside.pem",
        "../outside.pem",
        ".secret/ca.pem",
        "ignored/ca.pem",
        "ABOVE/project/files/ca.pem",
    ],
)
def test_one_that_is_no_part_of_the_tree_is_digested_in_place(project: Path, name: str) -> None:
    name = name.replace("ABOVE", str(project.parent))
    before = digested(project, name)
    assert [Path(path).resolve() for path in before] == [(project / name).resolve()]
    (project / name).write_text("another")
    assert digested(project, name).keys() == before.keys()
    assert digested(project, name) != before


def test_one_of_the_tree_is_digested_with_it(project: Path) -> None:
    assert digested(project, "files/ca.pem") == {}


def test_one_that_is_gone_is_a_fault_of_its_check(project: Path) -> None:
    with pytest.raises(PlanFault) as gone:
        digested(project, "/srv/not/there.pem")
    assert gone.value.faults[0].path == "validation.acceptance[0].http.ca_file"
