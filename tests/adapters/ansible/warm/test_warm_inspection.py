"""An inspector forked from the zygote: asked first, as good as one in the cold, and done without where it says nothing."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.adapters.ansible.warm import inspection as warm_inspection
from orchestrator.domain.plan.inspection import Inspection
from tests.adapters.ansible.local_runs import request, until, wait_for


class Heard(WarmStart):
    """Notes whether the zygote answered."""

    def __init__(self, ready_within: float = 30.0) -> None:
        super().__init__(ready_within=ready_within)
        self.answered: list[bool] = []

    def inspect(self, *asked: Any) -> dict[str, Any] | None:
        answer = super().inspect(*asked)
        self.answered.append(answer is not None)
        return answer


@pytest.fixture
def warm() -> Iterator[Heard]:
    start = Heard()
    yield start
    start.let_go()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "hosts.yml").write_text("web: {hosts: {one: {}}}\n")
    (folder / "site.yml").write_text("- hosts: web\n  tasks: []\n")
    return folder


def look(project: Path, warm: WarmStart, **given: Any) -> Inspection:
    return inspect(project, [Path("site.yml")], Path("hosts.yml"), warm=warm, **given)


def hosts(inspection: Inspection) -> list[str]:
    return [target.host for target in inspection.targets]


def ended(pid: int) -> bool:
    try:
        return process.await_end(process.identity(pid), 5.0)
    except ProcessLookupError:
        return True


def test_one_zygote_answers_and_then_runs(warm: Heard, project: Path, tmp_path: Path) -> None:
    assert hosts(look(project, warm)) == ["one"]
    first = warm.pid
    port = AnsiblePlaybooks(tmp_path / "attempts", warm=warm)
    task = {"name": "Deploy", "ansible.builtin.shell": f"echo one >> {tmp_path}/log"}
    (project / "site.yml").write_text(f"- {{hosts: all, gather_facts: false, tasks: [{task}]}}\n")
    port.start(request("a1", "site.yml", project=project))
    wait_for(tmp_path / "attempts" / "a1" / "claim.json")
    until(port, "a1", "finished")
    assert (tmp_path / "log").read_text() == "one\n"
    assert (warm.answered, warm.pid) == ([True], first)
    assert hosts(look(project, warm)) == ["one"]
    assert (warm.answered, warm.pid) == ([True, True], first)


def test_a_zygote_of_other_settings_is_replaced_before_it_is_asked(warm: Heard, project: Path) -> None:
    warm.make_ready(str(project))
    guessed = warm.pid
    (project / "elsewhere" / "shop" / "tasks").mkdir(parents=True)
    (project / "elsewhere" / "shop" / "tasks" / "main.yml").write_text("- fail: [\n")
    (project / "site.yml").write_text("- hosts: web\n  roles: [shop]\n")
    (project / "ansible.cfg").write_text("[defaults]\nroles_path = elsewhere\n")
    fault = look(project, warm).playbooks[0].fault
    assert fault is not None
    assert "elsewhere/shop" in fault
    assert warm.answered == [True]
    assert warm.pid != guessed


def test_settings_that_ansible_cannot_read_are_told_by_one_in_the_cold(warm: Heard, project: Path) -> None:
    (project / "ansible.cfg").write_text("[defaults\n")
    assert "Ansible cannot start" in look(project, warm).inventory_faults[0]
    assert warm.answered == [False]


def test_a_zygote_that_is_gone_is_replaced(warm: Heard, project: Path) -> None:
    look(project, warm)
    gone = warm.pid
    assert gone is not None
    os.kill(gone, signal.SIGKILL)
    process.await_end(process.identity(gone), 5.0)
    assert hosts(look(project, warm)) == ["one"]
    assert warm.pid != gone


def test_a_zygote_that_does_not_come_is_done_without(project: Path) -> None:
    warm = Heard(ready_within=0.2)
    warm.make_ready(str(project))
    assert warm.pid is not None
    os.kill(warm.pid, signal.SIGSTOP)
    assert hosts(look(project, warm)) == ["one"]
    assert warm.answered == [False]
    warm.let_go()


def test_an_inventory_that_never_ends_is_ended_with_all_that_it_started(warm: Heard, project: Path) -> None:
    (project / "hosts.yml").write_text(f"#!/bin/sh\necho $$ > {project}/pid\nsleep 61\n")
    (project / "hosts.yml").chmod(0o755)
    inspection = look(project, warm, dynamic_allowed=True, timeout=3.0)
    assert inspection.inventory_faults == ("Ansible cannot start: it took too long",)
    assert ended(int((project / "pid").read_text()))


def test_an_inspector_ends_with_its_zygote(warm: Heard, project: Path) -> None:
    (project / "hosts.yml").write_text(f"#!/bin/sh\necho $PPID > {project}/pid\nsleep 1\n")
    (project / "hosts.yml").chmod(0o755)
    asking = threading.Thread(
        target=look, args=(project, warm), kwargs={"dynamic_allowed": True}, daemon=True
    )
    asking.start()
    wait_for(project / "pid")
    time.sleep(0.1)
    inspector = process.identity(int((project / "pid").read_text()))
    assert warm.pid is not None
    os.kill(warm.pid, signal.SIGKILL)
    assert process.await_end(inspector, 5.0)
    asking.join()


@pytest.mark.parametrize("line", [b"", b"x", b"4194304999"], ids=["nothing", "no number", "no process"])
def test_a_line_on_which_nobody_begins_brings_no_answer(line: bytes) -> None:
    def hand_over(its: socket.socket) -> None:
        its.sendall(line)

    assert warm_inspection.ask(hand_over, {}, {}, "/", begins_within=1.0, timeout=1.0) is None


def test_half_an_answer_is_none() -> None:
    def hand_over(its: socket.socket) -> None:
        its.sendall(str(os.getpid()).encode())
        threading.Thread(target=answer_half, args=(its.dup(),)).start()

    def answer_half(line: socket.socket) -> None:
        with line:
            line.recv(100)
            line.sendall(b'{"hosts": [')

    assert warm_inspection.ask(hand_over, {}, {}, "/", begins_within=1.0, timeout=5.0) is None


def test_patience_ends() -> None:
    kept: list[socket.socket] = []

    def hand_over(its: socket.socket) -> None:
        kept.append(its.dup())

    assert warm_inspection.ask(hand_over, {}, {}, "/", begins_within=0.05, timeout=5.0) is None
