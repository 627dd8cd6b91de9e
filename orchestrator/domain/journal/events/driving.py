"""Events of driving, and people's requests to a deployment."""

from typing import Literal

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.evidence.run_software import AnsibleUsed, CollectionUsed
from orchestrator.domain.text.model_base import HostName, Many, Noun, Text


class DeploymentHeld(Noun):
    """The deployment waits for a person's choice."""

    kind: Literal["held"] = "held"
    reason: Text
    by: Text
    spoken: Spoken | None = None


class Retried(Noun):
    """A person's choice: retry the failed hosts (in a wave, deploy again; after it, run the checks again).

    `again`: a step that runs once, or one that may not be repeated, runs once more.
    """

    kind: Literal["retried"] = "retried"
    by: Text
    reason: Text
    spoken: Spoken | None = None
    again: bool = False


class Excluded(Noun):
    """A person's choice: go on without these hosts; they need attention, and the record says so.

    `reasons` are the concessions that it rests on, where the policy asks for them.
    """

    kind: Literal["excluded"] = "excluded"
    hosts: Many[HostName]
    by: Text
    reason: Text
    spoken: Spoken | None = None
    reasons: Many[Ground] = ()


class HeldOn(Noun):
    """A person's choice: hold on; nothing happens until another choice."""

    kind: Literal["held_on"] = "held_on"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class Paused(Noun):
    """No new step until resumed; what runs is completed."""

    kind: Literal["paused"] = "paused"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class Resumed(Noun):
    """A paused deployment goes on."""

    kind: Literal["resumed"] = "resumed"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class AbortRequested(Noun):
    """Stop what runs, then back out what was touched."""

    kind: Literal["abort_requested"] = "abort_requested"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class EmergencyStopped(Noun):
    """Everything stops now, including backouts; nothing starts again before the stop is lifted."""

    kind: Literal["emergency_stopped"] = "emergency_stopped"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class EmergencyLifted(Noun):
    """The emergency stop is lifted; a deployment that it stopped stays paused until it is resumed."""

    kind: Literal["emergency_lifted"] = "emergency_lifted"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class ClockJumped(Noun):
    """This machine's clock was set by this many seconds; deadlines have moved, so the deployment pauses."""

    kind: Literal["clock_jumped"] = "clock_jumped"
    seconds: float


class DriverTook(Noun):
    """A process took over driving this deployment; `boot` and `clock_offset` let the next one detect that a clock was set.

    `software`: the versions of what drives and runs from here on, such as orch and ansible-core, by name; empty where an
    earlier version recorded it. `ansible`: the installation that runs playbooks; `collections`: those that they name.
    """

    kind: Literal["driver_took"] = "driver_took"
    driver: Text
    by: Text
    boot: str = ""
    clock_offset: float | None = None
    software: dict[str, Text] = {}
    ansible: AnsibleUsed | None = None
    collections: Many[CollectionUsed] = ()
    spoken: Spoken | None = None
