"""Starts of drivers that came to nothing at one worker: others get the deployment first, and it tries ever more seldom."""

from dataclasses import dataclass

from orchestrator.engine.ports import Clock

AGAIN = 5.0
"""Seconds before a deployment is tried again whose driver ended before it came to an end; twice as long each time that
nothing came of it."""
SELDOM = 300.0
HANDED_ON = 0.3
"""Seconds after which a deployment is offered again to whoever takes it, by a worker that is not to try it yet; shorter than
a worker's look for jobs, so that one that offers is not the next to look."""
SOON = 10.0
"""Seconds after a fruitless start in which it is offered so often; then every AGAIN seconds."""


@dataclass(frozen=True)
class _Fruitless:
    starts: int
    last: float


class FruitlessStarts:
    """What a worker knows of its own starts; deployments of which something came are not in it. Used by several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, _Fruitless] = {}

    def offer_after(self, deployment: str) -> float | None:
        """Seconds after which to offer it to all workers again, where this one is not to try it yet; else None."""
        known = self._known.get(deployment)
        if known is None:
            return None
        spent = self._clock.uptime()[1] - known.last
        if spent >= min(SELDOM, AGAIN * 2.0 ** min(known.starts - 1, 10)):
            return None
        return HANDED_ON if spent < SOON else AGAIN

    def add(self, deployment: str) -> float:
        """A start came to nothing. Seconds after which to offer it to all workers."""
        known = self._known.get(deployment)
        self._known[deployment] = _Fruitless(
            1 if known is None else known.starts + 1, self._clock.uptime()[1]
        )
        return HANDED_ON

    def forget(self, deployment: str) -> None:
        """Something came of it, or it is over."""
        self._known.pop(deployment, None)
