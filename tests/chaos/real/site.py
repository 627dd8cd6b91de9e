"""Three real hosts, the example and `orch` with a store of its own; and what can be seen of them without orch."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.lab.fleet import Lab

EXAMPLE = Path(__file__).parents[1] / "example"
HOSTS = ("web1", "web2", "web3")
ORCH = [sys.executable, "-m", "orchestrator"]
ROOT = Path(__file__).resolve().parents[3]
STORE = 96
"""Mebibytes of the file system that a rollout's store lies on."""
LIMIT = 240.0
"""Seconds after which a command of orch is taken for one that never ends."""

NO_ANSWER = "no answer"
TAMPERED = "tampered"
"""The task that stands in the act log where a playbook of a changed copy was run."""

PLAN = """\
orch: 1
purpose: See what a fault does.
release:
  name: app
  version: "2.0"
  units:
    - {{name: app, version: "2.0", artefact: dml/{release}, sha256: {digest}, on_target: /etc/chaos/version}}
objectives: Every host answers with its version.
strategy:
  kind: phased
  hosts: web
  playbook: playbooks/app.yml
  variables: {{seconds: "{seconds}", fails_on: "{fails_on}", dies_on: "{dies_on}"}}
  waves: [1, rest]
  gate: {{soak: {soak}, every: 1s}}
  run_timeout: 120s
  task_timeout: 60s
  {accelerate}
roles: {{deployment manager: Ann}}
resources: {{environment: lab, inventory: {inventory}}}
risks:
  - {{risk: a fault strikes, mitigation: it is survived}}
communication:
  - {{audience: service desk, channel: mail}}
validation:
  environment:
    - become: root
    - python: "3.9"
  acceptance:
    - http: {{url: "http://{{address}}:8080/version", contains: "2.0"}}
      within: 5s
    - http: "http://{{address}}:8080/health"
backout:
  playbook: rollback/app.yml
  baseline: {{files: [/etc/chaos], packages: none, ports: false, users: false}}
  task_timeout: 60s
  run_timeout: 120s
approval: {{required: []}}
"""


class Act(NamedTuple):
    """A line of a host's act log."""

    host: str
    attempt: str
    purpose: str
    task: str
    at: float


class Answer(NamedTuple):
    """What a host's service answered to the prober; None where it did not."""

    host: str
    at: float
    version: str | None
    healthy: bool = False


