"""The contract of load balancers, over the fakes and over each kind of the real adapter with a small balancer behind it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.balancers.balancers import ProgramBalancers
from orchestrator.adapters.balancers.here import RanThere
from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace, Balancers
from tests.fakes.balancers import FakeBalancers
from tests.simulation.balancers import BalancerTroubles, SimulatedBalancers
from tests.simulation.world import World

HOSTS = tuple(Target(host=f"web{n}", address=f"10.0.0.{n}") for n in (1, 2, 3))
WEB1, WEB2, WEB3 = HOSTS
EDGE = Target(host="edge1", address="10.0.0.9")


@dataclass
class Behind:
    """A balancer that knows the three hosts, and how it is made to fall silent."""

    port: Balancers
    balancer: Balancer
    place: BalancerPlace
    goes_down: Callable[[], None]


def fake(folder: Path) -> Behind:
    port = FakeBalancers()
    balancer = Balancer.model_validate({"haproxy": {"address": "127.0.0.1:1", "backend": "shop"}})
    return Behind(
        port, balancer, BalancerPlace(folder), lambda: setattr(port, "silent", "connection refused")
    )


def simulated(folder: Path) -> Behind:
    port = SimulatedBalancers(World(Random(0), [t.host for t in HOSTS]), Random(0), BalancerTroubles())
    balancer = Balancer.model_validate({"haproxy": {"address": "127.0.0.1:1", "backend": "shop"}})
    return Behind(port, balancer, BalancerPlace(folder), lambda: setattr(port.troubles, "down", 1.0))


def run_on(on: Target, argv: Sequence[str], seconds: float) -> RanThere:
    ended = process.run([sys.executable if word == on.python else word for word in argv], timeout=seconds)
    return RanThere(ended.exit_code, ended.output, ended.errors)


def no_http(check: HttpCheck, target: Target, project: Path) -> tuple[str, str]:
    return "inconclusive", "no HTTP here"


COMMAND = """
import pathlib, sys
deed, folder, host = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
out = folder / host
if not folder.is_dir():
    sys.exit("connection refused")
if deed == "drain":
    out.touch()
elif deed == "back":
    out.unlink(missing_ok=True)
else:
    print("out 0" if out.exists() else "in 3")
