"""What is said of nodes and of what waits for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.engine.lookup.node_words import attempt_words, load_words, state_words, zone_words
from orchestrator.engine.node_ports import Node, NodeSeen, OpenCall, Party

AT = datetime(2026, 11, 30, 12, 0, 5, tzinfo=UTC)


def node(name: str, silent: float | None = 1.0, **fields: bool) -> NodeSeen:
    party = Party(name=name, verify="aa", box="bb")
    known = Node(party=party, zone="dmz", enrolled_at=AT, enrolled_by="ann").model_copy(update=fields)
    return NodeSeen(known, silent, None if silent is None else AT)


def call(attempt: str = "", taken_by: str = "", only: str = "", age: float = 90.0) -> OpenCall:
    return OpenCall("dmz", only, attempt, taken_by, age)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (node("n1"), "at work"),
        (node("n1", draining=True), "draining"),
        (node("n1", 61.0, draining=True), "silent since 2026-11-30 12:00:05 UTC"),
        (node("n1", None), "never heard of"),
        (node("n1", gone=True), "removed"),
    ],
)
def test_how_a_node_stands(seen: NodeSeen, words: str) -> None:
    assert state_words(seen) == words


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([], ""),
        ([call("d1.deploy", "n2")], ""),
        ([call("d1.deploy", "n1")], "has d1.deploy"),
        ([call("d1.deploy", "n1"), call("", "n1"), call(only="node:n1")], "has d1.deploy and 2 questions"),
        ([call(f"d{n}.x", "n1") for n in range(5)], "has d0.x, d1.x, d2.x and 2 more runs"),
    ],
)
def test_what_a_node_has(calls: list[OpenCall], words: str) -> None:
    assert load_words(node("n1"), calls) == words


@pytest.mark.parametrize(
    ("nodes", "why"),
    [
        ([], "none is enrolled"),
        ([node("n1", gone=True)], "none is enrolled"),
        ([node("n1")], "a node will take it"),
        ([node("n1", draining=True), node("n2", None)], "n1 is draining, n2 is never heard of"),
    ],
)
def test_what_waits_for_a_zone_and_why(nodes: list[NodeSeen], why: str) -> None:
    assert zone_words("dmz", nodes, [call("d1.deploy"), call(age=5.0)]) == (
        f"d1.deploy and 1 question wait for 1 min 30 s: {why}"
    )
    assert zone_words("dmz", nodes, [call("d1.deploy", "n1"), call(only="node:n1")]) == ""


@pytest.mark.parametrize(
    ("open_call", "nodes", "says"),
    [
        (call("d1.x"), [node("n1")], ""),
        (call("d1.x"), [node("n1", draining=True)], "waits for a node of the zone dmz: n1 is draining"),
        (call("d1.x", "n1"), [node("n1")], ""),
        (call("d1.x", "n1"), [node("n1", draining=True)], ""),
        (call("d1.x", "n1"), [node("n1", 400.0)], "n1 of dmz, which is silent since 2026-11-30 12:00:05 UTC"),
        (call("d1.x", "n1"), [node("n1", 400.0, gone=True)], ""),
    ],
)
def test_why_a_run_stands_still(open_call: OpenCall, nodes: list[NodeSeen], says: str) -> None:
    words = attempt_words(open_call, nodes)
    assert says in words if says else not words
