"""The live deployment: rendered once per change for everybody who watches, and good for ten and for ten thousand hosts."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault
from orchestrator.web.live.follower import STILL_EVERY, Follower
from orchestrator.web.live.fragments import FRAGMENTS, fragments_of
from orchestrator.web.live.hub import MOST_OF_ONE_PERSON, LiveHub
from orchestrator.web.live.stream import stream
from orchestrator.web.live.wave_rows import CELLS_UP_TO, NAMES_UP_TO, wave_rows
from orchestrator.web.problems import Problem
from orchestrator.web.request_context import Asked, Service
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import attempted, deployment, ready_to_deploy
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree
from tests.worlds.ports import ports_over
from tests.worlds.served import ADDRESS, CSRF, OpenDoors, access, served

NAME = "app-2.0"
LOOK = 0.02
"""Seconds between looks in these tests."""


class CountedJournal(FakeJournal):
    """How often the events of a deployment were read; `away` is the fault of a store that cannot be read now."""

    reads = 0
    away: StoreFault | None = None

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        self.reads += 1
        if self.away is not None:
            raise self.away
        return super().read(deployment, after, most=most)


def ports_with(events: Sequence[e.Event]) -> tuple[Ports, CountedJournal]:
    clock = FakeClock()
    journal = CountedJournal(clock)
    journal.append(NAME, 0, list(events))
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal), journal


def hosts(number: int) -> tuple[str, ...]:
    return tuple(f"web{n:05}.emea.example.org" for n in range(number))


def failed_wave(number: int) -> list[e.Event]:
    """A deployment to so many hosts whose first wave failed on one."""
    tree = plan_tree(kind="phased", waves=["10%", "rest"])
    names = hosts(number)
    events = ready_to_deploy(names, tree)
    first = deployment(events).waves[0].hosts
    results: dict[str, Any] = {**dict.fromkeys(first, "done"), first[0]: "not_done"}
    return [*events, *attempted(f"{NAME}.1-deploy", 0, **results)]


class WatchedClock(FakeClock):
    """Calls whoever watches before each sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.before_sleep: list[Callable[[], None]] = []

    def sleep(self, seconds: float) -> None:
        for look in self.before_sleep:
            look()
        super().sleep(seconds)


def asked_by(ports: Ports, doors: OpenDoors, hub: LiveHub, **headers: str) -> Asked:
    """A request for the stream of the deployment."""
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": f"/deployments/{NAME}/stream",
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()],
        "path_params": {"deployment": NAME},
    }
    service = Service(
        ports=ports,
        speaking=lambda voice: ports,
        drivers=FakeDrivers(lambda deployment, by: None),
        doors=doors,
        home=None,  # type: ignore[arg-type]
        address=ADDRESS,
        live=hub,
    )
    return Asked(Request(scope), service, doors.access, None, CSRF)


class Watcher:
    """Reads a stream as a browser does."""

    def __init__(self, events: Any) -> None:
        self._events = events

    async def next(self) -> tuple[str, dict[str, Any], str]:
        """The next event: its name, body and number."""
        while True:
            text = await asyncio.wait_for(anext(self._events), 5)
            fields = dict(line.split(": ", 1) for line in text.strip().splitlines() if ": " in line)
            if "event" in fields:
                return fields["event"], json.loads(fields["data"]), fields.get("id", "")

    async def close(self) -> None:
        await self._events.aclose()


async def watch(asked: Asked) -> Watcher:
    answer: Any = await stream(asked)
    return Watcher(answer.body_iterator)


def paused(seq: int = 0) -> e.Paused:
    return e.Paused(by="ann", reason=f"reason {seq}")


def test_a_hundred_watchers_cost_one_read_and_get_the_same() -> None:
    async def scene() -> None:
        ports, journal = ports_with(ready_to_deploy())
        hub, doors = LiveHub(LOOK), OpenDoors(access("viewer"))
        watchers = []
        for n in range(100):
            doors.access = access("viewer").model_copy(update={"person": f"person {n}"})
            watchers.append(await watch(asked_by(ports, doors, hub)))
        first = await asyncio.gather(*(each.next() for each in watchers))
        assert {event for event, _, _ in first} == {"change"}
        assert all(set(body["fragments"]) <= set(FRAGMENTS) for _, body, _ in first)
        before = journal.reads
        began = time.monotonic()
        await asyncio.sleep(0.5)
        looks = (time.monotonic() - began) / LOOK
        assert journal.reads - before <= looks + 2, "each look reads once, however many watch"
        journal.append(NAME, len(journal.read(NAME)), [paused()])
        news = await asyncio.gather(*(each.next() for each in watchers))
        assert len({json.dumps(body) for _, body, _ in news}) == 1
        assert "Paused" in news[0][1]["fragments"]["standing"]
        for each in watchers:
            await each.close()
        assert not hub._channels
        assert not hub._persons

    asyncio.run(scene())


