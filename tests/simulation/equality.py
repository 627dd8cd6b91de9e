"""A host is left out of a backout only after a look that saw it as it was before."""

from orchestrator.domain.journal.events import BackoutBegan, BackoutCompared, Recorded
from tests.simulation.scenario import Scenario
from tests.simulation.world import AS_BEFORE


def against_equality(scenario: Scenario, records: list[Recorded]) -> list[str]:
    """Hosts that were taken for equal with no whole capture since the backout began that was equal."""
    breaks = []
    began = scenario.world.true
    for record in records:
        moment = scenario.journal.when(record)
        if isinstance(record.event, BackoutBegan):
            began = moment
        elif isinstance(record.event, BackoutCompared):
            breaks += [
                f"{each.host} was taken for equal and nobody saw it so"
                for each in record.event.equal
                if not any(
                    began <= at <= moment and state == AS_BEFORE
                    for at, state in scenario.world.captured[each.host]
                )
            ]
    return breaks
