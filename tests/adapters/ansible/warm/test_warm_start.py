"""Workers forked from a process with Ansible imported: as good as cold ones, and nothing is lost with that process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.warm import zygote
from tests.adapters.ansible.local_runs import (
    RUNS,
    request,
    sleepers,
    told_by,
    unique_seconds,
    until,
)
from tests.adapters.ansible.warm.warm_port import NO_ROOM, Warm, done, gone


@pytest.fixture
def warm(tmp_path: Path) -> Warm:
    return Warm(tmp_path)


def test_workers_are_forked_from_one_zygote_and_carry_their_own_mark(warm: Warm) -> None:
    seconds = unique_seconds()
    assert "warm.zygote" in warm.run("a1", seconds="0")
    first = warm.start.pid
    until(warm.port, "a1", "finished")
    warm.run("a2", seconds=seconds)
    worker = warm.port.sight("a2").worker_pid
    while not sleepers(seconds):
        time.sleep(0.02)
    mark = AttemptFolder(warm.root / "attempts", "a2").mark()
    assert {worker, *sleepers(seconds)} <= set(process.tree(marker=mark, group=None))
    assert warm.start.pid == first
    assert first not in process.tree(marker=mark, group=None)
    assert warm.port.stop("a2")
    assert sleepers(seconds) == []
    assert process.tree(marker=mark, group=None) == []


def test_a_zygote_killed_during_a_run_takes_nothing_with_it(warm: Warm) -> None:
    warm.run("a1", seconds="1")
    killed = warm.kill()
    assert done(until(warm.port, "a1", "finished"))
    assert gone(killed)


def test_after_a_killed_zygote_there_is_another(warm: Warm) -> None:
    warm.run("a1")
    killed = warm.kill()
    assert gone(killed)
    assert "warm.zygote" in warm.run("a2")
    assert warm.start.pid != killed
    assert [done(until(warm.port, name, "finished")) for name in ("a1", "a2")] == [True, True]
    assert (warm.root / "log").read_text() == "one a1\none a2\n"


@pytest.mark.long
def test_a_zygote_that_does_not_answer_is_done_without(tmp_path: Path) -> None:
    warm = Warm(tmp_path, answers_within=0.5)
    assert warm.start.await_ready(str(RUNS))
    stopped = warm.kill(signal.SIGSTOP)
    assert "ansible.worker" in warm.run("a1")
    assert done(until(warm.port, "a1", "finished"))
    assert gone(stopped)
    assert (tmp_path / "log").read_text() == "one a1\n"


@pytest.mark.long
def test_a_zygote_that_takes_its_time_is_waited_for_and_not_begun_anew(tmp_path: Path) -> None:
    """On a busy machine the import takes long; a worker in the cold would import the same, and later."""
    warm = Warm(tmp_path, answers_within=5.0)
    warm.port.make_ready(str(RUNS))
    slow = warm.kill(signal.SIGSTOP)
    goes_on = threading.Timer(7.0, os.kill, [slow, signal.SIGCONT])
    goes_on.start()
    assert "warm.zygote" in warm.run("a1")
    assert warm.start.pid == slow
    goes_on.join()
    assert done(until(warm.port, "a1", "finished"))


@pytest.mark.long
def test_a_zygote_that_comes_too_late_for_one_attempt_serves_the_next(tmp_path: Path) -> None:
    warm = Warm(tmp_path, ready_within=0.3)
    warm.port.make_ready(str(RUNS))
    late = warm.kill(signal.SIGSTOP)
    assert "ansible.worker" in warm.run("a1")
    assert done(until(warm.port, "a1", "finished"))
    os.kill(late, signal.SIGCONT)
    while not warm.start.await_ready(str(RUNS)):
        time.sleep(0.1)
    assert "warm.zygote" in warm.run("a2")
    assert warm.start.pid == late
    assert done(until(warm.port, "a2", "finished"))
    assert (tmp_path / "log").read_text() == "one a1\none a2\n"


@pytest.mark.long
def test_a_name_that_leaves_no_room_for_its_mark_starts_cold(warm: Warm) -> None:
    assert "ansible.worker" in warm.run(NO_ROOM)
    assert done(until(warm.port, NO_ROOM, "finished"))


DRIVER = """
import sys, time
from pathlib import Path
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.attempt import AttemptRequest
start = WarmStart(30)
AnsiblePlaybooks(Path(sys.argv[1]), warm=start).start(AttemptRequest.model_validate_json(sys.stdin.read()))
print(start.pid, flush=True)
time.sleep(60)
"""


def test_with_a_killed_driver_the_zygote_ends_and_the_run_does_not(warm: Warm) -> None:
    asked = request("a1", "deploy.yml", variables={"log": str(warm.root / "log"), "seconds": "3"})
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(warm.root / "attempts")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd=RUNS.parents[2],
    )
    assert driver.stdin is not None
    assert driver.stdout is not None
    with driver.stdin, driver.stdout:
        driver.stdin.write(asked.model_dump_json().encode())
        driver.stdin.close()
        left = int(driver.stdout.readline())
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
    assert gone(left)
    assert warm.port.sight("a1").state == "running"
    assert done(until(warm.port, "a1", "finished"))
    assert (warm.root / "log").read_text() == "one a1\n"


def test_letting_go_ends_the_zygote_at_once_also_while_it_imports(warm: Warm) -> None:
    warm.port.make_ready(str(RUNS))
    pid = warm.start.pid
    assert pid is not None
    began = time.monotonic()
    warm.port.let_go()
    assert gone(pid, 0.1)
    assert time.monotonic() - began < 2
    assert warm.start.pid is None


@pytest.mark.long
def test_two_deployments_at_once_have_a_zygote_each(tmp_path: Path) -> None:
    first, other = Warm(tmp_path / "1"), Warm(tmp_path / "2")
    for each, attempt in ((first, "a1"), (other, "b1")):
        each.root.mkdir()
        each.run(attempt, seconds="1")
    assert first.start.pid != other.start.pid
    first.port.let_go()
    assert done(until(first.port, "a1", "finished"))
    assert done(until(other.port, "b1", "finished"))
    assert "warm.zygote" in other.run("b2")
    assert done(until(other.port, "b2", "finished"))


def test_settings_count_as_they_are_when_a_run_begins(tmp_path: Path) -> None:
    """ansible.cfg is another for the second run, and away for the third; a zygote of other settings is replaced."""
    warm = Warm(tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    task = {
        "name": "Deploy",
        "ansible.builtin.shell": f"echo {{{{ lookup('config', 'DEFAULT_POLL_INTERVAL') }}}} >> {tmp_path}/log",
    }
    (project / "site.yml").write_text(json.dumps([{"hosts": "one", "gather_facts": False, "tasks": [task]}]))
    pids = []
    for number, text in enumerate(
        ["", "[defaults]\npoll_interval = 7\n", "[defaults]\npoll_interval = 8\n", ""]
    ):
        (project / "ansible.cfg").unlink(missing_ok=True)
        if text:
            (project / "ansible.cfg").write_text(text)
        warm.port.start(request(f"a{number}", "site.yml", project=project))
        assert done(until(warm.port, f"a{number}", "finished"))
        pids.append(warm.start.pid)
    assert (tmp_path / "log").read_text().split() == ["15", "7", "8", "15"]
    assert len(set(pids)) == 4


FACTS = {"name": "Facts", "ansible.builtin.setup": {"gather_subset": "!all,!min,python"}, "timeout": 60}
TOLD = "{{ lookup('config', 'TASK_TIMEOUT') }} {{ ansible_forks }} {{ ansible_python is defined }}"


def test_what_differs_from_run_to_run_is_taken_over(warm: Warm, tmp_path: Path) -> None:
    deploy = {
        "name": "Deploy",
        "ansible.builtin.shell": f"echo {TOLD} >> {tmp_path}/log; sleep {{{{ nap }}}}",
    }
    (tmp_path / "site.yml").write_text(
        json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [FACTS, deploy]}])
    )
    first = request("a1", "site.yml", project=tmp_path, task_timeout=40.0, variables={"nap": 0})
    second = request(
        "a2",
        "site.yml",
        project=tmp_path,
        task_timeout=6.0,
        variables={"nap": 60},
        hosts=("one", "two"),
        allowance={"injected_facts": True},
    )
    for asked in (first, second):
        warm.port.start(asked)
        outcome = until(warm.port, asked.attempt, "finished").outcome
    assert (tmp_path / "log").read_text().splitlines() == ["40 1 False", "6 2 True", "6 2 True"]
    assert outcome is not None
    assert "was given up at its time limit" in outcome.hosts[0].reason


def test_a_zygote_that_nobody_needs_ends() -> None:
    driver, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with driver, its:
        zygote.serve(its, idle=0.05)
        driver.close()
        zygote.serve(its, idle=30.0)


@pytest.mark.parametrize("warmed", [True, False], ids=["warm", "cold"])
def test_variables_beside_inventory_and_playbook_reach_a_run(tmp_path: Path, warmed: bool) -> None:  # noqa: FBT001
    project, log = tmp_path / "project", tmp_path / "log"
    for name, text in {
        "inventory/hosts.yml": (RUNS / "hosts.yml").read_text(),
        "inventory/group_vars/all.yml": "a: group_vars of the inventory\n",
        "inventory/host_vars/one.yml": "b: host_vars of the inventory\n",
        "books/group_vars/all.yml": "c: group_vars of the playbook\n",
        "books/told.yml": "- hosts: all\n  gather_facts: false\n  tasks:\n    - name: Tell\n      ansible.builtin.copy:\n"
        f'        content: "{{{{ a }}}}, {{{{ b }}}}, {{{{ c }}}}"\n        dest: {log}\n',
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    warm = Warm(tmp_path)
    name = "a1" if warmed else NO_ROOM
    warm.port.start(request(name, "books/told.yml", project, inventory=str(project / "inventory")))
    seen = until(warm.port, name, "finished")
    assert done(seen), seen.outcome
    assert (
        log.read_text()
        == "group_vars of the inventory, host_vars of the inventory, group_vars of the playbook"
    )


def test_ansible_looks_for_answers_less_often_unless_the_project_says_how_often(tmp_path: Path) -> None:
    warm = Warm(tmp_path)
    project = tmp_path / "project"
    (project / "lookup_plugins").mkdir(parents=True)
    (project / "lookup_plugins" / "looks.py").write_text(
        "from ansible import constants\nfrom ansible.plugins.lookup import LookupBase\n"
        "class LookupModule(LookupBase):\n    def run(self, terms, variables=None, **options):\n"
        "        return [str(constants.DEFAULT_INTERNAL_POLL_INTERVAL)]\n"
    )
    task = {"name": "Deploy", "ansible.builtin.shell": f"echo {{{{ lookup('looks') }}}} >> {tmp_path}/log"}
    (project / "site.yml").write_text(json.dumps([{"hosts": "one", "gather_facts": False, "tasks": [task]}]))
    for number, text in enumerate(["[defaults]\n", "[defaults]\ninternal_poll_interval = 0.001\n"]):
        (project / "ansible.cfg").write_text(text)
        warm.port.start(request(f"a{number}", "site.yml", project=project))
        assert done(until(warm.port, f"a{number}", "finished"))
    assert (tmp_path / "log").read_text().split() == ["0.005", "0.001"]


READ = """
import copy, sys
from ansible.parsing.dataloader import DataLoader
from orchestrator.adapters.ansible.warm import preload
copies, deepcopy = [], copy.deepcopy
def counting(value, memo=None):
    copies.append(value)
    return deepcopy(value, memo)
if sys.argv[2] == "spared":
    preload._copy_what_is_read_again_only()
loader, told = DataLoader(), []
copy.deepcopy = counting
for number in range(4):
    told.append(loader.load_from_file(sys.argv[1]))
    print(told[-1], len([value for value in copies if value == {"a": [1, 2]}]))
    told[-1]["a"].append(number)
other = DataLoader()
print(other.load_from_file(sys.argv[1], cache="none"), other.load_from_file(sys.argv[1], unsafe=True))
"""


@pytest.mark.parametrize(("how", "copies"), [("as it is", [1, 2, 3, 4]), ("spared", [0, 1, 2, 3])])
def test_what_a_run_reads_once_is_not_copied_and_what_it_reads_again_is(
    tmp_path: Path, how: str, copies: list[int]
) -> None:
    (tmp_path / "read.yml").write_text("a: [1, 2]\n")
    *seen, other = told_by(READ, str(tmp_path / "read.yml"), how).splitlines()
    assert seen == [f"{{'a': [1, 2]}} {number}" for number in copies]
    assert other == "{'a': [1, 2]} {'a': [1, 2]}"
