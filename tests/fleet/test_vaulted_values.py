"""A deployment on real hosts with vaulted values wherever something is told: nothing that orch keeps or shows has them."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from orchestrator.lab.fleet import Lab
from tests.worlds.read_pages import as_read

VAULTED = Path(__file__).parents[1] / "cases/vaulted"
VALUES = ("inline-S3CRET/4711", "nested-S3CRET/4712", "late-S3CRET/4714", "the vault's own word")
FORMS = [
    form
    for value in VALUES
    for form in (
        value,
        base64.b64encode(value.encode()).decode().rstrip("=")[:-1],
        quote(value, safe=""),
        value.encode().hex(),
    )
] + ["MC4CAQAwBQYDK2VwBCIEIHm5bq0n3kq4", "S3CRET"]

DEPLOY = """
- hosts: all
  gather_facts: false
  vars_files: [../secrets.yml]
  tasks:
    - {name: "Keep {{ inline }}", ansible.builtin.copy: {content: "pw={{ inline }}\\n", dest: /tmp/orch-vaulted.conf}}
    - name: Tell each
      ansible.builtin.debug: {msg: "{{ item | b64encode }} {{ item | urlencode }}"}
      loop: ["{{ inline }}", "{{ nested[0].deep }}"]
    - {name: Hide it, ansible.builtin.command: "echo {{ inline }}", no_log: true}
    - {name: Learn more, ansible.builtin.include_vars: "../{{ 'late' }}.yml"}
    - {name: Warn, ansible.builtin.command: "cat /nowhere/{{ inline }}", ignore_errors: true}
    - {name: Show a key, ansible.builtin.shell: "echo '{{ key }}' | tail -2 >&2; exit 3", ignore_errors: true}
    - name: Fail
      ansible.builtin.shell: "echo '{{ late }} {{ nested[0].deep }}' >&2; echo -n {{ inline }} | base64 >&2; exit 3"
      when: inventory_hostname == 'web2'
"""
BACKOUT = """
- hosts: all
  gather_facts: false
  tasks:
    - {name: "Leave {{ inline }}", ansible.builtin.copy: {content: "old={{ inline }}\\n", dest: /tmp/orch-vaulted.conf}}
"""
PLAN = """
orch: 1
purpose: Serve the values.
release:
  name: app
  version: "1"
  units: [{name: app, version: "1", artefact: app.txt, sha256: DIGEST}]
objectives: [answers in 1 s]
strategy:
  kind: phased
  hosts: "web1,web2"
  playbook: playbooks/deploy.yml
  waves: [rest]
  gate: {soak: 0s}
  allow: {ignored_tasks: [Warn, Show a key]}
roles: {deployment manager: Ada Berg}
resources: {vault_password_file: PASSWORD, environment: canary, inventory: INVENTORY}
schedule: {}
risks: [{risk: a, mitigation: b}]
communication: [{audience: desk, channel: mail}]
validation:
  environment: [space: {path: /tmp, free: 1KiB}]
  acceptance: [command: "cat /tmp/orch-vaulted.conf >&2; false"]
backout:
  playbook: playbooks/backout.yml
  baseline:
    files: [/tmp/orch-vaulted.conf]
    packages: none
    ports: false
    users: false
    commands: [{name: seen, run: "cat /tmp/orch-vaulted.conf; true"}]
approval: {required: []}
"""


def project(root: Path, lab: Lab) -> Path:
    shutil.copytree(VAULTED, root)
    (root / "vault.txt").rename(root.parent / "vault.txt")
    (root / "app.txt").write_text("app\n")
    (root / "playbooks").mkdir()
    (root / "group_vars").rename(root / "playbooks/group_vars")
    (root / "playbooks/deploy.yml").write_text(DEPLOY)
    (root / "playbooks/backout.yml").write_text(BACKOUT)
    text = PLAN.replace("DIGEST", hashlib.sha256(b"app\n").hexdigest())
    text = text.replace("PASSWORD", str(root.parent / "vault.txt")).replace("INVENTORY", str(lab.inventory))
    (root / "plan.yml").write_text(text)
    return root


def everything(folder: Path) -> str:
    """All files, and what is in those that are packed."""
    texts: list[str] = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            texts.append(content.decode("latin-1"))
            if content[:1] == b"\x78":
                texts.append(_unpacked(zlib.decompress(content).decode()))
    return "\n".join(texts)


def _unpacked(baseline: str) -> str:
    contents = baseline.split('"content":"')[1:]
    return baseline + "".join(base64.b64decode(each.partition('"')[0]).decode() for each in contents)


@pytest.fixture
def site(tmp_path: Path, light_lab: Lab) -> Path:
    for host in ("web1", "web2"):
        light_lab.ssh(host, f"echo before={VALUES[0]} > /tmp/orch-vaulted.conf")
    return project(tmp_path / "project", light_lab)


@pytest.mark.slow
def test_nothing_that_is_kept_or_shown_holds_a_vaulted_value(tmp_path: Path, site: Path) -> None:
    home = tmp_path / "home"
    page = home / "page.html"
    environment = {**os.environ, "ORCH_HOME": str(home), "LANG": "C.UTF-8"}

    def orch(*words: str) -> str:
        command = [sys.executable, "-m", "orchestrator", *words]
        ended = subprocess.run(
            command, cwd=site, env=environment, capture_output=True, text=True, check=False, timeout=250
        )
        return f"{ended.stdout}\n{ended.stderr}"

    shown = orch("deploy", str(site / "plan.yml"), "--json")
    assert "backed out" in shown, shown
    for words in (
        ["status"],
        ["record", "show", "--json"],
        ["record", "show", "--html", str(page)],
        ["baseline", "diff", "app", "--json"],
        ["baseline", "show", "app", "--json"],
    ):
        shown += orch(*words)
    assert "differ" in shown, "the backout leaves another text, and the value within it is no difference"
    assert page.stat().st_mode & 0o777 == 0o600
    kept = everything(home) + as_read(page.read_text())
    assert [form for form in FORMS if form in kept + shown] == []
    assert shown.count("[vaulted:") > 5
    assert '"task": "Show a key"' in kept
