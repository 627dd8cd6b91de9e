"""ServiceNow and Jira on loopback, with state: as far as their documents say what orch asks of them.

ServiceNow: Table API on change_request, with the shipped state model. Jira: REST version 3 on issues, with a workflow of a
change. Each is a real HTTP server; people's doings there are methods.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

Reply = tuple[int, Any]


class TicketWorld(Protocol):
    """A ticket system, and what people do in it."""

    def answer(self, method: str, path: str, words: dict[str, str], body: Any) -> Reply: ...
    def approve(self, number: str, starts: datetime, ends: datetime) -> None: ...
    def cancel(self, number: str) -> None: ...
    def results_told(self, number: str) -> list[str]: ...


class ServiceNow:
    """Records of change_request by sys_id. A state that the state model does not allow next is not taken."""

    TABLE = "/api/now/table/change_request"
    NEXT = {"-5": {"-4", "4"}, "-2": {"-1", "4"}, "-1": {"0", "4"}, "0": {"3"}}

    def __init__(self) -> None:
        self.records: dict[str, dict[str, str]] = {}
        self.stuck = False

    def answer(self, method: str, path: str, words: dict[str, str], body: Any) -> Reply:
        if path == self.TABLE and method == "POST":
            return 201, {"result": self._created(body)}
        if path == self.TABLE and method == "GET":
            return 200, {
                "result": [r for r in self.records.values() if self._fits(r, words["sysparm_query"])][:2]
            }
        record = self.records.get(path.rpartition("/")[2])
        if record is None:
            return 404, {"error": {"message": "No Record found"}}
        if method == "PATCH":
            self._patch(record, body)
        shown = dict(record) if words.get("sysparm_display_value") == "true" else {**record, "work_notes": ""}
        return 200, {"result": shown}

    def _created(self, body: dict[str, str]) -> dict[str, str]:
        number = len(self.records) + 1
        record = {
            "number": f"CHG{number:07}",
            "sys_id": f"{number:032x}",
            "state": "-5",
            "approval": "not requested",
        }
        empty = dict.fromkeys(
            ("start_date", "end_date", "description", "close_code", "close_notes", "work_notes"), ""
        )
        self.records[record["sys_id"]] = {**empty, **record, **body}
        return self.records[record["sys_id"]]

    def _patch(self, record: dict[str, str], body: dict[str, str]) -> None:
        state = body.get("state", record["state"])
        incomplete = state == "3" and not (body.get("close_code") and body.get("close_notes"))
        if state != record["state"] and (
            self.stuck or state not in self.NEXT.get(record["state"], ()) or incomplete
        ):
            return
        earlier = record["work_notes"]
        record.update(body)
        # A journal field takes each entry, newest first.
        record["work_notes"] = f"{body['work_notes']}{earlier}" if "work_notes" in body else earlier

    def _fits(self, record: dict[str, str], query: str) -> bool:
        active = "false" if record["state"] in ("3", "4") else "true"
        wanted = dict(part.split("=", 1) for part in query.split("^"))
        return all({**record, "active": active}.get(name) == value for name, value in wanted.items())

    def of(self, number: str) -> dict[str, str]:
        return next(record for record in self.records.values() if record["number"] == number)

    def approve(self, number: str, starts: datetime, ends: datetime) -> None:
        window = {"start_date": f"{starts:%Y-%m-%d %H:%M:%S}", "end_date": f"{ends:%Y-%m-%d %H:%M:%S}"}
        self.of(number).update({"state": "-2", "approval": "approved", **window})

    def cancel(self, number: str) -> None:
        self.of(number)["state"] = "4"

    def results_told(self, number: str) -> list[str]:
        record = self.of(number)
        notes = re.split(r"(?=^orch deployment )", record["work_notes"], flags=re.MULTILINE)
        return [text for text in (record["close_notes"], *notes) if text]


class Jira:
    """Issues by key, with a workflow: To Do, Awaiting approval, Awaiting implementation, Implementing, and three ends."""

    CATEGORY = {
        "To Do": "new",
        "Awaiting approval": "indeterminate",
        "Awaiting implementation": "indeterminate",
        "Implementing": "indeterminate",
        "Completed": "done",
        "Failed": "done",
        "Canceled": "done",
    }
    FIELDS = {"customfield_10050": "Planned start", "customfield_10051": "Planned end"}

    def __init__(self) -> None:
        self.issues: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.next = {
            "To Do": ("Awaiting approval", "Canceled"),
            "Awaiting implementation": ("Implementing", "Canceled"),
            "Implementing": ("Completed", "Failed", "Canceled"),
        }

    def answer(self, method: str, path: str, words: dict[str, str], body: Any) -> Reply:
        below = path.removeprefix("/rest/api/3/").split("/")
        match (method, below):
            case ("GET", ["field"]):
                return 200, [{"id": key, "name": name} for key, name in self.FIELDS.items()]
            case ("GET", ["search", "jql"]):
                return 200, {"issues": [{"key": key} for key in self._found(words["jql"])]}
            case ("POST", ["issue"]):
                return 201, {"key": self._created(body["fields"])}
            case (_, ["issue", key, *rest]) if key in self.issues:
                return self._of_issue(method, key, rest, body)
            case _:
                return 404, {"errorMessages": ["not there"]}

    def _of_issue(self, method: str, key: str, rest: list[str], body: Any) -> Reply:
        fields, status = self.issues[key], self.issues[key]["status"]["name"]
        match (method, rest):
            case ("GET", []):
                return 200, {"key": key, "fields": fields, "names": self.FIELDS}
            case ("PUT", []):
                fields.update(body["fields"])
                return 204, None
            case ("GET", ["comment"]):
                return 200, {"comments": self.comments[key][::-1]}
            case ("POST", ["comment"]):
                self.comments[key].append(body)
                return 201, body
            case ("GET", ["transitions"]):
                offered = self.next.get(status, ())
                return 200, {"transitions": [{"id": name, "to": self._status(name)} for name in offered]}
            case ("POST", ["transitions"]):
                self.move(key, body["transition"]["id"])
                return 204, None
            case _:
                return 405, None

    def _created(self, fields: dict[str, Any]) -> str:
        key = f"{fields['project']['key']}-{len(self.issues) + 1}"
        self.issues[key] = {"status": self._status("To Do"), "description": None, "labels": [], **fields}
        self.comments[key] = []
        return key

    def _found(self, jql: str) -> list[str]:
        label = re.fullmatch(r'labels = "([^"]+)" AND statusCategory != Done', jql)
        assert label is not None, jql
        return [
            key
            for key, fields in self.issues.items()
            if label[1] in fields["labels"] and fields["status"]["statusCategory"]["key"] != "done"
        ]

    def _status(self, name: str) -> dict[str, Any]:
        return {"name": name, "statusCategory": {"key": self.CATEGORY[name]}}

    def move(self, key: str, name: str) -> None:
        self.issues[key]["status"] = self._status(name)

    def approve(self, number: str, starts: datetime, ends: datetime) -> None:
        self.move(number, "Awaiting implementation")
        for name, moment in (("customfield_10050", starts), ("customfield_10051", ends)):
            self.issues[number][name] = f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"

    def cancel(self, number: str) -> None:
        self.move(number, "Canceled")

    def results_told(self, number: str) -> list[str]:
        return [
            "\n".join(node["text"] for line in comment["body"]["content"] for node in line["content"])
            for comment in self.comments[number]
        ]


@dataclass
class Served:
    """A ticket system behind its server. `down`: it answers with 503; `lose`: so many deeds are done without an answer.

    `on_deed` happens when something was done there, and before whoever asked for it knows.
    """

    world: TicketWorld
    url: str = ""
    down: bool = False
    lose: int = 0
    on_deed: Callable[[], object] = lambda: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    authorised: list[str | None] = field(default_factory=list)


@contextmanager
def serving(world: TicketWorld) -> Iterator[Served]:
    """The system over HTTP, until the block ends."""
    served = Served(world)

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            served.asked.append((self.command, path))
            served.authorised.append(self.headers.get("Authorization"))
            if served.down:
                self.send_error(503)
                return
            words = dict(parse_qsl(query))
            status, document = world.answer(
                self.command, unquote(path), words, json.loads(body) if body else None
            )
            if self.command != "GET":
                served.on_deed()
            if served.lose and self.command != "GET":
                served.lose -= 1
                self.close_connection = True
                return
            self.send_response(status)
            self.end_headers()
            if document is not None:
                self.wfile.write(json.dumps(document).encode())

        do_GET = do_POST = do_PUT = do_PATCH = _reply  # noqa: N815 - the names that http.server looks for

        def log_message(self, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
