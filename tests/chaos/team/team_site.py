"""A team: two servers behind a proxy, two workers that drive, three nodes in two zones, PostgreSQL; and two operators."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from orchestrator.adapters.keys.frame_keys import FolderFrameKeys
from orchestrator.bootstrap import nodes
from tests.chaos.team.light_hands import TeamFleet
from tests.chaos.team.networks import Networks
from tests.chaos.team.shared_database import PART, SharedDatabase

ROOT = Path(__file__).resolve().parents[3]
SERVERS = ("s1", "s2")
WORKERS = ("w1", "w2")
NODES = {"a1": "alpha", "a2": "alpha", "b1": "beta"}
PROXY = "proxy"
OPERATORS = ("ann", "bo")
PARTS = [PART, PROXY, *SERVERS, *WORKERS, *NODES, *OPERATORS]
MACHINES = (*SERVERS, *WORKERS, *OPERATORS)
"""Those that have the home: its files are shared, and locks on them are each machine's own."""
PORT = 8080
ORCH = [sys.executable, "-m", "orchestrator"]
PLAYBOOK = "- name: {name}\n  hosts: all\n  gather_facts: false\n  tasks: []\n"


def _plan(pair: int, variables: dict[str, str], soak: float) -> dict[str, Any]:
    return {
        "orch": 1,
        "purpose": "See what a fault does to a team.",
        "release": {"name": f"app-{pair}", "version": "2.0", "removes": ["the app before it"]},
        "objectives": "Every host answers with its version.",
        "strategy": {
            "kind": "phased",
            "hosts": f"pair{pair}",
            "playbook": "playbooks/app.yml",
            "variables": variables,
            "waves": [1, "rest"],
            "gate": {"soak": f"{soak}s", "every": "1s"},
            "run_timeout": "300s",
        },
        "roles": {"deployment manager": "Ada Berg"},
        "resources": {"environment": "lab", "inventory": "inventories/hosts.yml"},
        "schedule": {},
        "risks": [{"risk": "a part of the team dies", "mitigation": "another takes over"}],
        "communication": [{"audience": "service desk", "channel": "mail"}],
        "validation": {
            "environment": [{"space": {"path": "/tmp", "free": "1KiB"}}],
            "acceptance": [{"http": "http://{address}:8080/version"}],
        },
        "backout": {
            "playbook": "rollback/app.yml",
            "baseline": {"files": ["/etc/app"], "packages": "none", "ports": False, "users": False},
        },
        "approval": {"required": []},
    }


