"""Load balancers in memory: hosts are in rotation until they are taken out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace, Balancers


@dataclass
class FakeBalancers(Balancers):
    """`stuck`: hosts that do not move, with the reason; `busy`: open connections at each host, which end one a look.

    `by_hand`: hosts that somebody else took out of every balancer. `on_move` is called after each move.
    """

    out_of: set[tuple[str, str]] = field(default_factory=set)
    by_hand: set[str] = field(default_factory=set)
    stuck: dict[str, str] = field(default_factory=dict)
    silent: str = ""
    busy: dict[str, int] = field(default_factory=dict)
    moves: list[tuple[Way, tuple[str, ...]]] = field(default_factory=list)
    most_out: int = 0
    on_move: Callable[[Way, tuple[str, ...]], None] = lambda way, hosts: None

    @property
    def out(self) -> set[str]:
        """Hosts that are out of the rotation of some balancer."""
        return self.by_hand | {host for _, host in self.out_of}

    def move(
        self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        self.moves.append((way, tuple(target.host for target in targets)))
        # One that does not answer moves nobody either.
        silent = {target.host: self.silent for target in targets if self.silent}
        failed = silent | {t.host: self.stuck[t.host] for t in targets if t.host in self.stuck}
        hosts = {target.host for target in targets} - failed.keys()
        moved = {(balancer.title, host) for host in hosts}
        self.out_of = self.out_of | moved if way == "out" else self.out_of - moved
        self.by_hand = self.by_hand if way == "out" else self.by_hand - hosts
        self.most_out = max(self.most_out, len(self.out))
        self.on_move(way, tuple(target.host for target in targets))
        return failed

    def look(self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target]) -> dict[str, Seen]:
        if self.silent:
            return {t.host: Seen(state="unknown", words=self.silent) for t in targets}
        return {target.host: self._seen(balancer, target.host) for target in targets}

    def _seen(self, balancer: Balancer, host: str) -> Seen:
        if (balancer.title, host) not in self.out_of and host not in self.by_hand:
            return Seen(state="in", connections=self.busy.get(host, 0), words="UP")
        left = self.busy.get(host, 0)
        self.busy[host] = max(0, left - 1)
        return Seen(state="out", connections=left, words=f"DRAIN, {left} sessions")
