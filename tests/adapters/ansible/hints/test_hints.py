"""Hints by real Ansible on this machine: what tasks would change is said, nothing acts, and nothing secret is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.hints import AnsibleHints
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.clock import SystemClock
from orchestrator.domain.evidence.hint import HintRun
from tests.adapters.ansible.local_runs import request
from tests.worlds.ansibles import CHOICE

SECRET, LINES = "a-very-secret-word", ("first-secret-line", "second-secret-line")
HEAD = "- hosts: all\n  gather_facts: false\n  tasks:\n"


def vaulted(folder: Path) -> None:
    """Variables of the host in a vault of their own, one of several lines."""
    (folder / "vault.txt").write_text("the vault word")
    (folder / "host_vars").mkdir()
    plain = folder / "plain.yml"
    plain.write_text(json.dumps({"secret": SECRET, "lines": "\n".join(LINES) + "\n"}))
    vault = [str(Path(sys.executable).with_name("ansible-vault")), "encrypt", "--vault-password-file"]
    there = str(folder / "host_vars/one.yml")
    subprocess.run(
        [*vault, str(folder / "vault.txt"), "--output", there, str(plain)], check=True, capture_output=True
    )
    plain.unlink()


def hint(folder: Path, tasks: str, *, head: str = HEAD, **changes: object) -> HintRun:
    """What a playbook with these tasks says; its folder is that of the files which it would write."""
    text = head + "\n".join(f"    {line}" for line in tasks.splitlines()) + "\n"
    (folder / "p.yml").write_text(text.replace("DIR", str(folder)))
    inventory = folder / "hosts.yml"
    connection = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    inventory.write_text(json.dumps({"all": {"hosts": {"one": {}}, "vars": connection}}))
    home = folder / "home"
    hints = AnsibleHints(AnsiblePlaybooks(home / "hints", choice=CHOICE), home / "hints", SystemClock())
    name = hints.begin()
    given = {"inventory": str(inventory), "purpose": "hint", "deployment": name, **changes}
    try:
        return hints.run(request(f"{name}.1", "p.yml", project=folder, **given))
    finally:
        hints.end(name)
        assert not home.exists()


SEEN = """\
- name: writes
  ansible.builtin.copy: {dest: DIR/new, content: "x {{ secret }}\\n{{ lines }}"}
- name: writes closed
  ansible.builtin.copy: {dest: DIR/closed, content: "y\\n", mode: "0600"}
- name: hidden
  ansible.builtin.copy: {dest: DIR/hidden, content: "never-to-be-seen"}
  no_log: true
- name: hidden in a loop
  ansible.builtin.lineinfile: {path: DIR/old, line: "never-to-be-seen {{ item }}"}
  loop: [1, 2]
  no_log: true
- name: a line
  ansible.builtin.lineinfile: {path: DIR/old, line: "new {{ item }}"}
  loop: [a, b]
- name: a command
  ansible.builtin.command: touch DIR/acted
- name: a raw one
  ansible.builtin.raw: touch DIR/acted
- name: commands
  ansible.builtin.shell: "touch DIR/acted{{ item }}"
  loop: [1, 2]
- name: guarded
  ansible.builtin.command: {cmd: touch DIR/acted, creates: DIR/acted}
- name: not now
  ansible.builtin.command: touch DIR/acted
  when: false
- name: for none
  ansible.builtin.command: touch DIR/acted
  loop: []
- name: held
  ansible.builtin.include_tasks: more.yml
- name: in the background
  ansible.builtin.shell: touch DIR/acted
  async: 10
  poll: 0
"""
MORE = """\
- name: acts by a word
  ansible.builtin.command: touch DIR/acted
  check_mode: false
- name: acts by a template
  ansible.builtin.copy: {dest: DIR/acted, content: x}
  check_mode: "{{ 1 == 2 }}"
"""


def test_what_would_change_is_said_and_what_nobody_can_see_is_named(tmp_path: Path) -> None:
    vaulted(tmp_path)
    (tmp_path / "old").write_text("old\n")
    (tmp_path / "more.yml").write_text(MORE.replace("DIR", str(tmp_path)))
    # Items of a loop over the local connection count as done on the controller.
    allowed = {"delegates": ["localhost"]}
    run = hint(tmp_path, SEEN, vault_password_file=str(tmp_path / "vault.txt"), allowance=allowed)
    assert (run.faults, run.acting, run.through) == ((), (), ("one",))
    tasks = {task.task: task for task in run.tasks}
    would = [name for name, task in tasks.items() if task.changed]
    assert would == [
        "writes",
        "writes closed",
        "hidden",
        "hidden in a loop",
        "a line",
        "guarded",
        "acts by a template",
    ]
    unseen = [name for name, task in tasks.items() if task.unseen]
    assert unseen == ["a command", "a raw one", "commands", "acts by a word", "in the background"]
    assert tasks["acts by a word"].acts == "held"
    assert [line for line in tasks["writes"].diffs[0].text.splitlines() if line.startswith("+x")] != []
    assert [diff.closed for diff in tasks["writes closed"].diffs] == [True]
    assert [diff.path for diff in tasks["a line"].diffs] == [str(tmp_path / "old")] * 2
    assert tasks["hidden"].diffs == tasks["hidden in a loop"].diffs == ()
    everything = run.model_dump_json()
    assert [word for word in (SECRET, *LINES, "never-to-be-seen") if word in everything] == []
    assert [
        file.name for file in tmp_path.iterdir() if file.name.startswith(("acted", "new", "closed", "hidden"))
    ] == []
    assert (tmp_path / "old").read_text() == "old\n"


ACTING = """\
- name: reads
  ansible.builtin.command: cat /etc/hostname
  check_mode: false
- name: looks
  ansible.builtin.stat: {path: /}
  check_mode: false
- name: in a block
  block:
    - name: acts {{ inventory_hostname }}
      ansible.builtin.copy: {dest: DIR/acted, content: x}
  check_mode: "no"
- name: by nobody
  ansible.builtin.command: touch DIR/acted
  check_mode: false
  tags: [never]
"""


@pytest.mark.parametrize(
    ("named", "acting"),
    [
        ([], ["reads", "acts {{ inventory_hostname }}"]),
        (["reads"], ["acts {{ inventory_hostname }}"]),
        (["reads", "acts {{ any }}"], []),
    ],
)
def test_a_playbook_that_would_act_is_not_run(tmp_path: Path, named: list[str], acting: list[str]) -> None:
    run = hint(tmp_path, ACTING, allowance={"check_mode_tasks": named})
    assert [task.task for task in run.acting] == acting
    assert not (acting and run.tasks)
    # The plan named a task that writes: that is its own word, and it is done.
    assert (tmp_path / "acted").exists() is (not acting)


def test_a_run_that_takes_too_long_is_ended_and_says_so(tmp_path: Path) -> None:
    run = hint(tmp_path, "- name: waits\n  ansible.builtin.pause: {seconds: 60}", run_timeout=4.0)
    assert run.faults == ("its time was over after 4 s",)
    assert run.through == ()
