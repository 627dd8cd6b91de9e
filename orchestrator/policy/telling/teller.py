"""The one place that states for each event its location, its lines, and its changes to the steps of the story.

Plain lines, text, page and tree only lay out this content. An event kind without an entry raises: nothing has a default.
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
"""The location (a wave, or the phase of the deployment) and the text; complete only if the event is."""
WAITS: tuple[StepName, ...] = ("hold", "pause", "soak", "metrics", "confirmation", "early_life")


@dataclass(frozen=True, slots=True)
class Telling:
    """The report of one event. Without `lines` it has no text, without `steps` it neither begins nor ends a step.

    `beside`: it happens during a step, so it does not mark the beginning of the next one. `decision`: what a person, or
    orch by the rule of the plan, decided with it.
    """

    lines: Lines = ()
    steps: tuple[StepChange, ...] = ()
    beside: bool = False
    decision: str = ""


@singledispatch
def telling_of(event: Event, d: Deployment, counts: Counts) -> Telling:
    """The report of an event; the deployment includes this event, and possibly later ones.

    `counts` are those of the whole event, which may be condensed here.
    """
    raise NotImplementedError(f"policy/telling/teller.py does not know the event {type(event).__name__}")


def at(where: str, *words: str) -> Lines:
    """Lines at one location."""
    return tuple((where, text) for text in words)


def wave_name(d: Deployment, number: int) -> str:
    """The name of a wave, for the location of a line."""
    return d.waves[number].name


def attempt_of(d: Deployment, name: str) -> Attempted:
    """The attempt with this name."""
    return next(attempt for attempt in d.attempts if attempt.attempt == name)
