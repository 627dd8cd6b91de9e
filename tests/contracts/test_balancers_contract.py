"""The contract of load balancers, over the fake and the real adapter, with and without redaction."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.balancers.balancers import ProgramBalancers
from orchestrator.adapters.balancers.here import RanThere
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace, Balancers
from orchestrator.engine.redacted_balancers import RedactedBalancers
from orchestrator.engine.redaction import Redaction
from tests.fakes.balancers import FakeBalancers

WEB1, WEB2 = Target(host="web1", address="10.0.0.1"), Target(host="web2", address="10.0.0.2")
POOL = """
import pathlib, sys
deed, host = sys.argv[1:]
out = pathlib.Path("out-" + host)
if host == "web2" and deed != "state":
    sys.exit("no such server")
out.touch() if deed == "drain" else out.unlink(missing_ok=True) if deed == "enable" else None
print(("out 0" if out.exists() else "in 3") if deed == "state" else "")
"""


def real() -> Balancers:
    def nowhere(target: Target, program: object, seconds: float) -> RanThere:
        raise AssertionError("no host was to be asked")

    return ProgramBalancers(nowhere, process.run, lambda check, target, project: ("failed", "not asked"))


def fake() -> Balancers:
    return FakeBalancers(stuck={"web2": "no such server"})


def redacted() -> Balancers:
    return RedactedBalancers(real(), Redaction())


@pytest.fixture(params=[fake, real, redacted])
def balancers(request: pytest.FixtureRequest) -> Balancers:
    make: Callable[[], Balancers] = request.param
    return make()


def pool() -> Balancer:
    run = [sys.executable, "pool.py"]
    command = {
        "drain": [*run, "drain", "{host}"],
        "give_back": [*run, "enable", "{host}"],
        "state": [*run, "state", "{host}"],
    }
    return Balancer.model_validate({"command": command})


@pytest.fixture
def place(tmp_path: Path) -> BalancerPlace:
    (tmp_path / "pool.py").write_text(POOL)
    return BalancerPlace(tmp_path)


def test_a_host_leaves_and_comes_back_and_the_same_again_does_no_harm(
    balancers: Balancers, place: BalancerPlace
) -> None:
    for way, state in (("out", "out"), ("out", "out"), ("in", "in"), ("in", "in")):
        assert balancers.move(pool(), place, [WEB1], way=way) == {}  # type: ignore[arg-type]
        assert balancers.look(pool(), place, [WEB1])["web1"].state == state


def test_a_host_that_cannot_be_moved_is_named_with_the_reason_and_the_others_move(
    balancers: Balancers, place: BalancerPlace
) -> None:
    assert balancers.move(pool(), place, [WEB2, WEB1], way="out") == {"web2": "no such server"}
    seen = balancers.look(pool(), place, [WEB1, WEB2])
    assert {host: each.state for host, each in seen.items()} == {"web1": "out", "web2": "in"}


def test_nobody_asked_is_nobody_moved(balancers: Balancers, place: BalancerPlace) -> None:
    assert balancers.move(pool(), place, [], way="out") == {}
    assert balancers.look(pool(), place, []) == {}