def test_only_what_changed_is_sent_and_nothing_to_who_has_it() -> None:
    async def scene() -> None:
        ports, journal = ports_with(ready_to_deploy())
        hub, doors = LiveHub(LOOK), OpenDoors(access("deployment manager"))
        first = await watch(asked_by(ports, doors, hub))
        _, body, number = await first.next()
        assert set(body["fragments"]) == set(FRAGMENTS)
        again = await watch(asked_by(ports, doors, hub, last_event_id=number))
        journal.append(NAME, len(journal.read(NAME)), [paused()])
        _, news, _ = await again.next()
        assert {"standing", "moves", "happened"} <= set(news["fragments"]) < set(FRAGMENTS)
        await first.close()
        await again.close()

    asyncio.run(scene())


def test_nobody_is_sent_a_word_that_would_be_refused() -> None:
    async def scene() -> None:
        ports, _ = ports_with(ready_to_deploy())
        hub = LiveHub(LOOK)
        manager = await watch(asked_by(ports, OpenDoors(access("deployment manager")), hub))
        viewer = await watch(asked_by(ports, OpenDoors(access("viewer")), hub))
        assert "words/abort" in (await manager.next())[1]["fragments"]["moves"]
        assert "words/abort" not in (await viewer.next())[1]["fragments"]["moves"]
        await manager.close()
        await viewer.close()

    asyncio.run(scene())


def test_it_ends_with_the_deployment() -> None:
    async def scene() -> None:
        ports, journal = ports_with(ready_to_deploy())
        watcher = await watch(asked_by(ports, OpenDoors(access("viewer")), LiveHub(LOOK)))
        await watcher.next()
        last = len(journal.read(NAME))
        journal.append(NAME, last, [e.DeploymentCancelled(by="ann", reason="not today")])
        assert (await watcher.next())[0] == "change"
        assert (await watcher.next())[0] == "over"
        with pytest.raises(StopAsyncIteration):
            await watcher.next()

    asyncio.run(scene())


def test_it_ends_with_the_session() -> None:
    async def scene() -> None:
        ports, _ = ports_with(ready_to_deploy())
        doors = OpenDoors(access("viewer"))
        watcher = await watch(asked_by(ports, doors, LiveHub(LOOK, heartbeat=0.05)))
        await watcher.next()
        doors.access = None
        event, body, _ = await watcher.next()
        assert (event, "session is over" in body["words"]) == ("ended", True)

    asyncio.run(scene())


def test_one_person_watches_so_much_and_no_more() -> None:
    async def scene() -> None:
        ports, _ = ports_with(ready_to_deploy())
        hub, doors = LiveHub(LOOK), OpenDoors(access("viewer"))
        watchers = [await watch(asked_by(ports, doors, hub)) for _ in range(MOST_OF_ONE_PERSON)]
        for each in watchers:
            await each.next()
        with pytest.raises(Problem, match="close one of those pages"):
            await watch(asked_by(ports, doors, hub))
        await watchers.pop().close()
        watchers.append(await watch(asked_by(ports, doors, hub)))
        for each in watchers:
            await each.close()

    asyncio.run(scene())


def test_a_store_that_is_away_is_said_and_looked_past() -> None:
    async def scene() -> None:
        ports, journal = ports_with(ready_to_deploy())
        watcher = await watch(asked_by(ports, OpenDoors(access("viewer")), LiveHub(LOOK)))
        await watcher.next()
        journal.away = StoreFault("The store is away.")
        assert (await watcher.next())[:2] == ("fault", {"words": "The store is away."})
        journal.away = None
        journal.append(NAME, len(journal.read(NAME)), [paused()])
        events = [(await watcher.next())[0] for _ in range(2)]
        assert set(events) == {"change", "fault"}
        await watcher.close()

    asyncio.run(scene())


