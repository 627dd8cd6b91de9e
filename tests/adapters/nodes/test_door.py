"""What nodes can ask of the server: each for the work of its zone, and nothing else, whoever they are."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.frame_keys import FolderFrameKeys, signature_is_good
from orchestrator.adapters.nodes import over_http
from orchestrator.adapters.nodes.calling import Zone
from orchestrator.adapters.nodes.door import (
    PATH,
    NodeDoor,
    digest_of_token,
    signed_text,
    token_for,
)
from orchestrator.adapters.nodes.frames import AskIsolation
from orchestrator.adapters.nodes.over_http import HttpCourier
from orchestrator.engine.node_ports import queue_of_node
from orchestrator.errors import Conflict, Refused, UsageFault
from orchestrator.web.nodes import node_routes
from tests.worlds.zone import ZoneWorld

CLOCK = SystemClock()


@dataclass
class Ground:
    world: ZoneWorld
    http: TestClient

    def courier(self, keys: FolderFrameKeys) -> HttpCourier:
        return HttpCourier("http://testserver", keys, CLOCK, self.http)

    def post(self, verb: str, headers: dict[str, str], body: bytes = b"{}") -> httpx.Response:
        answer: httpx.Response = self.http.post(f"{PATH}{verb}", content=body, headers=headers)
        return answer


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    world = ZoneWorld(tmp_path)
    door = NodeDoor(world.gateway, world.book, lambda: world.server.party, signature_is_good, CLOCK)
    with TestClient(Starlette(routes=node_routes(door))) as http:
        yield Ground(world, http)


def signed(keys: FolderFrameKeys, verb: str, body: bytes = b"{}", **changes: str) -> dict[str, str]:
    time = changes.get("time", str(int(CLOCK.now().timestamp())))
    nonce = changes.get("nonce", secrets.token_hex(16))
    signature = keys.sign(signed_text(changes.get("as_verb", verb), time, nonce, body))
    return {
        "orch-node": changes.get("name", keys.party.name),
        "orch-time": time,
        "orch-nonce": nonce,
        "orch-signature": signature,
    }


QUESTIONS: dict[str, dict[str, Any]] = {
    "take": {"seconds": 0.0, "new": True},
    "owed": {},
    "answer": {"call": "c", "frame": ""},
    "report": {"attempt": "a", "number": 1, "last": False, "frame": ""},
    "part": {"digest": "0" * 64, "number": 0},
    "successions": {},
    "leave": {},
}


def test_a_node_takes_answers_and_reports_over_http(ground: Ground) -> None:
    keys = ground.world.enrolled("n1")
    courier = ground.courier(keys)
    assert courier.take(0.0, new=True) is None
    call = ground.world.zone().put(AskIsolation(), attempt="a1")
    taken = courier.take(0.0, new=True)
    assert taken is not None
    assert (taken.id, taken.frame) == (call.id, call.frame)
    assert [each.id for each in courier.owed()] == [call.id]
    courier.answer(call.id, b"answer")
    courier.report("a1", 1, b"report", last=True)
    assert ground.world.exchange.answer_to(call.id) is not None
    assert call.job is not None
    assert ground.world.jobs.state(call.job) == "over"
    courier.leave()


@pytest.mark.parametrize("verb", QUESTIONS)
def test_nobody_but_an_enrolled_node_is_answered(ground: Ground, verb: str, tmp_path: Path) -> None:
    body = json.dumps(QUESTIONS[verb]).encode()
    keys = ground.world.enrolled("n1")
    stranger = FolderFrameKeys(tmp_path / "stranger", "stranger")
    named_as = signed(stranger, verb, body, name="n1")
    for headers in (
        {},
        signed(stranger, verb, body),
        named_as,
        {**signed(keys, verb, body), "orch-signature": "00"},
    ):
        assert ground.post(verb, headers, body).status_code == 401
    ground.world.book.change("n1", gone=True)
    assert ground.post(verb, signed(keys, verb, body), body).status_code == 401


@pytest.mark.parametrize("verb", QUESTIONS)
def test_a_request_counts_once_now_and_as_it_was_signed(ground: Ground, verb: str) -> None:
    body = json.dumps(QUESTIONS[verb]).encode()
    keys = ground.world.enrolled("n1")
    headers = signed(keys, verb, body)
    assert ground.post(verb, headers, body).status_code != 401
    assert ground.post(verb, headers, body).status_code == 401
    old = str(int(CLOCK.now().timestamp()) - 600)
    assert ground.post(verb, signed(keys, verb, body, time=old), body).status_code == 401
    assert ground.post(verb, signed(keys, verb, body, as_verb="other"), body).status_code == 401
    assert ground.post(verb, signed(keys, verb, body), body + b" ").status_code == 401


def test_no_node_reaches_what_another_has(ground: Ground) -> None:
    own, same, other = (ground.world.enrolled(*each) for each in (("n1",), ("n2",), ("n3", "lan")))
    call = ground.world.zone().put(AskIsolation(), attempt="a1")
    ground.world.exchange.share("ab" * 32, [b"project"])
    assert ground.courier(other).take(0.0, new=True) is None
    taken = ground.courier(own).take(0.0, new=True)
    assert taken is not None
    assert taken.id == call.id
    for keys in (same, other):
        courier = ground.courier(keys)
        assert courier.take(0.0, new=True) is None
        assert courier.owed() == []
        with pytest.raises(Conflict):
            courier.answer(call.id, b"mine")
        with pytest.raises(Refused):
            courier.report("a1", 9, b"mine", last=True)
        with pytest.raises(Refused):
            courier.part("ab" * 32, 0)
    assert ground.world.exchange.answer_to(call.id) is None
    assert ground.world.exchange.report_of("a1") is None


def test_what_one_node_is_to_do_no_other_of_its_zone_takes(ground: Ground) -> None:
    first, second = ground.world.enrolled("n1"), ground.world.enrolled("n2")
    node = ground.world.book.node("n1")
    call = ground.world.zone().put(AskIsolation(), node=node)
    assert call.queue == queue_of_node("n1")
    assert ground.courier(second).take(0.0, new=True) is None
    assert ground.courier(first).take(0.0, new=False) is not None


def test_a_node_that_waits_gets_work_that_comes_and_holds_no_thread_of_the_server(ground: Ground) -> None:
    """As many nodes wait as the server has threads, and still a question of another is answered meanwhile."""
    world, threads = ground.world, 40
    keys = [world.enrolled(f"n{number}", "lan") for number in range(threads)]
    own = world.enrolled("mine")
    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(ground.courier(each).take, 4.0, new=True) for each in keys]
        time.sleep(0.5)
        began = time.monotonic()
        assert ground.courier(own).owed() == []
        assert not any(each.done() for each in waiting), (time.monotonic() - began, "it came after them")
        Zone(world.desk(), "lan").put(AskIsolation())
        taken = [each.result() for each in waiting]
    assert len([call for call in taken if call is not None]) == 1


def test_a_draining_node_gets_only_what_it_alone_can_do(ground: Ground) -> None:
    keys = ground.world.enrolled("n1")
    ground.world.zone().put(AskIsolation())
    ground.world.book.change("n1", draining=True)
    assert ground.courier(keys).take(0.0, new=True) is None
    own = ground.world.zone().put(AskIsolation(), node=ground.world.book.node("n1"))
    taken = ground.courier(keys).take(0.0, new=True)
    assert taken is not None
    assert taken.id == own.id
    ground.world.book.change("n1", draining=False)
    assert ground.courier(keys).take(0.0, new=True) is not None


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("take", b"", 400),
        ("take", b"[]", 400),
        ("take", b'{"seconds": 1e9}', 400),
        ("take", b'{"zone": "lan"}', 400),
        ("take", b"[" * 9000, 400),
        ("answer", b'{"call": "../x", "frame": ""}', 400),
        ("answer", b'{"call": "c", "frame": "no base64"}', 400),
        ("answer", b'{"call": "c", "frame": ""}', 409),
        ("report", b'{"attempt": "", "number": 1, "last": true, "frame": ""}', 400),
        ("report", b'{"attempt": "a", "number": -1, "last": true, "frame": ""}', 400),
        ("part", b'{"digest": "../../etc/passwd", "number": 0}', 400),
        ("events", b"{}", 404),
        ("keys", b"{}", 404),
    ],
)
def test_what_has_another_form_is_refused(ground: Ground, verb: str, body: bytes, status: int) -> None:
    keys = ground.world.enrolled("n1")
    answer = ground.post(verb, signed(keys, verb, body), body)
    assert answer.status_code == status
    assert set(answer.json()) == {"words"}


def test_a_token_enrols_one_node_which_knows_the_server_before(ground: Ground, tmp_path: Path) -> None:
    token = token_for("s" * 40, ground.world.server.party)
    ground.world.book.invite(digest_of_token(token), "dmz", "ann", 60.0)
    keys = FolderFrameKeys(tmp_path / "fresh", "fresh")
    enrolled = over_http.enrol(ground.http, "http://testserver", token, keys)
    assert (enrolled.zone, enrolled.server) == ("dmz", ground.world.server.party)
    with pytest.raises(Refused, match="was not enrolled"):
        over_http.enrol(ground.http, "http://testserver", token, FolderFrameKeys(tmp_path / "more", "more"))
    impostor = FolderFrameKeys(tmp_path / "impostor", "server")
    other = token_for("t" * 40, impostor.party)
    ground.world.book.invite(digest_of_token(other), "dmz", "ann", 60.0)
    with pytest.raises(Refused, match="another one"):
        over_http.enrol(ground.http, "http://testserver", other, FolderFrameKeys(tmp_path / "x", "x"))


@pytest.mark.parametrize(
    "url", ["http://orch.example.com", "ftp://x", "orch.example.com", "https://", "https://h/?q"]
)
def test_a_server_that_others_could_listen_to_is_refused(url: str) -> None:
    with pytest.raises(UsageFault):
        over_http.checked_url(url)
    assert over_http.checked_url("https://orch.example.com/") == "https://orch.example.com"
    assert over_http.checked_url("http://127.0.0.1:9") == "http://127.0.0.1:9"
