"""Events of driving, and people's words to a deployment."""

from typing import Literal

from orchestrator.domain.noun import HostName, Many, Noun, Text


class Held(Noun):
    """The deployment waits for a person's choice."""

    kind: Literal["held"] = "held"
    reason: Text
    by: Text


class Retried(Noun):
    """A person's choice: try the failed hosts again (deploy again in a wave; ask the checks again after it)."""

    kind: Literal["retried"] = "retried"
    by: Text
    reason: Text


class Excluded(Noun):
    """A person's choice: go on without these hosts; they need attention, and the record says so."""

    kind: Literal["excluded"] = "excluded"
    hosts: Many[HostName]
    by: Text
    reason: Text


class HeldOn(Noun):
    """A person's choice: hold on; nothing goes on until another choice."""

    kind: Literal["held_on"] = "held_on"
    by: Text
    reason: Text


class Paused(Noun):
    """No new step until resumed; what runs goes on to its end."""

    kind: Literal["paused"] = "paused"
    by: Text
    reason: Text


class Resumed(Noun):
    """A paused deployment goes on."""

    kind: Literal["resumed"] = "resumed"
    by: Text
    reason: Text


class AbortRequested(Noun):
    """Stop what runs, then back out what was touched."""

    kind: Literal["abort_requested"] = "abort_requested"
    by: Text
    reason: Text


class DriverTook(Noun):
    """A process took over driving this deployment."""

    kind: Literal["driver_took"] = "driver_took"
    driver: Text
    by: Text
