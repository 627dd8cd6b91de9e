"""A word that the deployment has overtaken is refused: nobody is told that it is on the journal."""

from collections.abc import Sequence

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.engine.ports import Proof
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import Refused
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import planned
from tests.worlds.ports import ports_over

NAME = "app-2.0"


class Overtaken(FakeJournal):
    """Somebody else ends the deployment between the look and the word."""

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        if isinstance(events[0], e.Paused) and len(self.read(NAME)) == 1:
            super().append(NAME, 1, [e.DeploymentCancelled(by="bo", reason="never mind")])
        return super().append(deployment, expected_seq, events, proof)


def test_a_word_that_came_too_late_is_refused() -> None:
    clock = FakeClock()
    journal = Overtaken(clock)
    journal.append(NAME, 0, [planned()])
    ports = ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)
    with pytest.raises(Refused, match="cancelled"):
        signal(ports, NAME, e.Paused(by="ann", reason="lunch"))
    assert [record.event.kind for record in journal.read(NAME)] == ["planned", "cancelled"]
