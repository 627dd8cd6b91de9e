"""Events of waves: entry, deployment, verification, gate, early life support, completion."""

from functools import cached_property
from typing import Literal

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun, Seconds, Text


class EntryChecked(Noun):
    """The entry criteria of a wave were checked on its hosts. `unreached`: hosts that were dead by then, each with why."""

    kind: Literal["entry_checked"] = "entry_checked"
    wave: int
    results: Many[CheckResult]
    unreached: dict[HostName, Text] = {}


class WaveDeployed(Noun):
    """The wave's hosts are done, or as many as its failure limit requires."""

    kind: Literal["wave_deployed"] = "wave_deployed"
    wave: int


class WaveFailed(Noun):
    """More hosts are down than the failure limits allow, or entry criteria did not hold."""

    kind: Literal["wave_failed"] = "wave_failed"
    wave: int
    hosts: Many[HostName]
    reason: Text


class WaveChecked(Noun):
    """Acceptance checks were run: after a wave (`verification`), during soak, or in early life support.

    After the last wave of a plan with stages the results are of all verified hosts, not only of those of the wave.
    `unwatched`: seconds before this answer in which nobody looked; the soak or early life support is so much longer.
    `took`: seconds from the first question to this event.
    """

    kind: Literal["wave_checked"] = "wave_checked"
    stage: Literal["verification", "soak", "early_life"]
    wave: int
    final: bool = True
    asked: int
    results: Many[CheckResult]
    unwatched: Seconds = 0.0
    took: Seconds = 0.0

    @cached_property
    def failing(self) -> tuple[CheckResult, ...]:
        """Results of checks that did not pass."""
        return tuple(result for result in self.results if result.answer != "passed")


class WaveVerified(Noun):
    """The wave's hosts meet the acceptance criteria, or as many as its failure limit requires."""

    kind: Literal["wave_verified"] = "wave_verified"
    wave: int


class WaveRejected(Noun):
    """The wave does not meet the acceptance criteria, or changed what may not change; `reasons` are its grounds as codes."""

    kind: Literal["wave_rejected"] = "wave_rejected"
    wave: int
    hosts: Many[HostName]
    reason: Text
    reasons: Many[Ground] = ()


class GateReached(Noun):
    """A wave waits at its gate: first for the soak time, then for confirmation by this role, as the plan requires."""

    kind: Literal["gate_reached"] = "gate_reached"
    wave: int
    soak_until: Moment | None = None
    confirm: Text | None = None


class Confirmed(Noun):
    """A person confirmed the gate."""

    kind: Literal["confirmed"] = "confirmed"
    wave: int
    role: Text
    by: Text
    note: str = ""
    spoken: Spoken | None = None


class GatePassed(Noun):
    """The wave is accepted, and the next one may start."""

    kind: Literal["gate_passed"] = "gate_passed"
    wave: int


class EarlyLifeBegan(Noun):
    """Early life support began and lasts until `until`."""

    kind: Literal["early_life_began"] = "early_life_began"
    until: Moment


class EarlyLifeFailed(Noun):
    """An acceptance check fails in early life support."""

    kind: Literal["early_life_failed"] = "early_life_failed"
    hosts: Many[HostName]
    reason: Text


class Completed(Noun):
    """Every host is deployed and verified."""

    kind: Literal["completed"] = "completed"


class CompletedWithExceptions(Noun):
    """Every host is deployed and verified except these, each with its reason; they need attention."""

    kind: Literal["completed_with_exceptions"] = "completed_with_exceptions"
    exceptions: dict[HostName, Text]