@dataclass
class TeamSite:
    """One team; `pairs`: how many deployments may run at once, each to a host in each zone."""

    folder: Path
    pairs: int
    number: int | None = None
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    token: str = ""
    """With which bo speaks over the API."""
    faults: list[str] = field(default_factory=list)
    """What a part did that no fault excuses."""

    def begin(self) -> None:
        """Everything at work, or nothing."""
        try:
            self._begin()
        except BaseException:
            self.end()
            raise

    def _begin(self) -> None:
        self.networks = Networks(PARTS, self.number)
        self.database = SharedDatabase(self.networks)
        (self.home / "drivers").mkdir(parents=True, mode=0o700)
        self.home.chmod(0o700)
        self.fleet = TeamFleet(self.folder / "fleet")
        self.fleet.make(self.hosts)
        self._project()
        self._enrolled()
        for part in (PROXY, *SERVERS, *WORKERS, *NODES):
            self.start(part)
        for part in SERVERS:
            self._answers(part)
        self.must("ann", "people", "add", "bo", "--role", "deployment manager")
        scopes = ["--scope", "see", "--scope", "pause"]
        self.token = self.must("ann", "people", "token", "new", "bo", "--label", "terminal", *scopes).strip()

    def end(self) -> None:
        """Nothing of it is left."""
        for part in self.processes:
            for pid in self.networks.pids(part):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()
        for made in ("database", "networks"):
            if hasattr(self, made):
                getattr(self, made).end()

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def hosts(self) -> list[str]:
        return [f"{zone}{pair}" for pair in range(self.pairs) for zone in ("alpha", "beta")]

    @property
    def environment(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("ORCH_")}
        return {
            **known,
            "ORCH_HOME": str(self.home),
            "ORCH_STORE_URL": self.database.url,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }

    def command(self, part: str) -> list[str]:
        """What the part is."""
        address = self.networks.address
        if part == PROXY:
            servers = [f"{address(server)}:{PORT}" for server in SERVERS]
            return [sys.executable, "-m", "tests.chaos.team.proxy", str(PORT), *servers]
        if part in SERVERS:
            place = ["--listen", address(part), "--port", str(PORT), "--behind-proxy", address(PROXY)]
            return [*ORCH, "serve", *place, "--address", "https://orch.test", "--queue"]
        if part in WORKERS:
            return [
                sys.executable,
                "-m",
                "tests.chaos.team.light_worker",
                str(self.home),
                str(self.fleet.root),
            ]
        server = FolderFrameKeys(self.home / nodes.NODES, "server").party.model_dump_json()
        words = [str(self.folder / part), part, NODES[part], server, self.address]
        return [sys.executable, "-m", "tests.chaos.team.light_node", *words, str(self.fleet.root)]

    def start(self, part: str) -> None:
        """The part at work, in its network."""
        with (self.folder / f"{part}.log").open("ab") as log:
            self.processes[part] = subprocess.Popen(
                [*self.inside(part), *self.command(part)],
                cwd=self.project,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def inside(self, part: str) -> list[str]:
        """What stands before a command that is to run on the machine of the part."""
        if part not in MACHINES:
            return self.networks.inside(part)
        own = self.folder / f"{part}.drivers"
        own.mkdir(exist_ok=True)
        bound = f'mount --bind {own} {self.home}/drivers && exec "$@"'
        return [*self.networks.inside(part), "sh", "-c", bound, "sh"]

    def printed(self, part: str) -> str:
        """What it printed."""
        return (self.folder / f"{part}.log").read_text(errors="replace")

    def orch(self, operator: str, *words: str, seconds: float = 240.0) -> subprocess.CompletedProcess[str]:
        """A command of an operator, on a machine of their own."""
        return subprocess.run(
            [*self.inside(operator), *ORCH, *words],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def must(self, operator: str, *words: str) -> str:
        """The same; what it printed. Whatever goes wrong is kept in `faults`."""
        done = self.orch(operator, *words)
        if done.returncode != 0:
            self.faults.append(f"orch {' '.join(words)} ended with {done.returncode}: {done.stderr[-500:]}")
        return done.stdout

    def plan(self, pair: int, *, seconds: float, soak: float = 1.0, fails_on: str = "") -> Path:
        """A plan for this pair, whole at once: half of one is no plan, and of the tree that another plan is frozen with."""
        path = self.project / f"plans/pair{pair}.yml"
        draft = self.folder / f"pair{pair}.draft"
        draft.write_text(
            json.dumps(_plan(pair, {"seconds": f"{seconds}", "fails_on": fails_on}, soak), indent=1)
        )
        draft.replace(path)
        return path

    def _project(self) -> None:
        for folder, name in (("playbooks", "Deploy"), ("rollback", "Take back")):
            (self.project / folder).mkdir(parents=True)
            (self.project / folder / "app.yml").write_text(PLAYBOOK.format(name=name))
        (self.project / "plans").mkdir()
        (self.project / "inventories").mkdir()
        groups: dict[str, Any] = {
            f"pair{pair}": {
                "hosts": {
                    f"{zone}{pair}": {"ansible_host": f"192.0.2.{2 * pair + n + 1}", "orch_zone": zone}
                    for n, zone in enumerate(("alpha", "beta"))
                }
            }
            for pair in range(self.pairs)
        }
        (self.project / "inventories/hosts.yml").write_text(
            json.dumps({"all": {"children": groups}}, indent=1)
        )

    def _enrolled(self) -> None:
        """The nodes are known by the database, as `orch node invite` and `orch node enrol` do it."""
        book = nodes.book_at(self.database_here)
        for name, zone in NODES.items():
            keys = FolderFrameKeys(self.folder / name / "keys", name)
            token = sha256(name.encode()).hexdigest()
            book.invite(token, zone, "ann", 600.0)
            book.enrol(token, keys.party)

    @property
    def address(self) -> str:
        """The proxy, before the servers."""
        return f"http://{self.networks.address(PROXY)}:{PORT}"

    @property
    def database_here(self) -> str:
        """The database for the trial itself, which no cut reaches."""
        return f"postgresql://orch@/team?host={self.database.home}"

    def _answers(self, part: str) -> None:
        deadline = time.monotonic() + 120
        url = f"http://{self.networks.address(part)}:{PORT}/readyz"
        command = [*self.networks.inside(PROXY), sys.executable, "-c", _READY, url]
        while subprocess.run(command, capture_output=True, check=False).returncode != 0:
            if time.monotonic() > deadline or self.processes[part].poll() is not None:
                raise RuntimeError(f"{part} does not answer: {self.printed(part)[-2000:]}")
            time.sleep(0.2)


_READY = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)"


def removed(folder: Path) -> None:
    """A folder that is not needed any more."""
    shutil.rmtree(folder, ignore_errors=True)
