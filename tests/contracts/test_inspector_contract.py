"""The contract of `Inspector`, over the fake and over Ansible itself."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.inspector_port import AnsibleInspector
from orchestrator.engine.project_ports import Inspector
from tests.fakes.inspector import FakeInspector
from tests.worlds.plans import plan_with

INVENTORY = """\
[web]
web1 ansible_host=192.0.2.1
web2 ansible_host=192.0.2.2
[canary]
web2
[dbs]
db1 ansible_host=192.0.2.9
"""
PLAY = (
    "- hosts: {hosts}\n  tasks:\n    - name: put\n      ansible.builtin.copy: {{content: x, dest: /opt/x}}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("inventories", "playbooks", "rollback"):
        (tmp_path / folder).mkdir()
    (tmp_path / "inventories/test").write_text(INVENTORY)
    (tmp_path / "playbooks/app.yml").write_text(PLAY.format(hosts="web") + PLAY.format(hosts="dbs"))
    (tmp_path / "rollback/app.yml").write_text(PLAY.format(hosts="canary"))
    return tmp_path


def fake() -> FakeInspector:
    return FakeInspector(
        groups={
            "all": ["web1", "web2", "db1"],
            "web": ["web1", "web2"],
            "canary": ["web2"],
            "dbs": ["db1"],
        },
        plays={"playbooks/app.yml": ["web", "dbs"], "rollback/app.yml": ["canary"]},
        addresses={"web1": "192.0.2.1", "web2": "192.0.2.2", "db1": "192.0.2.9"},
    )


@pytest.fixture(params=["fake", "ansible"])
def inspector(request: pytest.FixtureRequest) -> Inspector:
    return fake() if request.param == "fake" else AnsibleInspector()


def test_targets_groups_and_plays(inspector: Inspector, project: Path) -> None:
    seen = inspector.inspect(plan_with(kind="big-bang"), project)
    assert [(target.host, target.address) for target in seen.targets] == [
        ("web1", "192.0.2.1"),
        ("web2", "192.0.2.2"),
    ]
    assert ["canary" in target.groups for target in seen.targets] == [False, True]
    assert seen.groups["dbs"] == ("db1",)
    assert (seen.inventory_faults, seen.vault_faults) == ((), ())
    assert [[play.hosts for play in book.plays] for book in seen.playbooks] == [
        [("web1", "web2"), ("db1",)],
        [("web2",)],
    ]
    assert [book.uncovered(["web1", "web2"]) for book in seen.playbooks] == [(), ("web1",)]


def test_a_pattern_that_matches_nothing_is_a_fault_and_there_are_no_targets(
    inspector: Inspector, project: Path
) -> None:
    seen = inspector.inspect(plan_with(kind="big-bang", hosts="webb"), project)
    assert seen.targets == ()
    assert len(seen.inventory_faults) == 1


def test_a_playbook_that_is_not_there_is_a_fault_of_that_playbook(
    inspector: Inspector, project: Path
) -> None:
    seen = inspector.inspect(plan_with(kind="big-bang", playbook="playbooks/gone.yml"), project)
    assert [book.fault is None for book in seen.playbooks] == [False, True]


def test_a_safe_playbook_has_no_findings_and_a_project_without_settings_no_conflicts(
    inspector: Inspector, project: Path
) -> None:
    assert inspector.unsafe_constructs(project / "playbooks/app.yml", project) == []
    assert inspector.settings_overridden(project) == []
