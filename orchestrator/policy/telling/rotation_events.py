"""What events of load balancers say."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.policy.telling.step_changes import Begin, End
from orchestrator.policy.telling.teller import Telling, at, telling_of, wave_name
from orchestrator.policy.telling.timeline import Result
from orchestrator.policy.telling.words.host_words import hosts_words


@telling_of.register
def _rotation_began(event: e.RotationBegan, d: Deployment, counts: Counts) -> Telling:
    words = f"{hosts_words(list(event.hosts))} {'out of' if event.way == 'out' else 'back into'} rotation"
    step = Begin("rotation", words, event.wave, event.hosts)
    return Telling(at(wave_name(d, event.wave), words), (step,))


@telling_of.register
def _rotation_ended(event: e.RotationEnded, d: Deployment, counts: Counts) -> Telling:
    where = "out of rotation, no connection left" if event.way == "out" else "in rotation again"
    words = [f"{hosts_words(list(event.there))} {where}"] if event.there else []
    words += [f"{host} FAILED: {why}" for host, why in event.failed.items()]
    words += [f"{host} stays out: {why}" for host, why in event.kept_out.items()]
    result: Result = "failed" if event.failed or event.kept_out else "passed"
    # Where the limit forbade it, nothing was asked of a balancer, and no step began.
    begin = Begin("rotation", "", event.wave, (*event.there, *event.failed), once=True)
    end = End(("rotation",), result, "; ".join(words))
    return Telling(at(wave_name(d, event.wave), *words), (begin, end))
