"""Attempts outlive whoever started them, end with everything they started, and keep no secrets."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.ansible import worker
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.attempt import AttemptRequest
from tests.adapters.ansible.local_runs import RUNS, WARM, request, sleepers, unique_seconds, until, wait_for
from tests.worlds.ansibles import CHOICE


@pytest.fixture
def playbooks(tmp_path: Path) -> AnsiblePlaybooks:
    return AnsiblePlaybooks(tmp_path / "attempts", warm=WARM, choice=CHOICE)


def left_in_tmp(folder: Path) -> bool:
    """Whether the folder of the attempt's ssh connections is left."""
    control = json.loads((folder / "attempts/a1/claim.json").read_text())["control"]
    return Path(control).exists()


STARTER = """
import sys
from pathlib import Path
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.attempt import AttemptRequest
AnsiblePlaybooks(Path(sys.argv[1])).start(AttemptRequest.model_validate_json(sys.stdin.read()))
print("started", flush=True)
import time; time.sleep(60)
"""


def test_a_run_outlives_the_kill_of_its_starter_and_its_process_group(
    playbooks: AnsiblePlaybooks, tmp_path: Path
) -> None:
    asked = request("a1", "deploy.yml", variables={"log": str(tmp_path / "log"), "seconds": "1"})
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path / "attempts")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd=RUNS.parents[2],
    )
    assert starter.stdin is not None
    assert starter.stdout is not None
    starter.stdin.write(asked.model_dump_json().encode())
    starter.stdin.close()
    starter.stdout.readline()
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert outcome.hosts[0].result == "done"
    assert (tmp_path / "log").read_text() == "one a1\n"


def test_attempts_of_one_name_below_two_roots_leave_each_other_alone(tmp_path: Path) -> None:
    """Two homes may begin the same release within one second; the end of one run is not the end of the other."""
    first, other = (AnsiblePlaybooks(tmp_path / name) for name in ("one", "other"))
    seconds = unique_seconds()
    log = str(tmp_path / "log")
    first.start(request("a1", "deploy.yml", variables={"log": log, "seconds": seconds}))
    wait_for(tmp_path / "log")
    other.start(request("a1", "deploy.yml", variables={"log": str(tmp_path / "log2")}))
    assert until(other, "a1", "finished", "dead").state == "finished"
    assert other.stop("a1")
    assert first.sight("a1").state == "running"
    assert len(sleepers(seconds)) == 1
    assert first.stop("a1")
    assert sleepers(seconds) == []


def test_a_second_worker_runs_nothing(playbooks: AnsiblePlaybooks, tmp_path: Path) -> None:
    playbooks.start(request("a1", "deploy.yml", variables={"log": str(tmp_path / "log"), "seconds": "1"}))
    wait_for(tmp_path / "attempts/a1/claim.json")
    second = subprocess.run(
        [sys.executable, "-m", "orchestrator.adapters.ansible.worker", str(tmp_path / "attempts/a1")],
        check=False,
        cwd=RUNS.parents[2],
    )
    assert second.returncode == 75
    until(playbooks, "a1", "finished")
    assert (tmp_path / "log").read_text() == "one a1\n"


def test_a_worker_that_comes_too_late_is_fenced_off(tmp_path: Path) -> None:
    playbooks = AnsiblePlaybooks(tmp_path / "attempts", claim_within=0.2)
    folder = AttemptFolder(tmp_path / "attempts", "a1")
    folder.create(request("a1", "deploy.yml", variables={"log": str(tmp_path / "log")}))
    assert playbooks.sight("a1").state == "running"
    time.sleep(0.3)
    seen = playbooks.sight("a1")
    assert seen.state == "dead"
    assert seen.outcome is not None
    assert seen.outcome.hosts[0].result == "untouched"
    assert worker.work(folder) is False
    assert not (tmp_path / "log").exists()
    assert playbooks.sight("a1").state == "dead"


def test_what_was_stopped_before_its_worker_came_never_runs(tmp_path: Path) -> None:
    playbooks = AnsiblePlaybooks(tmp_path / "attempts")
    folder = AttemptFolder(tmp_path / "attempts", "a1")
    folder.create(request("a1", "deploy.yml", variables={"log": str(tmp_path / "log")}))
    assert playbooks.stop("a1")
    assert worker.work(folder) is False
    assert playbooks.sight("a1").state == "dead"


