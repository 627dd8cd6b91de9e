"""Load balancers in the simulation: what they truly do, and what they say; they refuse, are down, and do things late."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace, Balancers
from tests.simulation.world import HostState, World


@dataclass
class Server:
    """A host at one balancer: when it moved, when it was seen out with no connection left, and until when it has some."""

    moved: list[tuple[datetime, Way]] = field(default_factory=list)
    seen_out: list[datetime] = field(default_factory=list)
    busy_until: datetime | None = None
    asked: int = 0
    ours: bool = False

    def way(self, moment: datetime) -> Way:
        """Where it was at this moment."""
        return next((way for at, way in reversed(self.moved) if at <= moment), "in")

    def was_seen_out(self, moment: datetime) -> bool:
        """Whether it was out then, and had been seen so since it left."""
        left = max((at for at, way in self.moved if way == "out" and at <= moment), default=None)
        return (
            left is not None
            and self.way(moment) == "out"
            and any(left <= seen <= moment for seen in self.seen_out)
        )


@dataclass(frozen=True)
class Move:
    """A host was asked to leave or to come back: what it held then, and who was out of any balancer of its stage."""

    at: datetime
    way: Way
    title: str
    host: str
    state: HostState


@dataclass
class BalancerTroubles:
    """How likely it is that a balancer refuses, does what it refuses, is down, is late, or that connections do not end."""

    refuses: float = 0
    down: float = 0
    late: float = 0
    lasting: float = 0


class SimulatedBalancers(Balancers):
    """A newer command goes before one that is still to be done, as in a queue of one."""

    def __init__(self, world: World, random: Random, troubles: BalancerTroubles) -> None:
        self.world = world
        self.random = random
        self.troubles = troubles
        self.servers: dict[tuple[str, str], Server] = {}
        self.moves: list[Move] = []

    def server(self, title: str, host: str) -> Server:
        """A host at a balancer."""
        return self.servers.setdefault((title, host), Server())

    def out(self, title: str, moment: datetime) -> set[str]:
        """Who was out of this balancer at this moment."""
        return {
            host for (of, host), server in self.servers.items() if of == title and server.way(moment) == "out"
        }

    def take_out_by_others(self, title: str, host: str) -> None:
        """Somebody else takes a host out, or it is down there."""
        self.server(title, host).moved.append((self.world.true, "out"))

    def move(
        self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        if targets and self._struck(self.troubles.down, "balancer down"):
            return {target.host: "connection refused" for target in targets}
        failed = {}
        for target in targets:
            refused = self._struck(self.troubles.refuses, "balancer refuses")
            if not refused or self.random.random() < 0.3:
                self._asked(balancer.title, target.host, way)
            if refused:
                failed[target.host] = "No such server."
        return failed

    def _asked(self, title: str, host: str, way: Way) -> None:
        server, now = self.server(title, host), self.world.true
        server.asked += 1
        state = self.world.hosts[host].state()
        self.moves.append(Move(now, way, title, host, state))
        number = server.asked

        def go() -> None:
            if server.asked == number and server.way(self.world.true) != way:
                server.moved.append((self.world.true, way))
                server.ours = True
                lasts = 60.0 if self._struck(self.troubles.lasting, "connections last") else 1.5
                server.busy_until = self.world.true + timedelta(seconds=lasts * self.random.random())

        if self._struck(self.troubles.late, "balancer late"):
            self.world.at(now + timedelta(seconds=self.random.choice([1, 3, 9])), go)
        else:
            go()

    def look(self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target]) -> dict[str, Seen]:
        if targets and self._struck(self.troubles.down, "balancer down"):
            return {target.host: Seen(state="unknown", words="connection refused") for target in targets}
        return {target.host: self._seen(balancer.title, target.host) for target in targets}

    def _seen(self, title: str, host: str) -> Seen:
        server, now = self.server(title, host), self.world.true
        way = server.way(now)
        busy = way == "out" and server.busy_until is not None and now < server.busy_until
        if way == "out" and not busy:
            server.seen_out.append(now)
        return Seen(
            state=way,
            connections=int(busy or way == "in"),
            words=f"{way}, {'some' if busy else 'no'} sessions",
        )

    def _struck(self, chance: float, fault: str) -> bool:
        """From a randomness of its own, so that a plan without balancers draws what it has always drawn."""
        strikes = chance > 0 and self.world.troubled and self.random.random() < chance
        if strikes:
            self.world.injected[fault, self.world.phase] += 1
        return strikes
