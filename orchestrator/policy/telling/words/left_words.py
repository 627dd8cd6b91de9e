"""Text about the deployment's own processes: those that it left running, and those that were ended before a proof."""

from collections.abc import Iterable

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.target import SilenceCause
from orchestrator.domain.text.format import seconds_words

LINES = 50
"""Processes that have a line of their own."""
NAMED = 5
"""Processes that a sentence names."""


def left_words(event: e.ProcessesLeft) -> str:
    """Counts of the deployment's own processes, such as `2 processes left running on web1, 1 ended on web2`."""
    numbers = (("left running", event.left), ("ended", event.ended))
    words = [
        f"{number_of_processes(sum(len(each) for each in of_hosts.values()))} {what} on {', '.join(of_hosts)}"
        for what, of_hosts in numbers
        if of_hosts
    ]
    words += [f"{', '.join(event.unseen)} cannot be looked at"] if event.unseen else []
    return "; ".join(words) or "no process of the deployment is left"


def process_words(process: LeftProcess) -> str:
    """One process, such as `812 (sh) of d1.1-deploy, in session-3.scope, running for 12 s`."""
    place = f", in {process.unit}" if process.unit else ""
    mark = "" if process.marked else ", known by its login"
    return (
        f"{process.pid} ({process.program}) of {process.run}{place}{mark}, "
        f"running for {seconds_words(process.seconds)}"
    )


def process_lines(event: e.ProcessesLeft) -> list[str]:
    """A line for each process, and for each host that cannot be looked at."""
    lines = [f"{host}: left running: {process_words(p)}" for host, each in event.left.items() for p in each]
    lines += [f"{host}: ended: {process_words(p)}" for host, each in event.ended.items() for p in each]
    return [*lines, *(f"{host}: {_UNSEEN[cause]}" for host, cause in event.unseen.items())][:LINES]


_UNSEEN: dict[SilenceCause, str] = {
    "unreachable": "gave no answer, so nobody knows which processes of the deployment live there",
    "host_key_not_pinned": "was not asked which processes of the deployment live there: its host key is not the pinned one",
    "processes_hidden": "without root only this user's own processes were looked at",
}


def number_of_processes(number: int) -> str:
    """A count, such as `1 process`, `3 processes`."""
    return f"{number:,} process{'' if number == 1 else 'es'}"


def left_running(d: Deployment) -> list[str]:
    """A sentence about what lived at the last look, for a deployment that is over; nothing where nothing did."""
    left = [(host, process) for host, processes in d.left_processes.left.items() for process in processes]
    if not left or not d.over:
        return []
    names = [f"{process.pid} ({process.program}) on {host}" for host, process in left[:NAMED]]
    more = [f"{len(left) - NAMED} more"] if len(left) > NAMED else []
    return [f"Left running, started by this deployment's tasks: {_listed([*names, *more])}."]


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
