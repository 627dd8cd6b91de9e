"""Accelerated runs on hosts whose Python is not the controller's: what is sent with bytecode serves them too."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.lab.errors import LabError
from orchestrator.lab.fleet import Lab
from orchestrator.lab.options import Asked
from orchestrator.lab.pythons import pythons_of_machine
from tests.fleet.ansible_runs import Runs, reasons, results

pytestmark = pytest.mark.slow
VERSIONS = ("3.9", "3.10", "3.12", "3.13")

# To become root, an interpreter of mitogen's sends its own code to the next one; facts take most of what modules share.
PLAYBOOK = """\
- hosts: web
  become: true
  gather_facts: true
  tasks:
    - name: Write the file
      ansible.builtin.copy: {content: "{{ ansible_facts.python.version.minor }}", dest: /tmp/minor}
"""


def others() -> tuple[str, ...]:
    """Those of the versions that this machine has."""
    there = []
    for version in VERSIONS:
        try:
            pythons_of_machine([version])
        except LabError:
            continue
        there.append(version)
    return tuple(there)


def test_every_host_is_done_whatever_its_python(tmp_path: Path, lab_name: str) -> None:
    versions = others()
    if not versions:
        pytest.skip(f"this machine has none of Python {', '.join(VERSIONS)}")
    project = tmp_path / "project"
    project.mkdir()
    (project / "become.yml").write_text(PLAYBOOK)
    hosts = tuple(f"web{number}" for number, _ in enumerate(versions, 1))
    lab = Lab.up(lab_name, len(versions), light=True, asked=Asked(pythons=versions))
    for accelerate in ("orch", "mitogen", None):
        runs = Runs(tmp_path / str(accelerate), lab, project=project, accelerate=accelerate)
        outcome = runs.run("become.yml", hosts)
        assert results(outcome) == dict.fromkeys(hosts, "done"), reasons(outcome)
    seen = [lab.ssh(host, "cat /tmp/minor; stat -c %U /tmp/minor").out.split() for host in hosts]
    assert seen == [[f"{version.split('.')[1]}root"] for version in versions]
