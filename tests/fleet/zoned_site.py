"""A small site whose hosts are in a zone: its store on PostgreSQL, the server's door over HTTP, and nodes as processes."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from orchestrator.lab.fleet import Lab
from tests.fleet.small_site import SmallSite
from tests.worlds.private_authority import PrivateAuthority

_SERVER = """
import sys, uvicorn
from pathlib import Path
from starlette.applications import Starlette
from orchestrator.bootstrap import nodes
from orchestrator.web.nodes import node_routes
door = nodes.door(Path(sys.argv[1]), nodes.store_url())
uvicorn.run(Starlette(routes=node_routes(door)), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


class ZonedSite(SmallSite):
    """Its playbook notes each run on each host, and takes `seconds`; without `zone` its hosts are in none."""

    def __init__(
        self,
        lab: Lab,
        folder: Path,
        database: str,
        *,
        seconds: float = 0.0,
        zone: str = "dmz",
        plan: Mapping[str, str] | None = None,
    ) -> None:
        """`plan`: what stands in the plan in place of what."""
        super().__init__(lab, folder, "ways", {})
        self.folder, self.lab = folder, lab
        self.environment["ORCH_STORE_URL"] = database
        inventory = self.project / "inventories/hosts.yml"
        if zone:
            inventory.write_text(with_zone(inventory.read_text(), zone))
        file = self.project / "plans/app.yml"
        for before, after in (plan or {}).items():
            assert before in file.read_text(), before
            file.write_text(file.read_text().replace(before, after))
        self.authorities: Path | None = None
        playbook = self.project / "playbooks/app.yml"
        slow = f'    - name: slow\n      ansible.builtin.shell: "echo run >>/srv/runs; sleep {seconds}"\n'
        playbook.write_text(f"{playbook.read_text()}{slow}")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def runs(self) -> list[int]:
        """How often the playbook ran on each host."""
        seen = [self.lab.ssh(host.name, "cat /srv/runs").out.split() for host in self.lab.hosts]
        return [len(each) for each in seen]

    def await_run(self) -> None:
        """Until the playbook is at work on a host."""
        deadline = time.monotonic() + 120
        while not any(self.runs()):
            assert time.monotonic() < deadline, "nothing runs"
            time.sleep(0.3)

    @contextmanager
    def server(self, authority: PrivateAuthority | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """The door for nodes, until the end of the block; with an authority, the whole service over its TLS."""
        words = [sys.executable, "-c", _SERVER, self.environment["ORCH_HOME"], str(self.port)]
        if authority is not None:
            files, self.authorities = authority.certify(), authority.file
            tls = ["--tls-cert", str(files.certificate), "--tls-key", str(files.key)]
            words = [sys.executable, "-m", "orchestrator", "serve", "--port", str(self.port), *tls]
        process = self._spawn("server", words)
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", self.port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline, (self.folder / "server.log").read_text()
                    time.sleep(0.1)
            yield process
        finally:
            ended(process)

    def enrolled(self, name: str, zone: str = "dmz") -> Path:
        """A node of the zone over HTTP, or TLS where that is spoken; its folder."""
        invited = self.orch("node", "invite", zone)
        assert invited.returncode == 0, invited.stderr
        folder = self.folder / name
        words = [
            "node",
            "enrol",
            "--server",
            f"{'http' if self.authorities is None else 'https'}://127.0.0.1:{self.port}",
            "--name",
            name,
            "--node",
            str(folder),
            *(() if self.authorities is None else ("--ca-file", str(self.authorities))),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "orchestrator", *words],
            input=invited.stdout,
            env=self.of_node(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return folder

    def of_node(self) -> dict[str, str]:
        """A node's environment has neither the store's address nor the home of drivers."""
        hidden = ("ORCH_STORE_URL", "ORCH_HOME")
        return {name: value for name, value in self.environment.items() if name not in hidden}

    @contextmanager
    def node(self, folder: Path, zone: str = "dmz") -> Iterator[subprocess.Popen[bytes]]:
        """The node at work, until the end of the block."""
        process = self.begun_node(folder, zone)
        try:
            yield process
        finally:
            ended(process)

    def begun_node(self, folder: Path, zone: str = "dmz") -> subprocess.Popen[bytes]:
        """The node at work."""
        words = ["worker", "--zone", zone, "--node", str(folder)]
        return self._spawn(folder.name, [sys.executable, "-m", "orchestrator", *words], self.of_node())

    def worker(self, name: str) -> subprocess.Popen[bytes]:
        """A worker of `drive` jobs."""
        return self._spawn(name, [sys.executable, "-m", "orchestrator", "worker"])

    def _spawn(
        self, name: str, words: list[str], env: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                words, cwd=self.project, env=env or self.environment, stdout=log, stderr=log
            )

    def await_words(self, name: str, words: str) -> None:
        """Until a process of this name has printed them."""
        deadline = time.monotonic() + 120
        while words not in self.printed(name):
            assert time.monotonic() < deadline, self.printed(name)
            time.sleep(0.3)

    def printed(self, name: str) -> str:
        """What a process of this name printed."""
        return (self.folder / f"{name}.log").read_text()


def ended(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and see that it does."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def with_zone(inventory: str, zone: str) -> str:
    """The lab's inventory, with every host in the zone."""
    lines = rf"\1orch_zone: {zone}\n\1ansible_user:"
    return re.sub(r"^(\s+)ansible_user:", lines, inventory, flags=re.MULTILINE)
