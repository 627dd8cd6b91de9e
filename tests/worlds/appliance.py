"""An appliance with an API and no ssh: versions, configuration and users by HTTP. It can die, lie and be replaced."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

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


EXAMPLE = Path(__file__).parents[2] / "examples/appliance"


def project(folder: Path, made: list[Appliance]) -> Path:
    """The example as a project that deploys to these appliances; returns the plan's path."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    lay_inventory(folder / "inventories/staging.yml", made)
    return folder / "release.yml"


def lay_inventory(file: Path, made: list[Appliance]) -> None:
    """An inventory of these appliances, as the example has it."""
    kept, _, _ = (EXAMPLE / "inventories/staging.yml").read_text().partition("    box1:")
    hosts = "".join(
        f"    box{n}: {{api: 'http://127.0.0.1:{each.port}'}}\n" for n, each in enumerate(made, 1)
    )
    file.write_text(kept + hosts)