@pytest.mark.parametrize("mark", ["whole", "emptied"])
def test_a_run_whose_folder_was_removed_is_no_run_that_never_began_and_is_ended(
    tmp_path: Path, mark: str
) -> None:
    attempts, begun = tmp_path / "attempts", tmp_path / "begun"
    seconds = unique_seconds()
    # Of an emptied mark only the name is known, and other tests have runs of the usual ones.
    name = f"removed-{secrets.token_hex(4)}"
    asked = request(name, "deploy.yml", variables={"log": str(tmp_path / "log"), "seconds": seconds})
    AnsiblePlaybooks(attempts, begun=begun).start(asked)
    wait_for(tmp_path / "log")
    attempts.rename(tmp_path / "taken away")
    if mark == "emptied":
        (begun / name).write_text("")
    playbooks = AnsiblePlaybooks(attempts, begun=begun)
    seen = playbooks.sight(name)
    assert (seen.state, seen.removed, seen.outcome) == ("dead", True, None)
    assert playbooks.stop(name, "none")
    assert sleepers(seconds) == []
    assert playbooks.sight("a2").state == "absent"
    assert playbooks.stop("a2")


def test_a_killed_worker_is_dead_and_stop_ends_what_it_left(
    playbooks: AnsiblePlaybooks, tmp_path: Path
) -> None:
    seconds = unique_seconds()
    playbooks.start(request("a1", "deploy.yml", variables={"log": str(tmp_path / "log"), "seconds": seconds}))
    wait_for(tmp_path / "log")
    running = playbooks.sight("a1")
    assert (running.state, running.worker_pid is not None) == ("running", True)
    os.kill(running.worker_pid or 0, signal.SIGKILL)
    seen = until(playbooks, "a1", "dead")
    assert seen.outcome is not None
    assert (seen.outcome.hosts[0].result, seen.outcome.faults[0]) == ("unknown", "the worker died")
    assert playbooks.stop("a1")
    assert not left_in_tmp(tmp_path)
    assert sleepers(seconds) == []
    assert process.tree(marker=AttemptFolder(tmp_path / "attempts", "a1").mark(), group=None) == []
    assert playbooks.sight("a1").state == "dead"


@pytest.mark.parametrize(
    "grouped", [True, pytest.param(False, marks=pytest.mark.long)], ids=["cgroup", "no cgroup"]
)
def test_a_run_beyond_its_time_ends_with_everything_it_started(
    playbooks: AnsiblePlaybooks, tmp_path: Path, *, grouped: bool
) -> None:
    seconds = unique_seconds()
    variables = {"log": str(tmp_path / "log"), "seconds": seconds, "wait": seconds}
    asked = request("a1", "forked.yml", variables=variables, run_timeout=20.0)
    if grouped:
        playbooks.start(asked)
    else:
        _start_without_cgroups(asked, tmp_path)
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert "timed out: the run was ended after 20 s" in outcome.faults
    assert outcome.hosts[0].result == "unknown"
    assert "during task 'Wait'" in outcome.hosts[0].reason
    assert (tmp_path / "log").exists()
    assert sleepers(seconds) == []


def _start_without_cgroups(asked: AttemptRequest, tmp_path: Path) -> None:
    """A worker in which no cgroup can be had: only the subreaper and the mark are left to find its processes by."""
    folder = AttemptFolder(tmp_path / "attempts", "a1")
    folder.create(asked)
    code = (
        "import sys; from pathlib import Path; from orchestrator.adapters import process;"
        "from orchestrator.adapters.ansible import worker; from orchestrator.adapters.ansible.attempt_folder import *;"
        "process.enter_cgroup = lambda name: None; worker.work(AttemptFolder(Path(sys.argv[1]), 'a1'))"
    )
    name, _, value = folder.mark().partition("=")
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "attempts")],
        env={**os.environ, name: value},
        check=True,
        cwd=RUNS.parents[2],
    )


