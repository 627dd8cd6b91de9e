"""The one place that says of each event where it belongs, what it says, and what it does to the steps of the story.

Plain lines, text, page and tree only lay out what stands here. An event kind without an entry raises: nothing is told by
default.
"""

from dataclasses import dataclass
from functools import singledispatch

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.condensed import Counts
from orchestrator.domain.journal.events import Event
from orchestrator.policy.telling.step_changes import StepChange
from orchestrator.policy.telling.timeline import StepName

Lines = tuple[tuple[str, str], ...]
"""Where (a wave, or what the deployment as a whole is at), and what; whole only where the event is."""
WAITS: tuple[StepName, ...] = ("hold", "pause", "soak", "confirmation", "early_life")


@dataclass(frozen=True, slots=True)
class Telling:
    """What one event says. Without `lines` it says nothing in words, without `steps` it is no step and ends none.

    `beside`: it comes in while a step is at work, so the next step does not begin with it. `decision`: what a person, or orch
    by the rule of the plan, decided with it.
    """

    lines: Lines = ()
    steps: tuple[StepChange, ...] = ()
    beside: bool = False
    decision: str = ""


@singledispatch
def telling_of(event: Event, d: Deployment, counts: Counts) -> Telling:
    """What an event of a deployment says; the deployment knows this event, and perhaps later ones.

    `counts` are those of the whole event, which itself may be condensed.
    """
    raise NotImplementedError(f"policy/telling/teller.py does not know the event {type(event).__name__}")


def at(where: str, *words: str) -> Lines:
    """Lines of one place."""
    return tuple((where, text) for text in words)


def wave_name(d: Deployment, number: int) -> str:
    """The name of a wave, for the place of a line."""
    return d.waves[number].name


def attempt_of(d: Deployment, name: str) -> Attempted:
    """The attempt of this name."""
    return next(attempt for attempt in d.attempts if attempt.attempt == name)
