"""A plan's Ansible files through the ports that a plan check asks."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ansible.inspector_port import AnsibleInspector
from orchestrator.domain.plan.release_plan import ReleasePlan
from tests.worlds.plans import plan_of, plan_tree

BROKEN = """
import os
import sys

from ansible.plugins.vars import BaseVarsPlugin


class VarsModule(BaseVarsPlugin):
    REQUIRES_ENABLED = False

    def get_vars(self, loader, path, entities, cache=True):
        sys.stderr.write("it is cAnary-S3CRET\\n")
        sys.stderr.flush()
        os._exit(3)
"""
HOSTS = "web: {hosts: {web1: {}, web2: {ansible_host: 10.0.0.2}}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "inventories/test": HOSTS,
        "playbooks/app.yml": "- hosts: '{{ tier }}'\n  tasks: []\n",
        "rollback/app.yml": "- hosts: web\n  tasks:\n    - pause:\n",
        "ansible.cfg": "[defaults]\nhost_key_checking = no\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def plan(**strategy: Any) -> ReleasePlan:
    return plan_of(plan_tree(variables={"tier": "web"}, **strategy))


def test_a_plan_is_inspected_with_its_own_variables(project: Path) -> None:
    inspection = AnsibleInspector().inspect(plan(), project)
    assert [target.host for target in inspection.targets] == ["web1", "web2"]
    assert [book.path for book in inspection.playbooks] == [
        f"{project}/playbooks/app.yml",
        f"{project}/rollback/app.yml",
    ]
    assert [book.uncovered(["web1", "web2"]) for book in inspection.playbooks] == [(), ()]


def test_the_other_questions(project: Path) -> None:
    asked = AnsibleInspector()
    assert [construct.kind for construct in asked.unsafe_constructs(Path("rollback/app.yml"), project)] == [
        "pause"
    ]
    assert "host_key_checking = no does not apply" in asked.settings_overridden(project)[0]


@pytest.mark.parametrize("vault", [True, False])
def test_what_a_broken_inspector_says_is_shown_only_where_nothing_is_vaulted(
    project: Path, *, vault: bool
) -> None:
    (project / "vars_plugins").mkdir()
    (project / "vars_plugins/broken.py").write_text(BROKEN)
    (project / "ansible.cfg").write_text("[defaults]\nvars_plugins = vars_plugins\n")
    (project / "vault.txt").write_text("word")
    tree = plan_tree(variables={"tier": "web"})
    tree["resources"] |= {"vault_password_file": "vault.txt"} if vault else {}
    inspection = AnsibleInspector().inspect(plan_of(tree), project)
    (fault,) = inspection.inventory_faults
    assert ("cAnary-S3CRET" in fault) != vault
    assert ("exit code 3; what it said is not shown" in fault) == vault
    assert ("cAnary-S3CRET" in str(inspection.vaulted.unknown)) != vault
