"""What everything that gives hints keeps: over real Ansible on this machine, and the fake that the engine's tests use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.hints import AnsibleHints
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.clock import SystemClock
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.engine.hint_ports import Hints
from tests.adapters.ansible.local_runs import request
from tests.fakes.hints import FakeHints
from tests.worlds.ansibles import CHOICE

PLAYBOOK = "- hosts: all\n  gather_facts: false\n  tasks:\n    - name: a task\n      ansible.builtin.stat: {path: /}\n"


def fake(_: Path) -> Hints:
    return FakeHints()


def real(home: Path) -> Hints:
    return AnsibleHints(AnsiblePlaybooks(home / "hints", choice=CHOICE), home / "hints", SystemClock())


def asked(folder: Path, name: str) -> AttemptRequest:
    (folder / "p.yml").write_text(PLAYBOOK)
    return request(f"{name}.1", "p.yml", project=folder, purpose="hint", deployment=name)


@pytest.mark.parametrize("port", [fake, real])
def test_a_hint_says_what_tasks_said_and_is_gone(port: Callable[[Path], Hints], tmp_path: Path) -> None:
    hints = port(tmp_path / "home")
    name = hints.begin()
    run = hints.run(asked(tmp_path, name))
    assert run.through == ("one",)
    assert [(task.host, task.task, task.kind, task.changed) for task in run.tasks] == [
        ("one", "a task", "ok", False)
    ]
    assert (run.acting, run.faults) == ((), ())
    hints.end(name)
    hints.end(name)
    assert not (tmp_path / "home").exists()
    assert hints.clear_up() == {}
