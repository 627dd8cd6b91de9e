"""An action of the project's own runs in a process for each host, and in the run's own where the plan allows it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES, Runs, reasons, results

pytestmark = pytest.mark.long
ACTION = """import os
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        with open(self._task.args["note"], "a") as note:
            note.write(f"{os.getpid()}\\n")
        command = {"_raw_params": "true"}
        return self._execute_module("ansible.builtin.command", command, task_vars=task_vars)
"""
PLAYBOOK = """- hosts: web
  gather_facts: false
  tasks:
    - name: Act
      noted_action:
        note: "{{ note }}"
"""


@pytest.mark.parametrize(("threaded", "processes"), [((), 2), (("noted_action",), 1), (("other_action",), 2)])
def test_an_action_of_the_project(
    tmp_path: Path, light_lab: Lab, threaded: tuple[str, ...], processes: int
) -> None:
    project, note = tmp_path / "project", tmp_path / "note"
    shutil.copytree(CASES / "lying", project)
    (project / "action_plugins").mkdir()
    (project / "action_plugins/noted_action.py").write_text(ACTION)
    (project / "acted.yml").write_text(PLAYBOOK)
    runs = Runs(tmp_path, light_lab, project=project, accelerate="orch")
    allowance = {"threaded_plugins": threaded}
    outcome = runs.run("acted.yml", variables={"note": str(note)}, allowance=allowance)
    assert results(outcome) == {"web1": "done", "web2": "done"}, reasons(outcome)
    pids = note.read_text().split()
    assert (len(pids), len(set(pids))) == (2, processes)
