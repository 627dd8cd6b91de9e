"""A job of the queue that has a deployment driven: the queue says who, the journal says what."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Drivers, Ports
from orchestrator.engine.practices.run_attempt import zone_of
from orchestrator.engine.use_cases.fruitless_starts import AGAIN, FruitlessStarts
from orchestrator.errors import NotFound, OrchError, StoreFault
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import Over, WaitForPerson

LOOK = 0.5
"""Seconds between looks at a driver."""
LOOKS_TO_CLAIM = 5
"""Looks at a driver between two at its claim: soon enough after one another that they count as one."""

Say = Callable[[str, str], None]
"""Tells of a deployment, in words."""


def drive_job(
    ports: Ports,
    drivers: Drivers,
    deployment: str,
    *,
    by: str,
    fruitless: FruitlessStarts,
    leaving: Callable[[], bool] = lambda: False,
    say: Say = lambda deployment, words: None,
) -> float | None:
    """Have the deployment driven until it is over or waits for a person; then None.

    Else the seconds after which it is to be tried again: its driver ended early, another process drives it, or this worker
    is `leaving`. `fruitless`: starts of this worker; what it cannot drive another may, and gets first. A driver whose claim is
    over, though it is there, stands still, and is ended.
    """
    claim = ports.journal.claim(deployment)
    if claim is not None and not claim.overdue:
        say(deployment, f"driven by {claim.holder}")
        return max(1.0, ceil(claim.overdue_in))
    try:
        before = folded(ports.journal, deployment)
    except NotFound as fault:
        say(deployment, str(fault))
        return None
    if _waits(ports, before):
        say(deployment, before.state)
        return None
    offer = fruitless.offer_after(deployment)
    if offer is not None:
        return offer
    job = _Job(ports, drivers, deployment, by, leaving, say)
    if not job.begin():
        return fruitless.add(deployment)
    job.follow(0 if claim is None else claim.fence)
    return job.ended(before.seq, fruitless)


@dataclass(frozen=True)
class _Job:
    """A deployment whose driver was begun."""

    ports: Ports
    drivers: Drivers
    deployment: str
    by: str
    leaving: Callable[[], bool]
    say: Say

    def begin(self) -> bool:
        """Whether its driver was started."""
        self.say(self.deployment, "driven")
        try:
            self.drivers.begin(self.deployment, self.by)
        except (OrchError, OSError) as fault:
            self.say(
                self.deployment,
                f"its driver could not be started, and another worker gets it first: {fault}",
            )
            return False
        return True

    def ended(self, seq: int, fruitless: FruitlessStarts) -> float | None:
        """What `drive_job` returns after the driver's end. `seq`: of the journal before its start."""
        after = folded(self.ports.journal, self.deployment)
        if _waits(self.ports, after):
            fruitless.forget(self.deployment)
            self.say(self.deployment, after.state)
            return None
        if self.leaving():
            self.say(self.deployment, "left to another worker")
            return 0.0
        self.say(self.deployment, self.drivers.last_words(self.deployment) or "its driver ended early")
        if after.seq != seq or _is_driven(self.ports, self.deployment):
            fruitless.forget(self.deployment)
            return AGAIN  # somebody goes on with it, and may die
        return fruitless.add(self.deployment)

    def follow(self, fence: int) -> None:
        """Until its driver has ended. `fence`: of the claim before it."""
        looks = 0
        while self.drivers.alive(self.deployment):
            self.ports.clock.sleep(LOOK)
            looks += 1
            if looks % LOOKS_TO_CLAIM == 0:
                fence = self._replaced(fence)
            if self.leaving() and not _holds_on(folded(self.ports.journal, self.deployment)):
                self.drivers.end(self.deployment)

    def _replaced(self, fence: int) -> int:
        """End a driver that stands still, for its claim is over, and begin another; the fence before the present one.

        In this home the next one need not look at the lease for long: its file lock is free.
        """
        try:
            claim = self.ports.journal.claim(self.deployment)
        except StoreFault:
            return fence
        if claim is None or not claim.over or claim.fence <= fence:
            return fence
        self.drivers.kill(self.deployment)
        self.say(self.deployment, "its driver did not renew its claim, and was ended")
        if not self.leaving():
            self.drivers.begin(self.deployment, self.by)
        return claim.fence


def _is_driven(ports: Ports, deployment: str) -> bool:
    claim = ports.journal.claim(deployment)
    return claim is not None and not claim.overdue


def _waits(ports: Ports, d: Deployment) -> bool:
    return isinstance(next_step(d, ports.clock.now()), Over | WaitForPerson)


def _holds_on(d: Deployment) -> bool:
    """Whether a run is at work on this machine, which no driver elsewhere could see."""
    attempt = d.open_attempt
    return attempt is not None and not zone_of(d, attempt.hosts)