@dataclass
class Site:
    """One rollout's hosts and store. `home` is a small file system of its own, so that it can be filled."""

    lab: Lab
    folder: Path
    answers: list[Answer] = field(default_factory=list)
    newer: str = ""
    """The deployment from another store that took the place of a paused run, where there was one."""
    paused: list[int] = field(default_factory=list)
    woken_at: float = 0.0
    changed_at: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "ORCH_HOME": str(self.home),
            "ORCH_DISK_RESERVE": "8MiB",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }

    def begin(self) -> None:
        """Hosts, store and project as they are before each rollout."""
        self.home.mkdir(parents=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={STORE}m,mode=0700", "chaos", str(self.home)], check=True
        )
        for part in ("playbooks", "rollback", "dml"):
            shutil.copytree(EXAMPLE / part, self.project / part)
        for host in HOSTS:
            if not Path(self.root(host)).exists() or self.ssh(host, "true").returncode != 0:
                with suppress(Exception):
                    self.lab.fault(host, "heal")
                    self.lab.fault(host, "start")
        with ThreadPoolExecutor(len(HOSTS)) as pool:
            for made in pool.map(self._fresh, HOSTS):
                if made.returncode != 0:
                    raise AssertionError(f"a host cannot be made ready: {made.stdout}{made.stderr}")
        threading.Thread(target=self._probe, daemon=True).start()

    def end(self) -> None:
        """Nothing of the rollout is left but its hosts."""
        self._over.set()
        subprocess.run(["umount", "-l", str(self.home)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _fresh(self, host: str) -> subprocess.CompletedProcess[str]:
        return self.ssh(host, "sudo sh -s", text=(EXAMPLE / "host.sh").read_text(), seconds=60)

    def root(self, host: str) -> Path:
        """The host's files, as this machine sees them."""
        return self.lab.paths.host(host).root

    def ssh(
        self, host: str, command: str, *, text: str | None = None, seconds: float = 20
    ) -> subprocess.CompletedProcess[str]:
        """Ask a host over ssh, not through orch; code 124 where it did not answer in time."""
        argv = self.lab.ssh_command(host, [command])
        try:
            return subprocess.run(
                argv, input=text, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(argv, 124, "", "no answer")

    def plan(
        self,
        *,
        release: str,
        seconds: float,
        fails_on: str = "",
        dies_on: str = "",
        accelerate: str = "no",
    ) -> Path:
        """The plan as a file of the project."""
        artefact = self.project / "dml" / release
        text = PLAN.format(
            release=release,
            digest=sha256(artefact.read_bytes()).hexdigest(),
            inventory=self.lab.inventory,
            seconds=seconds,
            fails_on=fails_on,
            dies_on=dies_on,
            soak="7s" if dies_on else "2s",
            accelerate=f"accelerate: {accelerate}",
        )
        path = self.project / "plan.yml"
        path.write_text(text)
        return path

    def start(self, *words: str, elsewhere: bool = False) -> subprocess.Popen[str]:
        """Start `orch ... --json`; a session of its own, as in a terminal of its own; `elsewhere` with another store."""
        other = {"ORCH_HOME": str(self.folder / "other-home")} if elsewhere else {}
        return subprocess.Popen(
            [*ORCH, *words, "--json"],
            cwd=self.project,
            env=self.environment | other,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "stderr.txt").open("a"),
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def complaints(self) -> str:
        """The end of what orch said on its error stream."""
        return (self.folder / "stderr.txt").read_text()[-1500:]

    def acts(self) -> list[Act]:
        """The act logs of all hosts."""
        acts = []
        for host in HOSTS:
            with suppress(OSError):
                for line in (self.root(host) / "var/log/chaos-acts.log").read_text().splitlines():
                    words = line.split()
                    if len(words) == 4:
                        acts.append(Act(host, words[0], words[1], words[2], float(words[3])))
        return acts

    def tree(self, host: str) -> str:
        """The managed files of a host: names, modes, owners and digests; what ssh said where it does not answer."""
        script = "cd /etc/chaos && find . -printf '%P %m %U %G %l\\n' | sort && find . -type f | sort | xargs sha256sum"
        ended = self.ssh(host, f"sudo sh -c {json.dumps(script)}")
        return ended.stdout if ended.returncode == 0 else f"{NO_ANSWER} ({ended.returncode}): {ended.stderr}"

    def _probe(self) -> None:
        """Poll each host's service until the rollout is over."""
        addresses = {host.name: str(host.address) for host in self.lab.hosts}

        def ask(host: str) -> Answer:
            version, healthy = None, False
            with suppress(OSError, urllib.error.URLError, http.client.HTTPException):
                url = f"http://{addresses[host]}:8080"
                version = urllib.request.urlopen(f"{url}/version", timeout=1).read().decode()
                healthy = urllib.request.urlopen(f"{url}/health", timeout=1).status == 200
            return Answer(host, time.time(), version, healthy)

        with ThreadPoolExecutor(len(HOSTS)) as pool:
            while not self._over.wait(0.3):
                self.answers.extend(pool.map(ask, HOSTS))


def lines_of(driver: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """The driver's JSON lines as they come."""
    assert driver.stdout is not None
    for text in driver.stdout:
        with suppress(json.JSONDecodeError):
            yield json.loads(text)


def sessions(site: Site, host: str) -> list[str]:
    """The logins by ssh that a host has open, as this machine sees its processes."""
    machine = site.root(host) / "etc/machine-id"
    sessions = []
    for entry in (each for each in Path("/proc").iterdir() if each.name.isdigit()):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().rstrip(b"\0").decode(errors="replace")
            login = command.startswith("sshd") and "@" in command
            if login and (entry / "root/etc/machine-id").samefile(machine):
                sessions.append(f"{entry.name} {command}")
    return sessions


def census(deployment: str) -> list[str]:
    """Every process of this machine and of its containers whose environment names an attempt of the deployment."""
    pids = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                environment = (entry / "environ").read_bytes()
                names = [b"ORCH_ATTEMPT=", b"ORCH_RUN=", b"ORCH_MARKER="]
                if any(name + deployment.encode() in environment for name in names):
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                    if state not in "ZX":
                        command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                        pids.append(f"{entry.name} {command[:100]}")
    return pids
