"""What must hold of every simulated deployment, judged from the hosts' act log and not from what orch says."""

from datetime import datetime

from orchestrator.domain.deployment import Deployment
from orchestrator.domain.events import AttemptEnded, AttemptIntended, AttemptLost, GatePassed, Recorded
from orchestrator.domain.lifecycle import State
from tests.simulation.scenario import Scenario


def broken(scenario: Scenario, deployment: Deployment) -> list[str]:
    """The invariants that this run broke, in words; empty when it is sound."""
    records = scenario.journal.records[deployment.id]
    return [
        *scenario.world.overlaps,
        *_gates(scenario, deployment, records),
        *_intents(records),
        *_ran_twice(scenario),
        *_no_deploy_after_backout(scenario),
        *_truthful(scenario, deployment),
    ]


def _gates(scenario: Scenario, d: Deployment, records: list[Recorded]) -> list[str]:
    passed: dict[int, datetime] = {}
    for record in records:
        if isinstance(record.event, GatePassed):
            passed.setdefault(record.event.wave, scenario.journal.true_times[(record.deployment, record.seq)])
    broken = []
    for act in scenario.world.acts:
        wave = d.standings[act.host].wave
        if act.purpose == "deploy" and wave > 0 and (wave - 1 not in passed or passed[wave - 1] > act.at):
            broken.append(f"{act.host} of wave {wave} was touched before gate {wave - 1} had passed")
    return broken


def _intents(records: list[Recorded]) -> list[str]:
    intended = [r.event.attempt for r in records if isinstance(r.event, AttemptIntended)]
    ended = [r.event.outcome.attempt for r in records if isinstance(r.event, AttemptEnded)]
    ended += [r.event.attempt for r in records if isinstance(r.event, AttemptLost)]
    if sorted(intended) == sorted(ended) and len(set(intended)) == len(intended):
        return []
    return [f"intents {intended} and ends {ended} do not match"]


def _ran_twice(scenario: Scenario) -> list[str]:
    starts = scenario.playbooks.starts
    return [f"{name} was run twice" for name in set(starts) if starts.count(name) > 1]


def _no_deploy_after_backout(scenario: Scenario) -> list[str]:
    backed_out: set[str] = set()
    broken = []
    for act in scenario.world.acts:
        if act.purpose == "backout":
            backed_out.add(act.host)
        elif backed_out:
            broken.append(f"{act.host} was deployed to after a backout had begun")
    return broken


def _truthful(scenario: Scenario, d: Deployment) -> list[str]:
    """What the record says of a host is what the host holds, unless the host changed of itself afterwards."""
    touched = {act.host for act in scenario.world.acts}
    broken = []
    if d.state is State.COMPLETED and any(s.standing != "verified" for s in d.standings.values()):
        broken.append("completed with a host that is not verified")
    if d.state is State.BACKED_OUT and any(d.standings[h].standing != "restored" for h in _backed_out(d)):
        broken.append("backed out with a host that is not restored")
    for name, standing in d.standings.items():
        host = scenario.world.hosts[name]
        if standing.standing == "verified" and host.version != "2.0":
            broken.append(f"{name} is called verified and holds {host.version}")
        if standing.standing == "restored" and host.state() != ("1.0", (("/etc/app", "old"),)):
            broken.append(f"{name} is called restored and holds {host.state()}")
        if standing.standing == "untouched" and name in touched:
            broken.append(f"{name} is called untouched and was touched")
    return broken


def _backed_out(d: Deployment) -> tuple[str, ...]:
    return d.backout.hosts if d.backout is not None else ()
