"""An emergency stop while a deployment ends by itself: what is over is told nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestrator.domain.journal.events import DeploymentCancelled, EmergencyStopped, Event, Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Journal, Ports, Proof
from orchestrator.engine.use_cases.emergency_stop import stop_all
from orchestrator.errors import Conflict
from tests.fakes.authority import FakeKeys
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.voice import FakeVoice
from tests.histories import planned


class EndingJournal(FakeJournal):
    """A stop that is told to a deployment comes too late: its driver ends it first."""

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        if deployment == "d1" and isinstance(events[0], EmergencyStopped) and expected_seq == 1:
            super().append("d1", 1, [DeploymentCancelled(by="bo", reason="not today")])
            raise Conflict("somebody else wrote")
        return super().append(deployment, expected_seq, events, proof)


@dataclass
class OnlyJournal:
    journal: Journal
    clock: FakeClock
    keys: FakeKeys = field(default_factory=FakeKeys)
    voice: FakeVoice = field(default_factory=FakeVoice)


def test_a_deployment_that_ends_meanwhile_stays_as_it_ended() -> None:
    clock = FakeClock()
    journal = EndingJournal(clock)
    journal.append("d1", 0, [planned()])
    ports: Ports = OnlyJournal(journal, clock)  # type: ignore[assignment]
    stop_all(ports, by="ann", reason="smoke")
    assert [record.event.kind for record in journal.read("d1")] == ["planned", "cancelled"]
    assert folded(journal, "d1").state is State.CANCELLED
