"""An appliance with an API and no ssh: versions, configuration and users by HTTP. It can die, lie and be replaced."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.worlds.project import write

MOST = 65536
"""Bytes that a request may bring."""
Lie = Callable[[str], bytes | None]
"""What is answered to a path instead; None: the truth."""


@dataclass
class Appliance:
    """One appliance at an address of this machine. `asked`: how often each path was; `dies_after`: so many writes."""

    serial: str
    state: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    lie: Lie = lambda _path: None
    forgets: tuple[str, ...] = ()
    on_write: Callable[[str], object] = lambda _path: None
    delay: float = 0.0
    port: int = 0
    server: ThreadingHTTPServer | None = None

    def __post_init__(self) -> None:
        self.state = self.state or {
            "version": "1.0",
            "config": {"mtu": 1500, "motd": "welcome", "ntp": ["10.0.0.1"]},
            "users": ["admin"],
        }

    def start(self) -> "Appliance":
        """Listen, at the port of before if there was one."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port, self.server = server.server_port, server
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Answer nobody any more."""
        server, self.server = self.server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def stop_soon(self) -> None:
        """The same from within an answer: the connection ends without one."""
        threading.Thread(target=self.stop, daemon=True).start()
        threading.Event().wait(0.3)
        raise ConnectionAbortedError


def _handler(appliance: Appliance) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            appliance.asked.append(("GET", self.path))
            threading.Event().wait(appliance.delay)
            lie = appliance.lie(self.path)
            if lie is not None:
                self._answer(200, lie)
                return
            known = {"/identity": {"serial": appliance.serial}, "/state": appliance.state}
            part = self.path.strip("/")
            content = known.get(self.path, appliance.state.get(part))
            self._answer(404 if content is None else 200, json.dumps(content).encode())

        def do_PUT(self) -> None:
            appliance.asked.append(("PUT", self.path))
            part = self.path.strip("/")
            length = min(MOST, int(self.headers.get("Content-Length", 0)))
            given = json.loads(self.rfile.read(length))
            appliance.on_write(self.path)
            if part not in appliance.forgets:
                appliance.state[part] = given
            self._answer(200, b"{}")

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler


@contextmanager
def appliances(*serials: str) -> Iterator[list[Appliance]]:
    """Appliances that answer, one for each serial number."""
    made = [Appliance(serial).start() for serial in serials]
    try:
        yield made
    finally:
        for each in made:
            each.stop()


CONFIGURE = """\
- name: configure
  hosts: appliances
  gather_facts: false
  tasks:
    - name: put the configuration
      ansible.builtin.uri:
        url: "{{ api }}/config"
        method: PUT
        body_format: json
        body: CONFIG
    - name: put the version
      ansible.builtin.uri: {url: "{{ api }}/version", method: PUT, body_format: json, body: VERSION}
"""
PLAN = """\
orch: 1
purpose: Bring release 2.0 to the appliances.
release:
  name: appliance
  version: 2.0.0
  units:
    - {name: appliance, version: 2.0.0, artefact: dml/appliance.txt, sha256: DIGEST}
objectives: 99% of requests are answered in under 300 ms
strategy:
  kind: big-bang
  hosts: appliances
  playbook: playbooks/configure.yml
  task_timeout: 20s
roles: {deployment manager: Ada Berg, change manager: Li Wei}
resources:
  environment: staging
  inventory: inventories/staging.yml
  without_ssh:
    - identity: {module: ansible.builtin.uri, args: {url: "{{ api }}/identity"}, keep: [json.serial]}
schedule: {}
risks:
  - {risk: an appliance does not answer, mitigation: it is asked beforehand}
communication:
  - {audience: service desk, channel: mail}
validation:
  environment:
    - module:
        name: ansible.builtin.uri
        args: {url: "{{ api }}/state"}
        expect: [{value: json.version, one_of: ["1.0", "2.0"]}]
  acceptance:
    - module:
        name: ansible.builtin.uri
        args: {url: "{{ api }}/state"}
        expect:
          - {value: json.version, equals: "2.0"}
          - {value: json.config.mtu, equals: 9000}
      within: 5s
backout:
  playbook: rollback/configure.yml
  baseline:
    facts:
      - name: state
        module: ansible.builtin.uri
        args: {url: "{{ api }}/state"}
        keep: [json.version, json.config, json.users]
  changes:
    - task: put the *
      changes: [{fact: state}]
approval: {required: [change manager]}
"""


def project(folder: Path, made: list[Appliance]) -> Path:
    """A project that deploys to these appliances; returns the plan's path."""
    import hashlib

    hosts = "".join(
        f"    box{n}: {{api: 'http://127.0.0.1:{each.port}'}}\n" for n, each in enumerate(made, 1)
    )
    write(
        folder,
        "inventories/staging.yml",
        f"appliances:\n  vars: {{ansible_connection: local, ansible_python_interpreter: /usr/bin/python3}}\n  hosts:\n{hosts}",
    )
    new = '{mtu: 9000, motd: welcome, ntp: ["10.0.0.1"]}'
    old = '{mtu: 1500, motd: welcome, ntp: ["10.0.0.1"]}'
    write(folder, "playbooks/configure.yml", CONFIGURE.replace("CONFIG", new).replace("VERSION", "'\"2.0\"'"))
    write(folder, "rollback/configure.yml", CONFIGURE.replace("CONFIG", old).replace("VERSION", "'\"1.0\"'"))
    write(folder, "dml/appliance.txt", "2.0\n")
    digest = hashlib.sha256(b"2.0\n").hexdigest()
    return write(folder, "plans/appliance.yml", PLAN.replace("DIGEST", digest))
