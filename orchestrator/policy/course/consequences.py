"""What will happen when a person says a word: read before it is said."""

from collections.abc import Callable, Iterator, Mapping

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.text.format import counted
from orchestrator.policy.course.words_now import WordNow, hosts_to_back_out, hosts_to_leave_out
from orchestrator.policy.telling.words.host_words import hosts_words


def consequences(d: Deployment, word: WordNow) -> tuple[str, ...]:
    """Sentences about what follows from the word as things stand now."""
    return tuple(_OF_WORDS[word](d))


def _abort(d: Deployment) -> Iterator[str]:
    if not d.touched_hosts:
        yield "It ends. No host was touched, so nothing is backed out."
        return
    if d.open_attempt is not None:
        hosts = d.open_attempt.hosts
        yield f"The run on {hosts_words(hosts)} is stopped in its middle."
    yield from _backout(d)


def _backout(d: Deployment) -> Iterator[str]:
    hosts = hosts_to_back_out(d)
    if d.open_attempt is not None:
        hosts = tuple(host for host in d.hosts if host in {*hosts, *d.open_attempt.hosts})
    yield f"{counted(len(hosts), 'host')} {'is' if len(hosts) == 1 else 'are'} backed out: {hosts_words(hosts)}."
    playbooks = dict.fromkeys(stage.backout.playbook or "work by hand" for stage in reversed(d.plan.stages))
    yield f"The newest wave goes first, with {', then '.join(playbooks)}."
    yield "Then each host is compared with its baseline, and the record says what is restored and what differs."
    if d.over:
        yield "What was completed is taken back: this is a change of its own."


def _exclude(d: Deployment) -> Iterator[str]:
    hosts = hosts_to_leave_out(d)
    wave = d.waves[d.rollout.wave]
    left = [
        host for host in wave.hosts if host not in hosts and d.standings[host].standing not in {"excluded"}
    ]
    yield "The deployment goes on without the hosts that you name. They keep what they have now, and nobody verified it."
    yield f"Without {hosts_words(hosts)}, {wave.name} goes on with {counted(len(left), 'host')}."
    yield "It can end as completed with exceptions at best, and the record names these hosts."


def _retry(d: Deployment) -> Iterator[str]:
    if d.state is State.BACKING_OUT:
        yield "The backout is tried again where it is not proved."
        return
    failure = d.rollout.failure
    hosts = failure.hosts if failure is not None else d.waves[d.rollout.wave].hosts
    what = "The run is" if failure is None or failure.stage == "wave" else "What failed is"
    yield f"{what} tried again on {hosts_words(hosts)}."


def _after_gate(d: Deployment) -> Iterator[str]:
    ahead = [wave for wave in d.waves if wave.number > d.rollout.wave]
    if not ahead:
        yield "This was the last wave: what the plan says of the end follows."
        return
    yield f"The next wave goes: {ahead[0].name} with {counted(len(ahead[0].hosts), 'host')}."


def _always(words: str) -> Callable[[Deployment], Iterator[str]]:
    return lambda d: iter((words,))


_OF_WORDS: Mapping[WordNow, Callable[[Deployment], Iterator[str]]] = {
    "abort": _abort,
    "rollback": _backout,
    "exclude": _exclude,
    "retry": _retry,
    "confirm": _after_gate,
    "pause": _always("It stops before its next step. A run that is under way goes on to its end."),
    "hold": _always("It waits for a person. Nothing goes on until somebody decides."),
    "resume": _always("It goes on from where it stands, driven by a process of its own."),
    "step": _always("It goes on with your answer. The checks look at the result."),
}
