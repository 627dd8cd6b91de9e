"""Starts one deployment that is due: checks admission, starts its driver process, and waits until it has begun."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from orchestrator.domain.authority.admission_answer import NotAdmitted, Reason
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.admission_facts import may_start
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.lookup.ticket_sight import ticket_sight
from orchestrator.engine.planning.replan_check import faulty_words, planned_again
from orchestrator.engine.ports import Drivers, Ports
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import Conflict, PlanFault
from orchestrator.policy.calendar.due_starts import Start
from orchestrator.policy.telling.summary import plain_words

LOOK = 0.25
PATIENCE = 60.0
"""Seconds until the journal must show that the driver began the deployment, or why not."""

What = Literal[
    "started",
    "waits",
    "asks",
    "skipped",
    "not admitted",
    "refused",
    "driven already",
    "overdue",
    "reminds",
    "failed",
    "ended",
    "delivered",
    "owed",
    "audited",
    "drift found",
]


@dataclass(frozen=True, slots=True)
class DueLine:
    """The result for one entry of the schedule."""

    deployment: str
    what: What
    words: str


def not_admitted(ports: Ports, d: Deployment, now: datetime) -> DueLine | None:
    """Every reason why admission is refused now, if any; put on the journal only when the reasons change.

    Asked before a driver starts: a driver would wait for the next opening, whatever the plan says about a missed start.
    """
    reasons = tuple(dict.fromkeys(_reasons(ports, d, now)))
    if not reasons:
        return None
    if _named(reasons) != _named(
        d.authority.unadmitted.reasons if d.authority.unadmitted is not None else ()
    ):
        signal(ports, d.id, e.DeploymentNotAdmitted(reasons=reasons))
    return DueLine(d.id, "not admitted", "; ".join(map(str, reasons)))


def begin(ports: Ports, drivers: Drivers, d: Deployment, step: Start, by: str) -> DueLine:
    """Start the driver, and wait until it has begun the deployment or the journal says why not."""
    if step.missed:
        signal(ports, d.id, e.StartMissed(late=step.late, choice="start", reason=step.missed, by=by))
    late = f", late because {step.missed}" if step.missed else ""
    drivers.begin(d.id, by)
    return _begun(ports, drivers, folded(ports.journal, d.id), late)


def begun_by_another(ports: Ports, drivers: Drivers, d: Deployment) -> DueLine:
    """Wait for a deployment that another process drives, until it is clear whether it begins."""
    if d.authority.unadmitted is not None and d.authority.unadmitted.opens is not None:
        return DueLine(
            d.id, "driven already", f"its driver waits until {d.authority.unadmitted.opens.isoformat()}"
        )
    line = _begun(ports, drivers, d, "")
    return line if line.what in ("not admitted", "refused") else DueLine(d.id, "driven already", line.words)


def driven(ports: Ports, name: str) -> bool:
    """Whether a process drives the deployment now."""
    try:
        with ports.journal.drive_alone(name):
            return False
    except Conflict:
        return True


def _begun(ports: Ports, drivers: Drivers, before: Deployment, late: str) -> DueLine:
    name, until = before.id, ports.clock.now() + timedelta(seconds=PATIENCE)
    while True:
        # Check before reading the journal: a driver that is no longer alive appends nothing more. The claim is tried only
        # when our own driver is gone, because a driver that starts at that moment would find it taken.
        alive = drivers.alive(name) or driven(ports, name)
        current = folded(ports.journal, name)
        if current.authority.opened_at is not None:
            return DueLine(name, "started", f"{current.plan.purpose}{late}")
        if current.state is State.REFUSED:
            return DueLine(name, "refused", " ".join(plain_words(current)))
        if current.over:
            return DueLine(name, "ended", " ".join(plain_words(current)))
        if (
            current.authority.unadmitted is not None
            and current.authority.unadmitted != before.authority.unadmitted
        ):
            return DueLine(name, "not admitted", "; ".join(map(str, current.authority.unadmitted.reasons)))
        if not alive or ports.clock.now() >= until:
            last_words = drivers.last_words(name) or "its driver ended without a word"
            return DueLine(
                name, "failed", last_words if not alive else "its driver has not begun it in a minute"
            )
        ports.clock.sleep(LOOK)


def _reasons(ports: Ports, d: Deployment, now: datetime) -> tuple[Reason, ...]:
    refusal = d.authority.unadmitted
    # Plan again only then: it takes as long as in the driver, which does it in any case.
    faults = refusal is not None and any(reason.code == "plan.faulty" for reason in refusal.reasons)
    again = planned_again(ports, d).reasons if faults else ()
    try:
        answer = may_start(ports, d, now, ticket=ticket_sight(ports, d, "start"))
    except PlanFault as faulty:
        return (*again, *map(faulty_words, faulty.faults))
    reasons = answer.reasons if isinstance(answer, NotAdmitted) else ()
    # The driver refuses changed plans for good.
    return (*(reason for reason in again if reason.code != "plan.changed"), *reasons)


def _named(reasons: tuple[Reason, ...]) -> set[tuple[str, str]]:
    """The reasons without times, which differ at each check."""
    return {(reason.code, reason.about) for reason in reasons}
