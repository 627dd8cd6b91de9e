"""The deployment's own processes on its hosts, by the last look at each."""

from collections.abc import Sequence
from typing import TypeGuard, get_args

from orchestrator.domain.deployment.standing import Standings
from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.target import SilenceCause
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.model_base import HostName, Many, Noun


class LeftProcesses(Noun):
    """`looked`: hosts that were asked after their last attempt; `left`: what lived there; `unseen`: why a host does not say."""

    looked: Many[HostName] = ()
    left: dict[HostName, Many[LeftProcess]] = {}
    unseen: dict[HostName, SilenceCause] = {}


_LookOrRun = e.AttemptIntended | e.ProcessesLeft
LeftProcessesEvent = _LookOrRun | e.WaveChecked
CHANGED_BY = frozenset(get_args(LeftProcessesEvent))


def left_processes_after(
    before: LeftProcesses, event: e.Event, waves: Sequence[Wave], standings: Standings
) -> LeftProcesses:
    """What is known after one more event; `standings` are those before it."""
    if isinstance(event, e.WaveChecked):
        return LeftProcesses.updated(before, looked=_with(before.looked, _verified(event, waves, standings)))
    return _changed(before, event) if _changes(event) else before


def _changes(event: e.Event) -> TypeGuard[_LookOrRun]:
    return isinstance(event, _LookOrRun)


def _verified(event: e.WaveChecked, waves: Sequence[Wave], standings: Standings) -> set[str]:
    """A verification looks too at the hosts that it reaches; only what it finds has an event of its own, before this one."""
    if event.stage != "verification":
        return set()
    silent = {r.host for r in event.results if r.kind == "reachable" and r.answer != "passed"}
    asked = (h for h in waves[event.wave].hosts if standings[h].standing in ("deployed", "verified"))
    return {host for host in asked if host not in silent}


def _changed(before: LeftProcesses, event: _LookOrRun) -> LeftProcesses:
    match event:
        case e.AttemptIntended(hosts=hosts):
            begun = frozenset(hosts)
            return LeftProcesses.updated(before, looked=tuple(h for h in before.looked if h not in begun))
        case e.ProcessesLeft(hosts=hosts, left=left, unseen=unseen):
            asked = frozenset(hosts)
            return LeftProcesses(
                looked=_with(before.looked, asked),
                left={host: each for host, each in before.left.items() if host not in asked} | left,
                unseen={host: each for host, each in before.unseen.items() if host not in asked} | unseen,
            )


def _with(looked: tuple[str, ...], hosts: set[str] | frozenset[str]) -> tuple[str, ...]:
    return (*looked, *sorted(hosts.difference(looked)))
