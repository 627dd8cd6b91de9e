"""What runs read although nobody approved it is told of, and no later wave begins before a person has spoken."""

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from tests.simulation.scenario import Scenario


def against_opens(scenario: Scenario, records: list[Recorded]) -> list[str]:
    """Files that were read in silence, and waves that began after that before a person had spoken."""
    return [*_silent(scenario, records), *undecided(records)]


def _silent(scenario: Scenario, records: list[Recorded]) -> list[str]:
    ends = [r.event.outcome for r in records if isinstance(r.event, e.AttemptEnded)]
    return [
        f"{outcome.attempt} read {file.path}, and nothing tells of it"
        for outcome in ends
        for file in scenario.playbooks.workers[outcome.attempt].opened
        if file not in outcome.opened
    ]


def undecided(records: list[Recorded]) -> list[str]:
    """Each wave that began while there were files of earlier waves that no person had answered for."""
    intents: dict[str, e.AttemptIntended] = {}
    read: dict[str, set[str]] = {}
    known: set[str] = set()
    excluded: set[str] = set()
    breaks = []
    for event in (record.event for record in records):
        match event:
            case e.AttemptIntended():
                intents[event.attempt] = event
                breaks += [
                    f"{event.attempt} began after {name} had read {sorted(paths - known)}, before a person had spoken"
                    for name, paths in read.items()
                    if event.purpose == "deploy" == intents[name].purpose
                    and intents[name].wave < event.wave
                    and paths - known
                    and set(intents[name].hosts) - excluded
                ]
            case e.AttemptEnded(outcome=outcome):
                read[outcome.attempt] = {file.path for file in outcome.opened}
            case e.AttemptLost(attempt=name, opened=opened):
                read[name] = {file.path for file in opened}
            case e.Excluded(hosts=hosts):
                excluded |= set(hosts)
            case e.Retried() | e.AbortRequested() | e.BackoutBegan(by_a_person=True):
                known |= {path for paths in read.values() for path in paths}
            case _:
                pass
    return breaks
