"""What must hold of load balancers: seen out before a touch, never too many out, back only whole or as before, none unsaid."""

from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.load_balancer import Rotation
from tests.simulation.balancers import Move
from tests.simulation.scenario import Scenario
from tests.simulation.world import AS_BEFORE, Act, places_of

AT_REST = ("verified", "restored", "untouched")


def against_rotation(scenario: Scenario, d: Deployment, records: list[e.Recorded]) -> list[str]:
    """Hosts that were touched in rotation, were too many, came back broken, or are still out with nobody told."""
    return [
        *_touched(scenario, d, records),
        *_too_many(scenario, d),
        *_back_broken(scenario, d, records),
        *_left_out(scenario, d),
    ]


def _rotations(d: Deployment) -> dict[str, Rotation]:
    """By stage."""
    return {
        stage.name or "": stage.load_balancer for stage in d.plan.stages if stage.load_balancer is not None
    }


def _touched(scenario: Scenario, d: Deployment, records: list[e.Recorded]) -> Iterator[str]:
    rotations = _rotations(d)
    for act in scenario.world.acts:
        rotation = rotations.get(act.stage)
        if rotation is None or act.deployment != d.id:
            continue
        if act.purpose == "backout" and _said_not_out(scenario, records, act):
            continue
        for balancer in rotation.balancers:
            server = scenario.balancers.server(balancer.title, act.host)
            if not server.was_seen_out(act.at):
                where = "in rotation" if server.way(act.at) == "in" else "and not seen out"
                yield f"{act.host} was touched {where}, of {balancer.title}"


def _said_not_out(scenario: Scenario, records: list[e.Recorded], act: Act) -> bool:
    """A host that cannot be taken out is backed out all the same, and the journal says why it was not out."""
    explained = False
    for record in records:
        if scenario.journal.when(record) > act.at:
            break
        match record.event:
            case e.BackoutBegan() | e.Retried():
                explained = False
            case e.RotationEnded(way="out", failed=failed) if act.host in failed:
                explained = True
            case _:
                pass
    return explained


def _too_many(scenario: Scenario, d: Deployment) -> Iterator[str]:
    for name, rotation in _rotations(d).items():
        waves = [wave for wave in d.waves if (wave.stage or "") == name]
        fleet = {host for wave in waves for host in wave.hosts}
        largest = max(len(wave.hosts) for wave in waves)
        limit = rotation.at_most_out.hosts_of(len(fleet)) if rotation.at_most_out is not None else largest
        titles = [balancer.title for balancer in rotation.balancers]
        for move in scenario.balancers.moves:
            if move.way == "out" and move.title in titles:
                out = {h for title in titles for h in scenario.balancers.out(title, move.at)} & fleet
                if len(out | {move.host}) > limit:
                    yield f"more out than the limit of {limit}: {sorted(out | {move.host})}"


def _back_broken(scenario: Scenario, d: Deployment, records: list[e.Recorded]) -> Iterator[str]:
    """A host on which anything was begun comes back whole, or as it was before; one that is taken back only as before."""
    stage_at = {b.title: name for name, rotation in _rotations(d).items() for b in rotation.balancers}
    for move in scenario.balancers.moves:
        if move.way == "out" or move.state == AS_BEFORE or not _begun_since(scenario, move):
            continue
        if _taken_back(scenario, records, move) or not _whole(move, stage_at[move.title]):
            yield f"{move.host} was given back to {move.title} as {move.state}"


def _begun_since(scenario: Scenario, move: Move) -> bool:
    """Whether anything was begun on the host since it was asked to leave."""
    left = [
        m.at for m in scenario.balancers.moves if (m.title, m.host, m.way) == (move.title, move.host, "out")
    ]
    since = max((at for at in left if at <= move.at), default=move.at)
    return any(act.host == move.host and since <= act.at <= move.at for act in scenario.world.acts)


def _taken_back(scenario: Scenario, records: list[e.Recorded], move: Move) -> bool:
    began = (r for r in reversed(records) if isinstance(r.event, e.BackoutBegan))
    last = next((r.event for r in began if scenario.journal.when(r) < move.at), None)
    return isinstance(last, e.BackoutBegan) and move.host in last.hosts


def _whole(move: Move, stage: str) -> bool:
    version, files = move.state
    held = dict(files)
    return (
        version == "2.0"
        and held.get(places_of(stage)[0]) in ("new", "changed later")
        and "half" not in held.values()
    )


def _left_out(scenario: Scenario, d: Deployment) -> Iterator[str]:
    """Who is still out is known to the journal; and a host at rest is still out only where it says why."""
    now = scenario.world.true
    for name, rotation in _rotations(d).items():
        waves = [wave for wave in d.waves if (wave.stage or "") == name]
        hosts = {host for wave in waves for host in wave.hosts}
        known = {each.host: each for wave in waves for each in d.rotation.of(wave.number).values()}
        with_reason = {host for host, each in known.items() if each.not_back or each.kept_out}
        out = {host for host, each in known.items() if each.out}
        for balancer in rotation.balancers:
            for host in sorted(hosts & scenario.balancers.out(balancer.title, now)):
                if not scenario.balancers.server(balancer.title, host).ours:
                    continue
                if host not in out:
                    yield f"{host} stays out of {balancer.title}, and the journal does not know"
                elif d.standings[host].standing in AT_REST and host not in with_reason:
                    yield f"{host} is {d.standings[host].standing} and stays out of {balancer.title} unsaid"
