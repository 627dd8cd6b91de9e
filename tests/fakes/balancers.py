"""Load balancers in memory: hosts are in rotation until they are taken out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import Balancers


@dataclass
class FakeBalancers(Balancers):
    """`stuck`: hosts that do not move, with the reason; `busy`: open connections at each host, which end one a look."""

    out: set[str] = field(default_factory=set)
    stuck: dict[str, str] = field(default_factory=dict)
    silent: str = ""
    busy: dict[str, int] = field(default_factory=dict)
    moves: list[tuple[Way, tuple[str, ...]]] = field(default_factory=list)
    most_out: int = 0

    def move(
        self, balancer: Balancer, on: Target | None, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        self.moves.append((way, tuple(target.host for target in targets)))
        failed = {t.host: self.stuck[t.host] for t in targets if t.host in self.stuck}
        hosts = {target.host for target in targets} - failed.keys()
        self.out = self.out | hosts if way == "out" else self.out - hosts
        self.most_out = max(self.most_out, len(self.out))
        return failed

    def look(self, balancer: Balancer, on: Target | None, targets: Sequence[Target]) -> dict[str, Seen]:
        if self.silent:
            return {t.host: Seen(state="unknown", words=self.silent) for t in targets}
        return {target.host: self._seen(target.host) for target in targets}

    def _seen(self, host: str) -> Seen:
        if host not in self.out:
            return Seen(state="in", connections=self.busy.get(host, 0), words="UP")
        left = self.busy.get(host, 0)
        self.busy[host] = max(0, left - 1)
        return Seen(state="out", connections=left, words=f"DRAIN, {left} sessions")
