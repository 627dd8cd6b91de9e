"""The deployment's own processes: which are looked for, which end before a proof, and which speak against it.

A process that a run left can change its host after the proof. What a deploy attempt left is ended before the proof of a
backout. What a backout left may be what it restored, so it is not ended: it ends by itself, or the plan names its program.
"""

from collections.abc import Iterable

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.left_process import LeftProcess, ProcessesSeen, ProcessSearch
from orchestrator.domain.journal.events import ProcessesLeft
from orchestrator.domain.plan.target import Silence, SilenceCause

PATIENCE = 30.0
"""Seconds in which what a backout left may end by itself."""
HELPERS = ("gpg-agent", "dirmngr", "keyboxd", "scdaemon", "ssh-agent", "dbus-daemon")
"""Programs that others start for themselves and leave; they keep keys and pass messages, and change no configuration."""


def search_after_deploy(d: Deployment) -> ProcessSearch:
    """A look that ends nothing."""
    return ProcessSearch(runs=_runs(d))


def search_before_proof(d: Deployment) -> ProcessSearch:
    """A look that ends what deploy attempts left, and waits for what backouts left, except what the plan lets stay."""
    return ProcessSearch(
        runs=_runs(d),
        end=tuple(a.attempt for a in d.attempts if a.purpose == "deploy"),
        awaited=tuple(a.attempt for a in d.attempts if a.purpose == "backout"),
        expected=_may_stay(d),
        patience=PATIENCE,
    )


def unlooked(d: Deployment) -> tuple[str, ...]:
    """Touched hosts at which nobody looked after their last attempt."""
    looked = frozenset(d.left_processes.looked)
    return tuple(host for host in d.touched_hosts if host not in looked)


def processes_left(hosts: Iterable[str], answers: dict[str, ProcessesSeen | Silence]) -> ProcessesLeft:
    """The event for a look at these hosts; a host without an answer is unreachable."""
    asked = tuple(hosts)
    seen = {host: each for host, each in answers.items() if isinstance(each, ProcessesSeen) and host in asked}
    return ProcessesLeft(
        hosts=asked,
        left={host: each.left for host, each in seen.items() if each.left},
        ended={host: each.ended for host, each in seen.items() if each.ended},
        unseen={host: cause for host in asked if (cause := _why_unseen(answers.get(host))) is not None},
    )


def is_news(d: Deployment, event: ProcessesLeft) -> bool:
    """Whether it says anything that the journal does not say already."""
    known = d.left_processes
    return bool(event.ended) or any(
        _pids(event.left.get(host, ())) != _pids(known.left.get(host, ()))
        or event.unseen.get(host) != known.unseen.get(host)
        for host in event.hosts
    )


def against_proof(d: Deployment, event: ProcessesLeft) -> dict[str, str]:
    """Why hosts are not proved to be restored, although they may equal their baseline: a sentence for each.

    Processes that this user may not look at are told, and are no reason: without root, a host has such at all times.
    """
    reasons = {
        host: "it did not say which processes of the deployment live there"
        for host, cause in event.unseen.items()
        if cause != "processes_hidden"
    }
    for host, left in event.left.items():
        if speaking := [each for each in left if _speaks(d, each)]:
            reasons[host] = _sentence(d, speaking)
    return reasons


def _runs(d: Deployment) -> dict[str, int]:
    return {attempt.attempt: attempt.epoch for attempt in d.attempts}


def _purpose(d: Deployment, process: LeftProcess) -> str:
    return next((a.purpose for a in d.attempts if a.attempt == process.run), "deploy")


def _speaks(d: Deployment, process: LeftProcess) -> bool:
    return _purpose(d, process) == "deploy" or process.program not in _may_stay(d)


def _may_stay(d: Deployment) -> tuple[str, ...]:
    left = (name for stage in d.plan.stages for name in stage.backout.leaves_running)
    return (*dict.fromkeys(left), *HELPERS)


def _sentence(d: Deployment, speaking: list[LeftProcess]) -> str:
    first = speaking[0]
    more = f" and {len(speaking) - 1} more" if len(speaking) > 1 else ""
    words = f"process {first.pid} ({first.program}) of {first.run}{more} still runs there, and can change it later"
    if all(_purpose(d, each) == "backout" for each in speaking):
        words += "; where the backout leaves it on purpose, backout.leaves_running names its program"
    return words


def _why_unseen(answer: ProcessesSeen | Silence | None) -> SilenceCause | None:
    if isinstance(answer, ProcessesSeen):
        return "processes_hidden" if answer.hidden and not answer.left else None
    return answer.cause if answer is not None else "unreachable"


def _pids(processes: Iterable[LeftProcess]) -> set[tuple[str, int]]:
    return {(process.run, process.pid) for process in processes}
