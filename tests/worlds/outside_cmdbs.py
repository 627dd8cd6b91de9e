"""CMDBs on loopback, written from the vendors' documents: a NetBox and a ServiceNow, with faults on demand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from orchestrator.adapters.cmdb import HttpCmdbs
from orchestrator.domain.cmdb.ci import Ci, KnownValue
from orchestrator.domain.cmdb.outside import HostState
from orchestrator.domain.cmdb.words import CiSource
from orchestrator.domain.rules.cmdb_file import OutsideCmdb
from tests.fakes.clock import START

DEVICES, MACHINES = "/api/dcim/devices/", "/api/virtualization/virtual-machines/"
TABLE, RECONCILE = "/api/now/table/cmdb_ci_linux_server", "/api/now/identifyreconcile"


@dataclass
class OutsideServer:
    """`fault` is what happens to the next requests: a status, or `hang`, `cut`, `html`, `endless`, `odd`."""

    url: str = ""
    authorization: str = "Token sesame"
    fault: int | str = ""
    retry_after: str = ""
    entries: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {DEVICES: [], MACHINES: []})
    changed: list[tuple[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    identified: dict[str, dict[str, Any]] = field(default_factory=dict)
    over: Event = field(default_factory=Event)

    def device(self, name: str | None, *, path: str = DEVICES, **fields: Any) -> dict[str, Any]:
        usual = {"id": 100 + len(self.entries[path]), "name": name, "custom_fields": {"asset": "7"}}
        entry = {**usual, "status": {"value": "active"}, **fields}
        self.entries[path].append(entry)
        return entry


_EMPTY = ("ip_address", "short_description", "location", "owned_by")
_DOCUMENTS: dict[str, Any] = {
    "html": "<html><body>Please log in</body></html>",
    "odd": {"results": 7, "result": "x", "next": None},
    "endless": {
        "count": 10**6,
        "next": "http://192.0.2.1/",
        "results": [{"id": 1, "name": "x", "custom_fields": {}, "status": None}] * 200,
    },
}


class _Handler(BaseHTTPRequestHandler):
    state: OutsideServer

    def do_GET(self) -> None:
        self.answer(None)

    def do_PATCH(self) -> None:
        self.answer(self.body())

    def do_POST(self) -> None:
        self.answer(self.body())

    def body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body: Any) -> None:
        self.state.asked.append(f"{self.command} {self.path}")
        if self.headers.get("Authorization") != self.state.authorization:
            return self.say(401, {"detail": "Invalid token"})
        if self.state.fault:
            return self.fail(self.state.fault)
        parts = urlsplit(self.path)
        words = parse_qs(parts.query)
        if parts.path in self.state.entries:
            return self.netbox(parts.path, words, body)
        if parts.path == RECONCILE:
            return self.reconcile(body)
        if parts.path == TABLE:
            first, most = int(words["sysparm_offset"][0]), int(words["sysparm_limit"][0])
            return self.say(200, {"result": list(self.state.identified.values())[first : first + most]})
        return self.say(404, {"detail": "Not found."})

    def netbox(self, path: str, words: dict[str, list[str]], body: Any) -> None:
        entries = self.state.entries[path]
        if body is not None:
            self.state.changed.append((path, body))
            for change in body:
                entry = next(each for each in entries if each["id"] == change["id"])
                entry["custom_fields"] |= change["custom_fields"]
            return self.say(200, body)
        names = words.get("name")
        entries = [each for each in entries if names is None or each["name"] in names]
        first, most = int(words["offset"][0]), int(words["limit"][0])
        more = first + most < len(entries)
        page = entries[first : first + most]
        following = "http://192.0.2.1/somewhere/else" if more else None
        return self.say(200, {"count": len(entries), "next": following, "previous": None, "results": page})

    def reconcile(self, body: Any) -> None:
        items = []
        for item in body["items"]:
            values = item["values"]
            before = self.state.identified.get(values["name"])
            fields = {name: {"value": text, "display_value": text} for name, text in values.items()}
            usual = {name: {"value": "", "display_value": ""} for name in _EMPTY}
            after = {**usual, "install_status": {"value": "1", "display_value": "Installed"}, **fields}
            self.state.identified[values["name"]] = after
            operation = "INSERT" if before is None else "NO_CHANGE" if before == after else "UPDATE"
            items.append({"className": item["className"], "operation": operation, "sysId": "0" * 32})
        self.state.changed.append((RECONCILE, body))
        return self.say(200, {"result": {"items": items, "relations": []}})

    def fail(self, fault: int | str) -> None:
        if isinstance(fault, int):
            return self.say(fault, {"detail": f"no, {self.state.authorization}\x1b[31m"})
        ways = {"hang": self.hang, "drip": self.drip, "cut": self.cut}
        if fault in ways:
            return ways[fault]()
        return self.say(200, _DOCUMENTS[fault])

    def hang(self) -> None:
        self.state.over.wait(20)

    def drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.state.over.is_set():
            self.wfile.write(b" ")
            time.sleep(0.01)

    def cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"results": [')

    def say(self, status: int, document: Any) -> None:
        content = (document if isinstance(document, str) else json.dumps(document)).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.state.url}{DEVICES}")
        if self.state.retry_after:
            self.send_header("Retry-After", self.state.retry_after)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Be quiet."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


@contextmanager
def outside_server() -> Iterator[OutsideServer]:
    """Both systems in one server, until the block ends."""
    state = OutsideServer()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state}))
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


SOURCE = CiSource(kind="deployment", at=START, deployment="d1", seq=9)


def state_of(name: str, status: str = "verified", version: str = "2.0") -> HostState:
    """A host with one unit."""
    host = Ci.model_validate({"id": f"host:{name}", "kind": "host", "name": name, "status": status})
    unit = Ci(
        id=f"unit:{name}:app",
        kind="unit",
        name="app",
        status="verified",
        attributes={"version": KnownValue(value=version, source=SOURCE)},
    )
    return HostState(host, (unit,))


def over(url: str, kind: str, *, seconds: float = 5.0, deadline: float = 30.0) -> HttpCmdbs:
    """The adapter over a server of this kind, named `it`."""
    settings: dict[str, Any] = {"url": url, "token": {"file": "/token"}}
    known = {"it": OutsideCmdb.model_validate({kind: settings})}
    return HttpCmdbs(lambda: known, lambda secret: "sesame", seconds=seconds, deadline=deadline)
