"""A checkout as third parties have it: ignored roles, a linked one, roles and collections elsewhere, a password in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab

ROLE = "- ansible.builtin.copy: {{content: '{0}', dest: /tmp/tree-{0}}}\n"
MODULE = """#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.{0}.plugins.module_utils.words import WORDS
module = AnsibleModule(argument_spec={{"path": {{"type": "str"}}}})
with open(module.params["path"], "w") as file:
    file.write(WORDS)
module.exit_json(changed=True)
"""
MANIFEST = {
    "format": 1,
    "collection_info": {"namespace": "at", "name": "home", "version": "1.2.3", "dependencies": {}},
    "file_manifest_file": {"name": "FILES.json"},
}
PLAYBOOK = """- hosts: web
  become: true
  gather_facts: false
  roles: [outer, linked, galaxy]
  tasks:
    - near.by.write: {path: /tmp/tree-near}
    - at.home.write: {path: /tmp/tree-home}
    - ansible.builtin.copy: {content: "2.0.0 {{ token }}", dest: /etc/tree.conf}
"""
BACK = """- hosts: web
  become: true
  gather_facts: false
  tasks: [ansible.builtin.file: {path: /etc/tree.conf, state: absent}]
"""
PLAN = """orch: 1
purpose: A file.
release: {name: tree, version: 2.0.0, removes: [the old file]}
objectives: The file is there.
strategy: {kind: phased, hosts: "web1,web2", playbook: playbooks/app.yml, waves: [1, rest]ACCELERATE}
roles: {deployment manager: Ada Berg}
resources: {environment: lab, inventory: inventories/hosts.yml}
schedule: {}
risks: [{risk: the file is wrong, mitigation: it is taken back}]
communication: [{audience: service desk, channel: mail}]
validation:
  environment: [space: {path: /tmp, free: 1KiB}]
  acceptance: [{file: {path: /etc/tree.conf, contains: sesame}}]
backout: {playbook: rollback/app.yml, baseline: {files: [/etc/tree.conf]}}
approval: {required: []}
"""
CFG = "[defaults]\nroles_path = ../shared/roles:galaxy_roles\nvault_password_file = .vault-pass\n"


@pytest.fixture
def project(tmp_path: Path, lab: Lab) -> Path:
    near = "project/playbooks/collections/ansible_collections/near/by/plugins"
    home = "home/.ansible/collections/ansible_collections/at/home"
    files = {
        "shared/roles/outer/tasks/main.yml": ROLE.format("outer"),
        "shared/linked/tasks/main.yml": ROLE.format("linked"),
        "project/galaxy_roles/galaxy/tasks/main.yml": ROLE.format("galaxy"),
        f"{near}/modules/write.py": MODULE.format("near.by"),
        f"{near}/module_utils/words.py": "WORDS = 'near'\n",
        f"{home}/plugins/modules/write.py": MODULE.format("at.home"),
        f"{home}/plugins/module_utils/words.py": "WORDS = 'home'\n",
        f"{home}/MANIFEST.json": json.dumps(MANIFEST),
        "project/.gitignore": "galaxy_roles/\ncollections/\nnode_modules/\nbuild/\n.vault-pass\n",
        "project/.vault-pass": "password-of-the-vault\n",
        "project/build/big.bin": "x",
        "project/ansible.cfg": CFG,
        "project/playbooks/app.yml": PLAYBOOK,
        "project/rollback/app.yml": BACK,
        "project/inventories/hosts.yml": lab.inventory.read_text(),
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    project = tmp_path / "project"
    (project / "playbooks/roles").mkdir()
    (project / "playbooks/roles/linked").symlink_to("../../../shared/linked")
    (project / "playbooks/group_vars").mkdir()
    secret = subprocess.run(
        [f"{Path(sys.executable).parent}/ansible-vault", "encrypt_string", "sesame", "--name", "token"],
        cwd=project, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    (project / "playbooks/group_vars/web.yml").write_text(secret.stdout)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True, timeout=60)
    return project


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("accelerate", ["", ", accelerate: orch", ", accelerate: mitogen"])
def test_a_checkout_is_deployed_as_it_is_while_its_output_goes_into_it(
    project: Path, tmp_path: Path, lab: Lab, accelerate: str
) -> None:
    (project / "plan.yml").write_text(PLAN.replace("ACCELERATE", accelerate))
    environment = {
        **os.environ, "HOME": str(tmp_path / "home"), "ORCH_HOME": str(tmp_path / "orch"), "LANG": "C.UTF-8"
    }  # fmt: skip
    command = (
        f"{sys.executable} -m orchestrator deploy plan.yml --json 2> err.log | tee deploy.log > /dev/null"
    )
    subprocess.run(["bash", "-c", command], cwd=project, env=environment, timeout=900, check=True)
    lines = [json.loads(line) for line in (project / "deploy.log").read_text().splitlines()]
    assert lines[-1]["state"] == "completed", (project / "err.log").read_text()
    (planned,) = (line["event"] for line in lines if line.get("event", {}).get("kind") == "planned")
    assert [(part["kind"], part["name"], part["version"]) for part in planned["installed"]] == [
        ("role", "outer", ""),
        ("collection", "at.home", "1.2.3"),
    ]
    tree = next(i["parts"] for i in planned["effective"]["ingredients"] if i["name"] == "playbook tree")
    assert {"role outer/", "collection at.home 1.2.3/", "playbooks/roles/linked/tasks/main.yml"} < tree.keys()
    assert "galaxy_roles/galaxy/tasks/main.yml" in tree
    assert not {"deploy.log", "err.log", ".vault-pass", "build/big.bin", "plan.yml"} & tree.keys()
    assert not list((tmp_path / "orch/frozen").rglob(".vault-pass"))
    written = ["outer", "linked", "galaxy", "near", "home"]
    for host in ("web1", "web2"):
        seen = lab.ssh(host, "cat " + " ".join(f"/tmp/tree-{name}" for name in written)).out
        assert seen.split("\n")[0] == "".join(written)