def test_a_run_that_ended_leaves_no_process_either(playbooks: AnsiblePlaybooks, tmp_path: Path) -> None:
    seconds = unique_seconds()
    playbooks.start(
        request("a1", "forked.yml", variables={"log": str(tmp_path / "log"), "seconds": seconds, "wait": "0"})
    )
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert outcome.hosts[0].result == "done"
    assert sleepers(seconds) == []
    assert not left_in_tmp(tmp_path)


def test_variables_are_text_and_never_code(playbooks: AnsiblePlaybooks, tmp_path: Path) -> None:
    log = tmp_path / "log"
    given = {"text": "{{ lookup('pipe', 'id') }}", "deep": {"list": ["{% raw %}x"]}, "number": 41}
    playbooks.start(
        request("a1", "plain.yml", variables={**given, "log": str(log), "orch": {"deployment": "d1"}})
    )
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert outcome.hosts[0].result == "done", outcome
    assert log.read_text() == "{{ lookup('pipe', 'id') }}|{% raw %}x|42|d1"


@pytest.mark.parametrize("name", ["ansible_connection", "ansible_host", "inventory_hostname"])
def test_variables_may_not_lead_a_run_astray(playbooks: AnsiblePlaybooks, tmp_path: Path, name: str) -> None:
    playbooks.start(request("a1", "plain.yml", variables={name: "local"}))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert outcome.hosts[0].result == "untouched"
    assert name in outcome.faults[0]
    assert not left_in_tmp(tmp_path)


def test_nothing_secret_stays(
    playbooks: AnsiblePlaybooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_variables, in_environment = secrets.token_hex(16), secrets.token_hex(16)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", in_environment)
    playbooks.start(request("a1", "secret.yml", variables={"password": in_variables}))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert outcome.hosts[0].reason == "task 'Fail with it' failed: (hidden by no_log)"
    files = [path for path in (tmp_path / "attempts").rglob("*") if path.is_file()]
    assert len(files) >= 7
    for path in files:
        content = path.read_bytes()
        # The request is what the plan says; plans hold no secrets, and the engine journals the same.
        assert path.name == "request.json" or in_variables.encode() not in content, path
        assert in_environment.encode() not in content, path
        assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "attempts/a1").stat().st_mode & 0o777 == 0o700


def test_what_a_stopped_run_leaves_holds_no_variables(playbooks: AnsiblePlaybooks, tmp_path: Path) -> None:
    secret = secrets.token_hex(16)
    variables = {"log": str(tmp_path / "log"), "seconds": "600", "password": secret}
    playbooks.start(request("a1", "deploy.yml", variables=variables))
    wait_for(tmp_path / "log")
    assert playbooks.stop("a1")
    for path in (tmp_path / "attempts").rglob("*"):
        assert (
            not path.is_file()
            or path.name == "request.json"
            or secret not in path.read_text(errors="replace")
        )


def test_a_playbook_inside_a_playbook_is_no_evidence(playbooks: AnsiblePlaybooks, tmp_path: Path) -> None:
    playbooks.start(request("a1", "nested.yml", variables={"log": str(tmp_path / "log")}))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert (outcome.hosts[0].result, outcome.hosts[0].ok) == ("done", 2), outcome
    seen = (tmp_path / "log").read_text()
    assert "ORCH_RUN=a1" in seen
    assert "ORCH_EVIDENCE" not in seen
    assert "ORCH_NONCE" not in seen


def test_the_users_own_callback_works_beside_ours(playbooks: AnsiblePlaybooks, tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_text(
        f"[defaults]\ncallback_plugins = {RUNS}/callbacks\ncallbacks_enabled = told\n"
    )
    tasks = [{"name": "Deploy", "ansible.builtin.command": "true"}]
    play = {"hosts": "one", "gather_facts": False, "vars": {"told": str(tmp_path)}, "tasks": tasks}
    (tmp_path / "site.yml").write_text(json.dumps([play]))
    playbooks.start(request("a1", "site.yml", project=tmp_path))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert outcome.hosts[0].result == "done"
    assert (tmp_path / "ended.txt").read_text() == "told"


@pytest.mark.parametrize("attempt", ["", "../x", ".hidden", "a/b"])
def test_an_attempt_cannot_name_another_folder(playbooks: AnsiblePlaybooks, attempt: str) -> None:
    with pytest.raises(ValueError, match="cannot name an attempt"):
        playbooks.sight(attempt)
