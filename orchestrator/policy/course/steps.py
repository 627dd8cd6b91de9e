"""The possible next steps of a deployment: decisions as values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal.events import Event

Practice = Literal[
    "admit",
    "authorise_wave",
    "verify_components",
    "verify_environment",
    "capture_baseline",
    "check_entry",
    "take_out",
    "give_back",
    "quiesce",
    "verify_wave",
    "compare_changes",
    "watch",
    "measure",
    "measure_objectives",
    "look_for_processes",
    "compare_first",
    "prove_restoration",
]


@dataclass(frozen=True, slots=True)
class Record:
    """A decision that needs no deed: append this event to the journal."""

    event: Event


@dataclass(frozen=True, slots=True)
class Perform:
    """A deed of one practice."""

    practice: Practice
    wave: int = 0
    hosts: tuple[str, ...] = ()
    attempt: str = ""
    final: bool = True
    purpose: Purpose = "deploy"


@dataclass(frozen=True, slots=True)
class RunAttempt:
    """Run a playbook on these hosts, under a new name; `repeated`: a second run in a rehearsal, which must change nothing."""

    attempt: str
    purpose: Purpose
    wave: int
    hosts: tuple[str, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class FollowAttempt:
    """An attempt is open: follow it to its end, whichever driver began it; `stop` it on abort."""

    attempt: str
    stop: bool


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """There is nothing to do before this moment."""

    moment: datetime
    what: str


@dataclass(frozen=True, slots=True)
class WaitForPerson:
    """There is nothing to do before a person decides; `choices` are the commands for that."""

    reason: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """The deployment has ended."""


Step = Record | Perform | RunAttempt | FollowAttempt | WaitUntil | WaitForPerson | Over
