"""Goes on with a deployment after a word: in a process of its own, for the service drives nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.use_cases.due_start import driven
from orchestrator.errors import OrchError
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import Over, WaitForPerson

if TYPE_CHECKING:
    from orchestrator.web.request_context import Service

LOOKS, LOOK = 12, 0.25
"""How often, and after how many seconds, it is looked whether a driver has begun."""

Went = Literal["not needed", "driven already", "begun", "not begun"]


class Onward(NamedTuple):
    """What became of going on; `words` are the last ones of a driver that did not begin."""

    went: Went
    words: str = ""


def go_on(service: Service, deployment: str, by: str) -> Onward:
    """Begin a driver where none is at work and there is anything to do without a person. Raises nothing of the driver's."""
    ports = service.ports
    if driven(ports, deployment):
        ports.clock.sleep(LOOK)
        # One that was about to end has not read the word any more.
        if driven(ports, deployment):
            return Onward("driven already")
    d = folded(ports.journal, deployment)
    if d.over or (
        isinstance(next_step(d, ports.clock.now()), Over | WaitForPerson)
        and d.authority.opened_at is not None
    ):
        return Onward("not needed")
    try:
        service.drivers.begin(deployment, by)
    except OrchError as fault:
        return Onward("not begun", plain(str(fault), 1000))
    for _ in range(LOOKS):
        alive = service.drivers.alive(deployment)
        if folded(ports.journal, deployment).seq > d.seq:
            return Onward("begun")
        if not alive:
            return Onward("not begun", plain(service.drivers.last_words(deployment), 1000))
        ports.clock.sleep(LOOK)
    return Onward("begun")
