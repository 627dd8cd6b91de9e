"""A real Prometheus under a load that rises everywhere: a regression shows beside the hosts not yet touched, and only there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.checks.http_get import HttpGet
from orchestrator.adapters.metrics import SourceMeasurements
from orchestrator.adapters.ssh.on_target import network
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from tests.fakes.clock import START, FakeClock
from tests.worlds.fleet import RELEASE, Fleet
from tests.worlds.monitoring import Service, lacking, monitored, value_of
from tests.worlds.plans import plan_tree

PER_HOST = 'avg(rate(shop_errors_total{instance=~"{hosts}"}[1s]))'
RATIO = 1.5
"""A release may have so many times the errors."""
HEALTHY, BAD, JUDGED_BY_TIME = (tuple(f"{shop}{n}" for n in range(1, 6)) for shop in ("well", "bad", "time"))

pytestmark = pytest.mark.skipif(lacking() is not None, reason=str(lacking()))


class WallClock(FakeClock):
    """Time passes as it does for Prometheus."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def now(self) -> datetime:
        return START + timedelta(seconds=time.monotonic() - self._began)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    def uptime(self) -> tuple[str, float]:
        return "boot", time.monotonic() - self._began


class Shops:
    """Three shops on one Prometheus, under the same load; the release is bad but for the first one."""

    def __init__(self) -> None:
        self.fleets = {hosts: _fleet(hosts) for hosts in (HEALTHY, BAD, JUDGED_BY_TIME)}
        self.service = Service((*HEALTHY, *BAD, *JUDGED_BY_TIME), self._worse)
        self.url = ""

    def _worse(self, host: str) -> float:
        hosts = next(hosts for hosts in self.fleets if host in hosts)
        return 2.0 if hosts != HEALTHY and RELEASE in self.fleets[hosts].targets.machine(host).items else 1.0

    def before(self, hosts: tuple[str, ...]) -> float:
        names = "|".join(f"{host}:9100" for host in hosts)
        return value_of(self.url, PER_HOST.replace("{hosts}", names)) or 0.0

    def deploy(self, hosts: tuple[str, ...], **fields: Any) -> tuple[Deployment, list[e.Measured]]:
        fleet = self.fleets[hosts]
        source = {"url": self.url, "query": PER_HOST, "instance": "{host}:9100"}
        metric = {
            "name": "errors a second",
            "prometheus": source,
            "every": "800ms",
            "timeout": "2s",
            **fields,
        }
        gate = {"soak": "2500ms", "every": "1s", "metrics": [metric]}
        fleet.tree["strategy"]["waves"] = [{"count": 2, "gate": gate}, "rest"]
        d = fleet.deploy()
        return d, fleet.events(d, e.Measured)


def _fleet(hosts: tuple[str, ...]) -> Fleet:
    fleet = Fleet(plan_tree(waves=[2, "rest"]), hosts, clock=WallClock())
    sources = SourceMeasurements(HttpGet(network.get_http), process.run)
    fleet.ports = replace(fleet.ports, measurements=sources)
    return fleet


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    made = Shops()
    with monitored(tmp_path_factory.mktemp("prometheus"), made.service) as url:
        made.url = url
        yield made


COMPARED: dict[str, Any] = {"success": f"<= {RATIO}", "compare": "ratio", "inconclusive_limit": 3, "count": 2}


def test_a_healthy_release_under_a_rising_load_passes(shops: Shops) -> None:
    before = shops.before(HEALTHY)
    d, measured = shops.deploy(HEALTHY, **COMPARED)
    assert d.state is State.COMPLETED
    assert {event.verdict for event in measured} <= {"success", "inconclusive"}
    # What is no more than allowed beside the untouched hosts would be, after and before, a reason to take it back.
    assert (measured[-1].value or 0.0) > RATIO * before


def test_a_regression_under_the_same_load_is_caught_beside_the_hosts_not_yet_touched(shops: Shops) -> None:
    d, measured = shops.deploy(BAD, **COMPARED)
    assert d.state is State.BACKED_OUT
    last = measured[-1]
    assert (last.verdict, last.deployed, last.untouched) == ("failed", 2, 3)
    assert RATIO < (last.compared or 0.0) < 2.5


def test_before_and_after_alone_misses_it_where_it_allows_for_the_load(shops: Shops) -> None:
    allowed = 8 * shops.before(JUDGED_BY_TIME)
    d, measured = shops.deploy(JUDGED_BY_TIME, success=f"<= {allowed:.3f}", count=2, inconclusive_limit=3)
    assert d.state is State.COMPLETED
    assert {event.verdict for event in measured} <= {"success", "inconclusive"}
