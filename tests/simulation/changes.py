"""What must hold of changes: each wave's are on the journal before it counts as verified, and a rule lets no other pass."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State
from tests.simulation.scenario import Scenario
from tests.simulation.world import MEDDLED

COMPLETED = (State.COMPLETED, State.COMPLETED_WITH_EXCEPTIONS)


def against_changes(scenario: Scenario, d: Deployment, records: list[Recorded]) -> list[str]:
    """Waves that were verified without a word of what changed, and hosts that kept what may not change."""
    return [*unsaid(records), *_kept(scenario, d), *_held_to_nothing(scenario, d, records)]


def unsaid(records: list[Recorded]) -> list[str]:
    """Between the checks of a wave and its verification the changes of each of its hosts that passed are said, or why not.

    After the last wave the hosts of earlier ones are asked too; what changed there was said with their own.
    """
    hosts = [
        wave.hosts
        for record in records[:1]
        if isinstance(record.event, e.Planned)
        for wave in record.event.waves
    ]
    passed: set[str] = set()
    compared: set[str] = set()
    breaks = []
    for event in (record.event for record in records):
        if isinstance(event, e.WaveChecked) and event.stage == "verification":
            bad = {result.host for result in event.failing}
            passed = {result.host for result in event.results if result.host in hosts[event.wave]} - bad
            compared = set()
        elif isinstance(event, e.ChangesCompared):
            compared |= {*event.not_compared, *(host for group in event.groups for host in group.hosts)}
        elif isinstance(event, e.WaveVerified) and passed - compared:
            unnamed = ", ".join(sorted(passed - compared))
            breaks.append(f"wave {event.wave} was verified without a word of what changed on {unnamed}")
    return breaks


def _kept(scenario: Scenario, d: Deployment) -> list[str]:
    if not scenario.holds or d.state not in COMPLETED:
        return []
    return [
        f"completed, and {host} keeps {MEDDLED}, which may not change"
        for host in d.hosts_standing("verified")
        if MEDDLED in scenario.world.hosts[host].files
    ]


def _held_to_nothing(scenario: Scenario, d: Deployment, records: list[Recorded]) -> list[str]:
    if not scenario.holds or d.state not in COMPLETED:
        return []
    known: dict[str, bool] = {}
    for event in (record.event for record in records):
        if isinstance(event, e.ChangesCompared):
            known |= dict.fromkeys(event.not_compared, False)
            known |= {host: True for group in event.groups for host in group.hosts}
    return [
        f"completed, and nobody knows whether {host} kept to what may change"
        for host in d.hosts_standing("verified")
        if not known.get(host)
    ]
