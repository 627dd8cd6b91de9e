"""Runs of a subject's playbook on hosts of a lab, each from the same beginning."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.lab.fleet import Lab
from tests.fidelity.kinds import PROJECT, Subject
from tests.fidelity.recording import Recording, read_events
from tests.fidelity.run_entry import NOT_ACCELERATED

ROOT = Path(__file__).resolve().parents[2]
ENTRY = Path(__file__).parent / "run_entry.py"
CALLBACKS = Path(__file__).parent / "in_run"
GUEST = ROOT / "orchestrator/adapters/ansible/guest/entry.py"
WORK = "/var/tmp/fidelity"
SECONDS = 1200.0
WAYS = ("stock", "orch")
HOSTS = 3

_RESET = """
work={work}; rm -rf "$work"; mkdir -p -m 755 "$work"; chown deploy: "$work"
rm -rf /tmp/ansible* /home/deploy/.ansible /root/.ansible /home/deploy/.ansible_async /root/.ansible_async /tmp/.ansible*
"""
# What modules of a run left behind counts as much as what they say. Whoever watches an asynchronous job looks every 5 s
# whether it is over, and then takes its folder away: a fast run has ended by then.
_LOOK = """
for turn in $(seq 70); do
    find /home/deploy/.ansible/tmp /root/.ansible/tmp -mindepth 1 2>/dev/null | grep -q . || break
    sleep 0.1
done
cd {work} && find . -printf '%p %y %M %u %g %l\\n'; find . -type f -exec sha256sum {{}} +
find /home/deploy/.ansible /root/.ansible -mindepth 1 -printf '%P %y %M %u\\n' 2>/dev/null
getent passwd fid_plain fid_user; getent group fid_group games; ls -d /tmp/ansible* /tmp/.ansible* 2>/dev/null; true
"""


class NotAccelerated(Exception):
    """The run would go the stock way; the reason is its text."""


class Site(NamedTuple):
    """Where runs take place: hosts, the Python of an Ansible, a folder for what they leave here."""

    lab: Lab
    python: Path
    folder: Path


def play(site: Site, subject: Subject, way: str) -> Recording:
    """One run from the beginning. Raises NotAccelerated; subprocess.TimeoutExpired after SECONDS."""
    here = site.folder / subject.name
    _lay_out(here, site.lab)
    _on_hosts(site.lab, _RESET.format(work=f"{WORK}/{subject.name}") + subject.reset)
    events = site.folder / f"{subject.name}.events"
    events.unlink(missing_ok=True)
    ended = subprocess.run(
        [str(site.python), "-B", str(ENTRY), str(GUEST), *_arguments(subject, here)],
        cwd=PROJECT,
        env=_environment(subject, here, events, way),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    out, err = (text.decode("utf-8", "replace") for text in (ended.stdout, ended.stderr))
    if ended.returncode == NOT_ACCELERATED:
        raise NotAccelerated(err.strip())
    looks = _on_hosts(site.lab, _LOOK.format(work=f"{WORK}/{subject.name}"))
    files = {"here": _files_here(here), **{host: tuple(text.splitlines()) for host, text in looks.items()}}
    return Recording(read_events(events), ended.returncode, out, err, files)


def _arguments(subject: Subject, here: Path) -> list[str]:
    variables = {"work": f"{WORK}/{subject.name}", "here": str(here)}
    return [
        str(subject.playbook),
        "-i",
        str(here / "hosts.json"),
        "-e",
        json.dumps(variables),
        *subject.options,
    ]


def _environment(subject: Subject, here: Path, events: Path, way: str) -> dict[str, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(here / "home"),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg"),
        "ANSIBLE_HOME": str(here / "home/.ansible"),
        "ANSIBLE_LIBRARY": f"{PROJECT}/library:{here}/library",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_FORKS": "5",
        "ANSIBLE_TIMEOUT": "20",
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "whole_events",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": f"/tmp/fid-{os.getpid()}",
        "FIDELITY_EVENTS": str(events),
        **{name: value.format(here=here) for name, value in subject.settings},
    }
    return environment | ({"ORCH_ACCELERATE": "orch"} if way == "orch" else {})


def inventory(lab: Lab) -> dict[str, Any]:
    """The first two hosts do the work, the third is delegated to; nobody answers for the dead one."""
    pinned = f"-o UserKnownHostsFile={lab.known_hosts} -o GlobalKnownHostsFile=/dev/null"
    python = {
        host.name: lab.state.pythons[number % len(lab.state.pythons)].interpreter
        if lab.state.pythons
        else "/usr/bin/python3"
        for number, host in enumerate(lab.hosts[:HOSTS])
    }
    hosts = {
        host.name: {"ansible_host": str(host.address), "ansible_python_interpreter": python[host.name]}
        for host in lab.hosts[:HOSTS]
    }
    first = lab.hosts[0]
    boss = {**hosts[first.name], "ansible_user": "fid_boss"}
    dead = {"ansible_host": "127.0.0.1", "ansible_port": 9, "ansible_python_interpreter": "/usr/bin/python3"}
    names = list(hosts)
    return {
        "all": {
            "vars": {
                "ansible_user": "deploy",
                "ansible_ssh_private_key_file": str(lab.key),
                "ansible_ssh_common_args": f"{pinned} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes",
            },
            "children": {
                "web": {"hosts": {name: hosts[name] for name in names[:2]}},
                "spare": {"hosts": {name: hosts[name] for name in names[2:3]}},
                "bosses": {"hosts": {"boss": boss}},
                "unreached": {"hosts": {"dead": dead}},
            },
        }
    }


def _lay_out(here: Path, lab: Lab) -> None:
    """The folder of the run on the controller, made anew with what its playbook sends."""
    shutil.rmtree(here, ignore_errors=True)
    (here / "library").mkdir(parents=True)
    (here / "home").mkdir()
    (here / "hosts.json").write_text(json.dumps(inventory(lab)))
    (here / "large").write_bytes(hashlib.shake_256(b"large").digest(5_000_000))
    (here / "bytes").write_bytes(bytes(range(256)) * 3)
    # Given the path of a file with its arguments, this program prints them: JSON, as a binary module gets it.
    shutil.copy("/bin/cat", here / "library/binary_module")
    with tarfile.open(here / "archive.tar.gz", "w:gz") as archive:
        for name, text in (("in/first", b"first\n"), ("in/second", b"second\n")):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))


def _files_here(here: Path) -> tuple[str, ...]:
    """What the run left on the controller, beside Ansible's own."""
    lines = []
    for path in sorted(here.rglob("*")):
        name = str(path.relative_to(here))
        if path.is_file() and not name.startswith(("home/", "cache/", "archive", "password")):
            lines.append(
                f"{name} {oct(path.stat().st_mode)} {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
            )
    return tuple(lines)


def _on_hosts(lab: Lab, script: str) -> dict[str, str]:
    """What each host answers to a script of root's."""
    hosts = lab.hosts[:HOSTS]
    with ThreadPoolExecutor(HOSTS) as pool:
        ends = pool.map(lambda host: lab.ssh(host.name, f"sudo sh -c {_quoted(script)}", seconds=120), hosts)
        return {host.name: ended.out for host, ended in zip(hosts, ends, strict=True)}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
