"""A visit on a node: the ordinary port, with the passwords that came with the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from orchestrator.adapters.nodes.frames import (
    AnyVisit,
    Baselines,
    Capture,
    Endings,
    EndRun,
    Identify,
    Identities,
    NodeAnswer,
    Processes,
    ProcessesOf,
    Release,
    Results,
    Verify,
    VerifyUnits,
)
from orchestrator.domain.plan.inspection import BecomeSecret
from orchestrator.engine.ports import Targets

T = TypeVar("T")
BecomeOf = Callable[[str], BecomeSecret | None]
PasswordOf = Callable[[str], str | None]
HostsWith = Callable[[BecomeOf, PasswordOf], Targets]
"""The port for hosts, given their passwords."""


def visited(call: str, question: AnyVisit, hosts_with: HostsWith) -> NodeAnswer:  # noqa: C901 - a case for each
    """The answer of the hosts."""
    hosts = hosts_with(_of(question.hosts.become), _of(question.hosts.logins))
    targets = question.hosts.targets

    def dead() -> dict[str, str]:
        return dict(hosts.dead(targets))

    match question:
        case Verify():
            results = tuple(hosts.verify(targets, question.checks, Path(question.project)))
            return NodeAnswer(id=call, results=Results(results=results, dead=dead()))
        case VerifyUnits():
            results = tuple(hosts.verify_units(targets, question.digests, question.title))
            return NodeAnswer(id=call, results=Results(results=results, dead=dead()))
        case Capture():
            captured = hosts.capture(targets, question.scope)
            return NodeAnswer(id=call, baselines=Baselines(baselines=captured, dead=dead()))
        case EndRun():
            endings = hosts.end_run(targets, question.run, question.patience)
            return NodeAnswer(id=call, endings=Endings(endings=endings))
        case ProcessesOf():
            processes = hosts.processes_of(targets, question.search)
            return NodeAnswer(id=call, processes=Processes(processes=processes))
        case Identify():
            return NodeAnswer(id=call, identities=Identities(identities=hosts.identify(targets), dead=dead()))
        case Release():
            released = hosts.release(targets, question.house)
            return NodeAnswer(id=call, identities=Identities(identities=released, dead=dead()))


def _of(known: Mapping[str, T]) -> Callable[[str], T | None]:
    return known.get