"""


def by_command(folder: Path) -> Behind:
    place = folder / "rotation"
    place.mkdir()
    program = [sys.executable, "-c", COMMAND]
    deeds = {
        name: [*program, deed, str(place), "{host}"]
        for name, deed in {"drain": "drain", "give_back": "back", "state": "state"}.items()
    }

    def goes_down() -> None:
        place.rename(folder / "gone")

    port = ProgramBalancers(run_on, process.run, no_http)
    return Behind(port, Balancer.model_validate({"command": deeds}), BalancerPlace(folder), goes_down)


def nginx(folder: Path) -> Behind:
    upstream = folder / "upstream.conf"
    servers = "".join(f"  server {t.address}:8080;\n" for t in HOSTS)
    upstream.write_text(f"upstream shop {{\n{servers}}}\n")
    kind = {
        "on": "edge1",
        "file": str(upstream),
        "server": "{address}:8080",
        "test": ["true"],
        "reload": ["true"],
    }
    port = ProgramBalancers(run_on, process.run, no_http)
    return Behind(
        port, Balancer.model_validate({"nginx": kind}), BalancerPlace(folder, EDGE), upstream.unlink
    )


class _Api:
    """A balancer with an HTTP interface, as the adapter sees it."""

    def __init__(self) -> None:
        self.out: set[str] = set()
        self.down = False

    def ask(self, check: HttpCheck, target: Target, project: Path) -> tuple[str, str]:
        if self.down:
            return "inconclusive", "connection refused"
        deed = check.url.rpartition("/")[2]
        if deed == "drain":
            self.out.add(target.host)
        elif deed == "back":
            self.out.discard(target.host)
        elif (deed == "out") != (target.host in self.out):
            return "failed", "404"
        return "passed", "200"


def http(folder: Path) -> Behind:
    api = _Api()
    url = "http://balancer.test/{host}"
    kind = {
        "drain": {"url": f"{url}/drain"},
        "give_back": {"url": f"{url}/back"},
        "is_out": {"url": f"{url}/out"},
        "is_in": {"url": f"{url}/in"},
    }
    port = ProgramBalancers(run_on, process.run, api.ask)
    return Behind(
        port,
        Balancer.model_validate({"http": kind}),
        BalancerPlace(folder),
        lambda: setattr(api, "down", True),
    )


class _Haproxy:
    """Answers on the runtime socket as HAProxy does, as the program that speaks to it sees it."""

    def __init__(self) -> None:
        self.out: set[str] = set()
        self.down = False

    def run(
        self,
        arguments: Sequence[str],
        *,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> process.Ended:
        """In the place of the program that speaks to the socket."""
        if self.down:
            return process.Ended(1, "", "connection refused")
        commands = arguments[arguments.index("tcp") + 2 :]
        return process.Ended(0, json.dumps([self._answer(command) for command in commands]), "")

    def _answer(self, command: str) -> str:
        if command == "show stat":
            rows = [f"shop,{t.host},{self._status(t.host)},0" for t in HOSTS]
            return "\n".join(["# pxname,svname,status,scur", *rows, ""])
        _, _, server, _, state = command.split()
        host = server.partition("/")[2]
        if host not in {t.host for t in HOSTS}:
            return "No such server.\n"
        self.out = self.out | {host} if state == "drain" else self.out - {host}
        return "\n"

    def _status(self, host: str) -> str:
        return "DRAIN" if host in self.out else "UP"


def haproxy(folder: Path) -> Behind:
    socket = _Haproxy()
    port = ProgramBalancers(run_on, socket.run, no_http)
    balancer = Balancer.model_validate({"haproxy": {"address": "127.0.0.1:9999", "backend": "shop"}})
    return Behind(port, balancer, BalancerPlace(folder), lambda: setattr(socket, "down", True))


@pytest.fixture(params=[fake, simulated, by_command, nginx, http, haproxy], ids=lambda make: make.__name__)
def behind(request: pytest.FixtureRequest, tmp_path: Path) -> Behind:
    make: Callable[[Path], Behind] = request.param
    return make(tmp_path)


def states(behind: Behind, targets: Sequence[Target] = HOSTS) -> dict[str, str]:
    return {
        host: seen.state for host, seen in behind.port.look(behind.balancer, behind.place, targets).items()
    }


def test_hosts_leave_and_come_back_and_the_others_stay_where_they_are(behind: Behind) -> None:
    assert states(behind) == {"web1": "in", "web2": "in", "web3": "in"}
    assert behind.port.move(behind.balancer, behind.place, [WEB1, WEB2], way="out") == {}
    assert states(behind) == {"web1": "out", "web2": "out", "web3": "in"}
    assert behind.port.move(behind.balancer, behind.place, [WEB2], way="in") == {}
    assert states(behind) == {"web1": "out", "web2": "in", "web3": "in"}


@pytest.mark.parametrize("way", ["out", "in"])
def test_the_same_again_does_no_harm(behind: Behind, way: str) -> None:
    for _ in range(2):
        assert behind.port.move(behind.balancer, behind.place, [WEB1], way="out") == {}
    if way == "in":
        for _ in range(2):
            assert behind.port.move(behind.balancer, behind.place, [WEB1], way="in") == {}
    assert states(behind) == {"web1": way, "web2": "in", "web3": "in"}


def test_who_is_asked_about_is_answered_for_and_nobody_else(behind: Behind) -> None:
    assert states(behind, [WEB3]) == {"web3": "in"}
    assert states(behind, []) == {}


def test_a_balancer_that_is_down_says_of_nobody_that_it_is_out_and_moves_nobody(behind: Behind) -> None:
    behind.port.move(behind.balancer, behind.place, [WEB1], way="out")
    behind.goes_down()
    assert states(behind) == {"web1": "unknown", "web2": "unknown", "web3": "unknown"}
    failed = behind.port.move(behind.balancer, behind.place, [WEB2, WEB3], way="out")
    assert failed.keys() == {"web2", "web3"}
    assert all(why.strip() for why in failed.values())
    seen = behind.port.look(behind.balancer, behind.place, [WEB1])
    assert seen["web1"].words.strip()