def test_a_run_that_stands_still_for_a_silent_node_is_said_so_until_it_goes_on() -> None:
    ports, _ = ports_with([*ready_to_deploy(), attempted(f"{NAME}.1-deploy", 0, web1="done")[0]])
    at = Follower(ports, NAME)
    assert "silent" not in fragments_of(at, ports.clock.now(), ())["waits"]
    ports.playbooks.still = "its run is at the node n1 of dmz, which is <silent> since noon"  # type: ignore[attr-defined]
    ports.clock.sleep(STILL_EVERY)
    assert at.look()
    waits = fragments_of(at, ports.clock.now(), ())["waits"]
    assert "its run is at the node n1 of dmz, which is &lt;silent&gt; since noon" in waits
    ports.playbooks.still = ""  # type: ignore[attr-defined]
    ports.clock.sleep(STILL_EVERY)
    assert at.look()
    assert "silent" not in fragments_of(at, ports.clock.now(), ())["waits"]


@pytest.mark.parametrize(
    ("number", "shown"), [(10, "names"), (NAMES_UP_TO, "names"), (CELLS_UP_TO, "cells"), (10_000, "counts")]
)
def test_the_grid_is_good_for_ten_and_for_ten_thousand_hosts(number: int, shown: str) -> None:
    ports, _ = ports_with(failed_wave(number))
    began = time.monotonic()
    at = Follower(ports, NAME)
    fragments = fragments_of(at, ports.clock.now(), ())
    took = time.monotonic() - began
    rows = wave_rows(at.d)
    assert rows[1].shown == shown
    assert sum(part.hosts for row in rows for part in row.parts) == number
    assert rows[0].troubled == 1
    assert hosts(number)[0] in fragments["waves"], "a host in trouble is named in any case"
    assert sum(map(len, fragments.values())) < 400_000
    assert took < 15, f"{number} hosts took {took:.1f} s"


@pytest.fixture
def many() -> TestClient:
    ports, _ = ports_with(failed_wave(10_000))
    return TestClient(served(ports, OpenDoors(access("viewer"))), base_url=ADDRESS)


def test_a_wave_of_thousands_is_shown_in_pages_with_trouble_first(many: TestClient) -> None:
    first = many.get(f"/deployments/{NAME}/waves/1").text
    assert first.count('<th scope="row">') == 500
    assert first.index("h1 broke" if "h1 broke" in first else "broke") < first.index("web00001")
    trouble = many.get(f"/deployments/{NAME}/waves/1?shown=trouble").text
    assert trouble.count('<th scope="row">') == 1
    assert many.get(f"/deployments/{NAME}/waves/1?page=2").text.count('<th scope="row">') == 500
    assert many.get(f"/deployments/{NAME}/waves/1?page=99").text.count('<th scope="row">') == 0
    for wave in ("0", "3", "x", "-1", "99999999999"):
        assert many.get(f"/deployments/{NAME}/waves/{wave}").status_code == 404


def test_text_from_hosts_is_shown_and_never_run() -> None:
    evil = "<script>alert(1)</script>\u202e"
    events = failed_wave(10)
    ended = events[-1]
    assert isinstance(ended, e.AttemptEnded)
    outcome = ended.outcome.hosts[0].model_copy(update={"reason": evil})
    changed = ended.outcome.model_copy(update={"hosts": (outcome, *ended.outcome.hosts[1:])})
    ports, _ = ports_with([*events[:-1], e.AttemptEnded(outcome=changed)])
    page = (
        TestClient(served(ports, OpenDoors(access("viewer"))), base_url=ADDRESS)
        .get(f"/deployments/{NAME}")
        .text
    )
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page


def test_a_clock_of_a_gate_says_how_long_it_lasts() -> None:
    clock = WatchedClock()
    fleet = Fleet(
        plan_tree(kind="phased", waves=[{"count": 1, "gate": {"soak": "60s"}}, "rest"]), clock=clock
    )
    asked: list[Deployment] = []

    def look() -> None:
        newest = fleet.now(fleet.ports.journal.deployments()[0])
        if newest.rollout.gate is not None and not newest.rollout.gate.soaked:
            asked.append(newest)

    clock.before_sleep.append(look)
    fleet.deploy()
    assert asked
    at = Follower(fleet.ports, asked[0].id)
    at.d = asked[0]
    text = fragments_of(at, asked[0].last_at, ())["gate"]
    assert 'max="60"' in text
    assert "Soak time" in text
