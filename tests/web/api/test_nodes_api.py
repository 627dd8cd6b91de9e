"""Nodes of zones over the API and on their page: over a book in memory, and over the one of a store on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from orchestrator.adapters.queue import QueueConnection, SqlNodeBook
from orchestrator.domain.authority.access import Access
from orchestrator.engine.node_ports import NodeBook, Party
from tests.fakes.clock import FakeClock
from tests.fakes.nodes import FakeNodeBook
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.worlds.ports import ports_over
from tests.worlds.served import ADDRESS, CSRF, OpenDoors, access, served

NODE = "node-1"
ADMINISTRATOR = access("administrator")


@pytest.fixture(params=["memory", "postgresql"])
def book(request: pytest.FixtureRequest) -> Iterator[NodeBook]:
    if request.param == "memory":
        yield FakeNodeBook()
        return
    connection = QueueConnection(request.getfixturevalue("database_url"))
    yield SqlNodeBook(connection)
    connection.close()


@pytest.fixture
def enrolled(book: NodeBook) -> NodeBook:
    """A book with one node, by a token that was good once."""
    book.invite("digest", "dmz", "ann", 60.0)
    book.enrol("digest", Party(name=NODE, verify="0" * 64, box="1" * 64))
    return book


def client(who: Access, nodes: NodeBook | None) -> TestClient:
    clock = FakeClock()
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets())
    app = served(ports, OpenDoors(who), nodes=nodes)
    return TestClient(app, base_url=ADDRESS, headers={"x-orch-csrf": CSRF})


def test_nodes_are_listed_drained_and_taken_again(enrolled: NodeBook) -> None:
    ask = client(ADMINISTRATOR, enrolled)
    [shown] = ask.get("/api/v1/nodes").json()["items"]
    assert (shown["name"], shown["zone"], shown["enrolled_by"]) == (NODE, "dmz", "ann")
    assert shown["silent_seconds"] is None
    enrolled.hear(NODE)
    for draining in (True, False):
        answer = ask.post(f"/api/v1/nodes/{NODE}/draining", json={"draining": draining})
        assert answer.status_code == 200, answer.text
        assert enrolled.node(NODE).draining is draining
        assert (answer.json()["state"] == "draining") is draining
    assert NODE in ask.get("/nodes").text


def test_who_may_not_drains_nothing(enrolled: NodeBook) -> None:
    ask = client(access("deployment manager"), enrolled)
    assert ask.get("/api/v1/nodes").status_code == 200
    assert ask.post(f"/api/v1/nodes/{NODE}/draining", json={"draining": True}).status_code == 403
    assert not enrolled.node(NODE).draining


@pytest.mark.parametrize("name", ["node-9", "..%2f..%2fetc", "a%00b", "n" * 3000])
def test_a_node_that_is_not_there_is_not_found(enrolled: NodeBook, name: str) -> None:
    answer = client(ADMINISTRATOR, enrolled).post(f"/api/v1/nodes/{name}/draining", json={"draining": True})
    assert answer.status_code == 404, answer.text


def test_a_service_without_nodes_says_so() -> None:
    ask = client(ADMINISTRATOR, None)
    assert ask.get("/api/v1/nodes").json() == {"items": [], "waiting": []}
    answer = ask.post(f"/api/v1/nodes/{NODE}/draining", json={"draining": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
