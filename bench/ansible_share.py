"""Ansible's own share at scale: a play over hosts that answer without being contacted, bare and through orch's worker."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from bench.compare import run_metered
from bench.contenders import environment
from bench.one_run import is_done
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.attempt import AttemptRequest

PLUGINS = Path(__file__).parent / "connection_plugins"
FORKS = 20
LONGEST = 3600.0
POLL = 0.1
OURS = 2
"""Tasks of orch's own in each run: the fence before the playbook, and the sentinel after it."""

Figures = dict[str, float]


def project(folder: Path, hosts: int, tasks: int) -> Path:
    """A playbook of so many tasks over so many hosts that nobody contacts."""
    names = {f"host{n:05}": None for n in range(hosts)}
    variables = {"ansible_connection": "unreal", "ansible_python_interpreter": "/usr/bin/python3"}
    inventory = {"web": {"hosts": names, "vars": variables}}
    play = {
        "name": "Nothing, many times",
        "hosts": "web",
        "gather_facts": False,
        "tasks": [{"name": f"Task {n}", "ansible.builtin.raw": "true"} for n in range(tasks)],
    }
    (folder / "hosts.yml").write_text(json.dumps(inventory))
    (folder / "play.yml").write_text(json.dumps([play]))
    (folder / "ansible.cfg").write_text(f"[defaults]\nconnection_plugins = {PLUGINS}\n")
    return folder


def bare(hosts: int, tasks: int) -> Figures:
    """ansible-playbook alone: seconds and bytes, and milliseconds of its CPU for each host and task."""
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        project(home, hosts, tasks)
        command = [
            sys.executable,
            "-m",
            "ansible",
            "playbook",
            "play.yml",
            "-i",
            "hosts.yml",
            "--forks",
            str(FORKS),
        ]
        variables = {**environment(home, {}), "ANSIBLE_CONFIG": str(home / "ansible.cfg")}
        cost = run_metered(command, variables, home, home)
        return {
            "wall": cost["wall"],
            "cpu": cost["cpu"],
            "peak_memory": cost["memory"] or 0.0,
            "written": cost["written"],
            "cpu_ms_per_host_and_task": cost["cpu"] / hosts / tasks * 1000,
        }
    finally:
        shutil.rmtree(home, ignore_errors=True)


def through_orch(hosts: int, tasks: int) -> Figures:
    """The same as an attempt: the worker, fence and sentinel, the evidence and the verdict."""
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        project(home, hosts, tasks)
        command = [sys.executable, "-m", "bench.ansible_share", str(home), str(hosts)]
        cost = run_metered(command, environment(home, {}), home, home)
        evidence = sum(path.stat().st_size for path in home.glob("attempts/*/evidence.jsonl"))
        return {
            "wall": cost["wall"],
            "cpu": cost["cpu"],
            "peak_memory": cost["memory"] or 0.0,
            "written": cost["written"],
            "evidence_bytes_per_host_and_task": evidence / hosts / (tasks + OURS),
            "cpu_ms_per_host_and_task": cost["cpu"] / hosts / (tasks + OURS) * 1000,
        }
    finally:
        shutil.rmtree(home, ignore_errors=True)


def attempt(home: Path, hosts: int) -> int:
    """Run the project as one attempt and wait for its outcome; 0 when every host is done."""
    playbooks = AnsiblePlaybooks(home / "attempts")
    playbooks.start(
        AttemptRequest(
            attempt="bench.1-deploy",
            deployment="bench",
            purpose="deploy",
            playbook=str(home / "play.yml"),
            project=str(home),
            inventory=str(home / "hosts.yml"),
            hosts=tuple(f"host{n:05}" for n in range(hosts)),
            variables={},
            machines={f"host{n:05}": f"{n:032x}" for n in range(hosts)},
            run_timeout=LONGEST,
            forks=FORKS,
        )
    )
    return 0 if is_done(playbooks, "bench.1-deploy", POLL) else 1


if __name__ == "__main__":
    sys.exit(attempt(Path(sys.argv[1]), int(sys.argv[2])))
