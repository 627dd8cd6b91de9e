"""Hosts by zone: those of a zone are asked by its nodes, all others from here, all at once."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from orchestrator.domain.evidence.left_process import ProcessSearch
from orchestrator.domain.plan.target import Target
from orchestrator.engine.ports import Targets, VisitGround
from orchestrator.engine.routed_targets import RoutedTargets

T = TypeVar("T")


class ZonedTargets(RoutedTargets):
    """`of_zone` makes the port of a zone when a host needs it."""

    def __init__(self, here: Targets, of_zone: Callable[[str], Targets]) -> None:
        super().__init__(here, lambda: of_zone(""))
        self._here, self._of_zone = here, of_zone
        self._zones: dict[str, Targets] = {}

    def _port(self, zone: str) -> Targets:
        if zone not in self._zones:
            self._zones[zone] = self._of_zone(zone)
        return self._zones[zone]

    def within(self, ground: VisitGround) -> "ZonedTargets":
        """See the port."""
        return ZonedTargets(self._here.within(ground), lambda zone: self._port(zone).within(ground))

    def stay(self, search: ProcessSearch | None = None, *, hand_on: bool = False) -> "ZonedTargets":
        """See the port."""
        return ZonedTargets(
            self._here.stay(search, hand_on=hand_on),
            lambda zone: self._port(zone).stay(search, hand_on=hand_on),
        )

    def close(self) -> None:
        """See the port."""
        self._here.close()
        for port in self._zones.values():
            port.close()

    def pinned(self, targets: Sequence[Target]) -> Mapping[str, Sequence[str]]:
        """See the port: the files of this machine say it, for every host."""
        return self._here.pinned(targets)

    def _by_host(
        self, targets: Sequence[Target], ask: Callable[[Targets, Sequence[Target]], dict[str, T]]
    ) -> dict[str, T]:
        zones = dict.fromkeys(target.zone for target in targets)
        if not any(zones):
            return ask(self._here, targets)
        parts = [
            (self._port(zone) if zone else self._here, [each for each in targets if each.zone == zone])
            for zone in zones
        ]
        with ThreadPoolExecutor(len(parts)) as pool:
            answers = {}
            for part in pool.map(lambda each: ask(*each), parts):
                answers.update(part)
        return {target.host: answers[target.host] for target in targets if target.host in answers}
