"""What the credentials of a node are good for: its own questions, and no other route of the service, whatever it says there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.frame_keys import FolderFrameKeys, signature_is_good
from orchestrator.adapters.nodes.door import PATH, NodeDoor, digest_of_token, signed_text, token_for
from orchestrator.adapters.nodes.frames import AskIsolation
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.web.cookies import SESSION
from orchestrator.web.nodes import node_routes
from orchestrator.web.route_table import all_routes
from orchestrator.web.routes import Route
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.histories import planned
from tests.worlds.served_people import browser, ports_of, served_people, with_person
from tests.worlds.zone import ZoneWorld

CLOCK = SystemClock()
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAME = "app-2.0"
FORMS = ({"json": {"kind": "deployment_cancelled", "reason": "a node says so"}}, {"data": {"login": "ada"}})


class Ground:
    """The whole service with the door for nodes, and an enrolled node of dmz."""

    def __init__(self, folder: Path) -> None:
        clock = FakeClock(NOW)
        journal = FakeJournal(clock)
        journal.append(NAME, 0, [planned(), e.DeploymentCancelled(by="ann", reason="not now")])
        self.ports: Ports = ports_of(clock, journal)
        with_person(self.ports, "ada", "administrator")
        self.world = ZoneWorld(folder)
        self.keys = self.world.enrolled("n1")
        self.token = token_for("s" * 40, self.world.server.party)
        self.world.book.invite(digest_of_token(self.token), "dmz", "ann", 60.0)
        door = NodeDoor(
            self.world.gateway, self.world.book, lambda: self.world.server.party, signature_is_good, CLOCK
        )
        app: Starlette = served_people(self.ports)
        app.router.routes[:0] = node_routes(door)
        self.http = TestClient(
            app, base_url="http://orch.test", follow_redirects=False, raise_server_exceptions=False
        )

    def written(self) -> dict[str, int]:
        """How many events each journal has."""
        journal = self.ports.journal
        return {name: len(journal.read(name)) for name in (*journal.deployments(), "house")}

    def signed(self, verb: str, body: bytes) -> dict[str, str]:
        time, nonce = str(int(CLOCK.now().timestamp())), secrets.token_hex(16)
        signature = self.keys.sign(signed_text(verb, time, nonce, body))
        return {
            "orch-node": "n1",
            "orch-time": time,
            "orch-nonce": nonce,
            "orch-signature": signature,
        }

    def shown(self, path: str) -> list[dict[str, str]]:
        """Everything that a node has, as if it were a credential for this path."""
        own = self.signed(path, b"")
        secret = own["orch-signature"]
        return [
            own,
            {**own, "authorization": f"Bearer {self.token}"},
            {**own, "authorization": f"Bearer {secret}"},
            {**own, "authorization": f"Bearer {self.keys.party.verify}"},
            {**own, "cookie": f"{SESSION}={self.token}"},
            {**own, "cookie": f"{SESSION}={secret}", "x-orch-csrf": secret[:64]},
        ]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def _path_of(route: Route) -> str:
    path = route.path.replace("{deployment}", NAME)
    for part in ("{" + name.split("}")[0] + "}" for name in path.split("{")[1:]):
        path = path.replace(part, "none")
    return path


def _answers(ground: Ground, route: Route, *, thorough: bool) -> Iterator[tuple[int, int]]:
    """The status for a stranger, and that for a node, of each form and each credential."""
    path = _path_of(route)
    forms = FORMS if thorough else FORMS[:1]
    for form in forms if route.method == "POST" else ({},):
        ground.http.cookies.clear()
        stranger = ground.http.request(route.method, path, headers={"accept": "text/html"}, **form)
        for headers in ground.shown(path) if thorough else ground.shown(path)[1:5:3]:
            ground.http.cookies.clear()
            node = ground.http.request(route.method, path, headers={"accept": "text/html", **headers}, **form)
            yield stranger.status_code, node.status_code


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_node_is_a_stranger_at_every_route_of_the_service(ground: Ground, *, thorough: bool) -> None:
    before = ground.written()
    let_in = []
    for route in all_routes():
        for stranger, node in _answers(ground, route, thorough=thorough):
            refused = (
                node in {303, 401, 403} if route.right is not None else node in {stranger, 401, 403, 429}
            )
            if not refused:
                let_in.append((route.name, stranger, node))
    assert let_in == []
    assert ground.written() == before
    assert [seen.node.party.name for seen in ground.world.book.nodes()] == ["n1"]


def test_the_walk_would_see_a_credential_that_is_let_in(ground: Ground) -> None:
    routes = [route for route in all_routes() if route.right is not None and route.method == "GET"]
    person = browser(ground.http.app)  # type: ignore[arg-type]
    from tests.worlds.served_people import log_in

    assert log_in(person).status_code == 303
    assert any(person.get(_path_of(route)).status_code == 200 for route in routes[:5])


def test_no_question_of_a_node_writes_an_event_or_reaches_another_zone(ground: Ground) -> None:
    before = ground.written()
    other = ground.world.enrolled("n9", "lan")
    call = ground.world.zone().put(AskIsolation(), attempt="a1")
    ground.keys = other
    bodies = {
        "take": b'{"seconds": 0, "new": true}',
        "owed": b"{}",
        "answer": f'{{"call": "{call.id}", "frame": ""}}'.encode(),
        "report": b'{"attempt": "a1", "number": 1, "last": true, "frame": ""}',
        "part": b'{"digest": "%s", "number": 0}' % (b"0" * 64),
        "successions": b"{}",
        "leave": b"{}",
    }
    statuses = {}
    for verb, body in bodies.items():
        headers = {**ground.signed(verb, body), "orch-node": "n9"}
        statuses[verb] = ground.http.post(f"{PATH}{verb}", content=body, headers=headers).status_code
    assert statuses == {
        "take": 204,
        "owed": 200,
        "answer": 409,
        "report": 403,
        "part": 403,
        "successions": 200,
        "leave": 204,
    }
    assert ground.written() == before
    assert ground.world.exchange.report_of("a1") is None
    stranger = FolderFrameKeys(ground.world.root / "stranger", "n1")
    ground.keys = stranger
    for verb, body in bodies.items():
        assert (
            ground.http.post(f"{PATH}{verb}", content=body, headers=ground.signed(verb, body)).status_code
            == 401
        )
