"""The port of load balancers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target


class BalancerPlace(NamedTuple):
    """Where a balancer is asked: on its inventory host `on`, or from this machine, with programs and files of the project.

    `passed`: further variables of the environment that programs of this machine get.
    """

    project: Path
    on: Target | None = None
    passed: tuple[str, ...] = ()


class Balancers(ABC):
    """Load balancers: hosts leave their rotation and come back. Never raises for what a balancer answers."""

    @abstractmethod
    def move(
        self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        """Ask for each host to be taken out or given back; the same again does no harm. Why a host could not be, by host."""

    @abstractmethod
    def look(self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target]) -> dict[str, Seen]:
        """How each host stands; `unknown` with the reason where the balancer does not say."""
