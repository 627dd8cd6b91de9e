"""A live host stays live: called test, under other names and through a port forward, it is refused, and nothing is touched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab
from tests.fleet.labs import lab_for
from tests.worlds.project import write

PROJECT = Path(__file__).parents[1] / "cases/rehearsal/project"
ORCH = [sys.executable, "-m", "orchestrator"]
PLAN = "plans/app.yml"
ENVIRONMENT = "orch: 1\nenvironment: {name}\ntitle: Hosts\nclass: {name}\nowner: service owner\ninventory: inventories/{name}\n"
FREEZE = """\
freezes:
  - {name: year-end, zone: UTC, starts: "2020-01-01T00:00", repeats: FREQ=DAILY, lasts: 1d, reason: no plums}
"""

pytestmark = pytest.mark.timeout(300)


class Site:
    """A project with an environment of class live and one of class test, and the hosts that are known as live."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.project = lab, folder / "project"
        self.environment = {**os.environ, "ORCH_HOME": str(folder / "orch"), "LANG": "C.UTF-8"}
        shutil.copytree(PROJECT, self.project)
        shutil.rmtree(self.project / "policies")
        for name in ("live", "test"):
            write(self.project, f"environments/{name}.yml", ENVIRONMENT.format(name=name))
            write(self.project, f"inventories/{name}/group_vars/web.yml", "greeting: hello\n")
        self.inventory("live", self.hosts())

    def hosts(self) -> dict[str, dict[str, Any]]:
        loaded: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(self.lab.inventory)["web"][
            "hosts"
        ]
        return loaded

    def inventory(self, name: str, hosts: dict[str, dict[str, Any]]) -> None:
        yaml = YAML(typ="safe", pure=True)
        web = yaml.load(self.lab.inventory)["web"]
        with (self.project / f"inventories/{name}/hosts.yml").open("w") as stream:
            yaml.dump({"web": {**web, "hosts": hosts}}, stream)

    def orch(self, *words: str, expect: int = 0) -> str:
        ended = subprocess.run(
            [*ORCH, *words], cwd=self.project, env=self.environment, capture_output=True, text=True, timeout=200, check=False
        )  # fmt: skip
        output = f"{ended.stdout[-6000:]}\n{ended.stderr[-3000:]}"
        assert ended.returncode == expect, f"orch {' '.join(words)}: exit {ended.returncode}\n{output}"
        return ended.stdout + ended.stderr

    def seen(self) -> list[str]:
        """What hosts show of a deployment: their page with its times, and the epoch of the last run."""
        question = "stat -c '%y %i' /opt/app/page; sudo sh -c 'cat /var/lib/orch/* 2>/dev/null | sha256sum'"
        return [self.lab.ssh(host, question).out for host in self.hosts()]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with lab_for("environments", 2, light=True) as made:
        yield made


@pytest.mark.long
def test_live_in_a_freeze_is_not_reached_as_test(lab: Lab, tmp_path: Path) -> None:
    site = Site(lab, tmp_path)
    assert "app 1.0.0 to live (live)" in site.orch("deploy", PLAN)
    write(site.project, "environments/live.yml", ENVIRONMENT.format(name="live") + FREEZE)
    assert "frozen until" in site.orch("deploy", PLAN, expect=4)
    before = site.seen()
    plan = site.project / PLAN
    plan.write_text(
        plan.read_text().replace(
            "{environment: live, inventory: inventories/live}",
            "{environment: test, inventory: inventories/test}",
        )
    )

    with ExitStack() as forwards:
        others = {}
        for number, (_, words) in enumerate(site.hosts().items(), 1):
            port = forwards.enter_context(
                Forward(words["ansible_host"], int(words.get("ansible_port", 22)))
            ).port
            pins = _pinned_at(site, words["ansible_host"], port, tmp_path / f"known_hosts_{number}")
            others[f"cart{number}"] = {
                **words,
                "ansible_host": "127.0.0.1",
                "ansible_port": port,
                "ansible_ssh_common_args": f"-o UserKnownHostsFile={pins} -o StrictHostKeyChecking=yes",
            }
        site.inventory("test", others)
        by_key = " ".join(site.orch("deploy", PLAN, expect=4).split())
        # Pinned for any host, a key says nothing of this one: now the hosts themselves say which machines they are.
        for pins in tmp_path.glob("known_hosts_*"):
            pins.write_text("".join(f"* {line.split(' ', 1)[1]}\n" for line in pins.read_text().splitlines()))
        by_answer = " ".join(site.orch("deploy", PLAN, expect=4).split())

    for refused in (by_key, by_answer):
        assert "cart1, cart2: known as a live machine of live" in refused
        assert "and the plan calls it test" in refused
    admitted = "1 artefact with the digest of the plan"
    assert (admitted in by_key, admitted in by_answer) == (False, True)
    assert site.seen() == before


def _pinned_at(site: Site, address: str, port: int, file: Path) -> Path:
    """The keys of this address, pinned for a port of this machine."""
    lines = site.lab.known_hosts.read_text().splitlines()
    keys = {line.split(" ", 1)[1] for line in lines if line.split(" ", 1)[0].split(",")[0] == address}
    assert keys, lines
    file.write_text("".join(f"[127.0.0.1]:{port} {key}\n" for key in sorted(keys)))
    return file


class Forward:
    """A port of this machine that leads to another."""

    def __init__(self, address: str, port: int) -> None:
        self._there = (address, port)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Forward:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._socket.accept()
                there = socket.create_connection(self._there)
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=_pump, args=(source, target), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
