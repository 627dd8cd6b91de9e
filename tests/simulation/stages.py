"""What must hold of stages: each on its own hosts, the later ones taken back first, and what runs once never twice unasked."""

from collections import Counter
from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.wave import Wave
from tests.simulation.scenario import Scenario
from tests.simulation.world import Act


def wave_of(d: Deployment, act: Act) -> Wave | None:
    """The wave in which a host belongs to the stage of an act."""
    return next((w for w in d.waves if (w.stage or "") == act.stage and act.host in w.hosts), None)


def against_stages(scenario: Scenario, d: Deployment, records: list[e.Recorded]) -> list[str]:
    """Stages on hosts that are none of theirs, out of their order on the way back, or once more than once."""
    acts = [act for act in scenario.world.acts if act.deployment == d.id]
    strange = [
        f"{act.host} was touched by {act.stage}, which is not on it"
        for act in acts
        if wave_of(d, act) is None
    ]
    return [*strange, *_out_of_order(scenario, d, acts, records), *_once_again(d, acts, records)]


def _out_of_order(
    scenario: Scenario, d: Deployment, acts: list[Act], records: list[e.Recorded]
) -> Iterator[str]:
    """Between two words of people no wave is taken back after one that comes before it."""
    words = [scenario.journal.when(r) for r in records if isinstance(r.event, e.BackoutBegan | e.Retried)]
    earliest: dict[int, Wave] = {}
    for act in acts:
        wave = wave_of(d, act)
        if act.purpose != "backout" or wave is None:
            continue
        since = sum(word <= act.at for word in words)
        first = earliest.setdefault(since, wave)
        if wave.number > first.number:
            yield f"{wave.name} was taken back on {act.host} after {first.name}"
        elif wave.number < first.number:
            earliest[since] = wave


def _once_again(d: Deployment, acts: list[Act], records: list[e.Recorded]) -> Iterator[str]:
    allowed = 1 + sum(isinstance(r.event, e.Retried) and r.event.again for r in records)
    once = {stage.name for stage in d.plan.stages if stage.once}
    runs = Counter(act.stage for act in acts if act.purpose == "deploy" and act.stage in once)
    for stage, times in runs.items():
        if times > allowed:
            yield f"{stage} runs once, and ran {times} times where {allowed} were allowed"
