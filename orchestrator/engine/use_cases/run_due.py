"""Starts due deployments, each with its own driver; no two that share a resource run at once."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine import anchoring
from orchestrator.engine.lookup.cmdb_items import service_needs
from orchestrator.engine.lookup.due_audits import audits_due
from orchestrator.engine.lookup.shared_resources import runs_words, shared_from_now
from orchestrator.engine.lookup.snapshots import briefs, every, folded, open_ones
from orchestrator.engine.ports import DriverClaim, Drivers, Ports
from orchestrator.engine.stop_in_force import refuse_while_stopped
from orchestrator.engine.use_cases import cmdb_delivery
from orchestrator.engine.use_cases.change_tickets import deliver_owed, deployments_that_owe
from orchestrator.engine.use_cases.cmdb_audit import Asked, audit
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.engine.use_cases.due_start import (
    LOOK,
    DueLine,
    What,
    begin,
    begun_by_another,
    driven,
    not_admitted,
)
from orchestrator.engine.use_cases.messages import owing
from orchestrator.errors import Conflict, OrchError
from orchestrator.policy.calendar.bookings import known_machines, state_of
from orchestrator.policy.calendar.due_starts import AskPerson, Missed, Start, due_step, is_due
from orchestrator.policy.calendar.start_time import binding_calendar
from orchestrator.policy.calendar.windows import Calendar, policy_for
from orchestrator.policy.course.by_hand import is_overdue, wait_words
from orchestrator.policy.course.post_review import overdue_after_the_end, review_sentences
from orchestrator.policy.course.ticket_delivery import ticket_sentences
from orchestrator.policy.evidence.audit_results import Verdict, verdict_of
from orchestrator.policy.telling.summary import plain_words
from orchestrator.policy.telling.words.audit_words import summary_of

CLAIM = "orch.run-due"
"""Held while deciding what starts, so that two processes do not start two deployments that share a machine."""
PATIENCE_FOR_OTHER = 120.0
"""Seconds to wait for another process that is deciding."""
REMIND_EVERY = timedelta(days=1)

CLEAR_OF_STARTS = timedelta(minutes=10)
"""No audit begins this shortly before a scheduled start."""
SENDERS = 4
"""Processes that send messages, begun in one look; the next look begins more."""

SayDue = Callable[[DueLine], None]


def run_due(ports: Ports, drivers: Drivers, *, by: str, say: SayDue) -> list[str]:
    """Start all due deployments in the order of their times. Returns the ids of those started; they run on.

    Messages that are due are handed to processes of their own.

    Raises Refused while an emergency stop is in force, Conflict if another deciding process does not finish.
    """
    _hand_over_messages(ports)
    refuse_while_stopped(ports.journal)
    started: list[str] = []
    with _alone(ports):
        now = ports.clock.now()
        due = [d for d in open_ones(ports.journal) if is_due(d, now)]
        for d in sorted(due, key=lambda d: (d.schedule.starts or now, d.id)):
            line = _handle_entry(ports, drivers, d.id, by)
            if line is None:
                continue
            say(line)
            if line.what == "started":
                started.append(d.id)
        started += _overdue(ports, drivers, by, say)
        _remind(ports, by, say)
    _deliver(ports, by, say)
    _audit(ports, by, say)
    cmdb_delivery.begin_where_due(ports)
    anchoring.settle_quietly(ports, rest=anchoring.REST)
    return started


def _deliver(ports: Ports, by: str, say: SayDue) -> None:
    """Tell change tickets what they are owed, each in one try; a system that gives no answer is not asked again now."""
    silent: set[str] = set()
    for d in deployments_that_owe(ports):
        ticket = d.plan.approval.ticket
        if ticket is None or ticket.url in silent:
            continue
        try:
            after = deliver_owed(ports, d.id, by=by)
        except Conflict:
            continue  # its driver is about to deliver, or another process does
        except OrchError as fault:
            say(DueLine(d.id, "failed", str(fault)))
            continue
        if after.ticket.owed is not None and after.ticket.owed.trouble == "unreachable":
            silent.add(ticket.url)
        words = " ".join(ticket_sentences(after))
        say(DueLine(d.id, "owed" if after.receipt_owed else "delivered", words))


def _audit(ports: Ports, by: str, say: SayDue) -> None:
    """Make the audits of configuration records that are due, an environment after the other; results go on record."""
    for due in audits_due(ports, ports.clock.now()):
        subject = f"cmdb audit of {due.environment}"
        if due.fault:
            say(DueLine(subject, "failed", due.fault))
        elif due.begin and not _starts_soon(ports):
            line = _audited(ports, due.environment, subject, by)
            if line is not None:
                say(line)


def _starts_soon(ports: Ports) -> bool:
    """Whether a start is near: an audit could wait for a host that hangs, and make it late."""
    now = ports.clock.now()
    starts = (d.schedule.starts for d in open_ones(ports.journal) if d.authority.opened_at is None)
    return any(at is not None and now <= at <= now + CLEAR_OF_STARTS for at in starts)


def _audited(ports: Ports, environment: str, subject: str, by: str) -> DueLine | None:
    try:
        done = audit(ports, Asked(environments=(environment,)), by=by, timer=True)
    except Conflict:
        return None  # another audit is under way: the next look asks again
    except OrchError as fault:
        return DueLine(subject, "failed", str(fault))
    words = f"{summary_of(done)}; orch cmdb audit --show {done.id}"
    what: dict[Verdict, What] = {"drift": "drift found", "unknown": "failed", "as_recorded": "audited"}
    return DueLine(subject, what[verdict_of(done)], words)


def _hand_over_messages(ports: Ports) -> None:
    """Have due messages sent, the oldest deployments first; the emergency stop stops no word to people."""
    for name in owing(ports)[::-1][:SENDERS]:
        ports.senders.begin(name)


def _overdue(ports: Ports, drivers: Drivers, by: str, say: SayDue) -> list[str]:
    """Drive on deployments whose work by hand is late: the journal says so, and what the plan says follows."""
    now = ports.clock.now()
    late = [d for d in open_ones(ports.journal) if is_overdue(d, now) and not driven(ports, d.id)]
    for d in late:
        drivers.begin(d.id, by)
        attempt = d.open_attempt
        say(DueLine(d.id, "overdue", wait_words(d, attempt) if attempt is not None else ""))
    return [d.id for d in late]


def _remind(ports: Ports, by: str, say: SayDue) -> None:
    """Call to mind what is overdue after the end, once in REMIND_EVERY for each deployment; the journal says so."""
    now = ports.clock.now()
    for brief in briefs(ports.journal):
        overdue = overdue_after_the_end(brief, now)
        if not overdue or (brief.reminded_at is not None and now < brief.reminded_at + REMIND_EVERY):
            continue
        try:
            d = signal(ports, brief.id, e.OverdueReminded(overdue=overdue, by=by))
        except Conflict:  # somebody writes there now: the next look calls it to mind
            continue
        say(DueLine(brief.id, "reminds", " ".join(review_sentences(d, now))))


def wait_for(ports: Ports, drivers: Drivers, started: Iterable[str], say: SayDue) -> list[Deployment]:
    """Wait until each started deployment is over or waits for a person. Returns them in the order of their ends."""
    open_ones, ended = list(started), []
    while open_ones:
        for name in [name for name in open_ones if not drivers.alive(name)]:
            open_ones.remove(name)
            d = folded(ports.journal, name)
            ended.append(d)
            say(DueLine(name, "ended" if d.over else "asks", f"{d.state.value}: {plain_words(d)[0]}"))
        if open_ones:
            ports.clock.sleep(LOOK)
    return ended


def _alone(ports: Ports) -> DriverClaim:
    until = ports.clock.now() + timedelta(seconds=PATIENCE_FOR_OTHER)
    while True:
        try:
            return ports.journal.drive_alone(CLAIM)
        except Conflict:
            if ports.clock.now() >= until:
                raise Conflict("Another orch run-due is deciding what starts, and does not end.") from None
            ports.clock.sleep(LOOK)


def _handle_entry(ports: Ports, drivers: Drivers, name: str, by: str) -> DueLine | None:
    """Handle one entry; its error becomes its own result and does not stop other entries."""
    try:
        return _do_due_step(ports, drivers, name, by)
    except OrchError as fault:
        return DueLine(name, "failed", str(fault))


def _do_due_step(ports: Ports, drivers: Drivers, name: str, by: str) -> DueLine | None:
    """Do what is due for one entry now; None if nothing is."""
    now = ports.clock.now()
    d = folded(ports.journal, name)
    if not is_due(d, now):
        return None
    if driven(ports, name):
        return begun_by_another(ports, drivers, d)
    match due_step(d, now, _calendar_of(d)):
        case AskPerson(reason=reason):
            return DueLine(name, "asks", _ask_words(d, reason))
        case Missed() as step:
            return _missed(ports, d, step, by)
        case Start() as step:
            return (
                not_admitted(ports, d, now) or _waits(ports, d, now, by) or begin(ports, drivers, d, step, by)
            )


def _waits(ports: Ports, d: Deployment, now: datetime, by: str) -> DueLine | None:
    """The running deployments that it must wait for, if any; put on the journal only when they change."""
    against = _running_against(ports, d, now)
    if against and d.schedule.put_off != against:
        signal(ports, d.id, e.StartPutOff(reasons=against, by=by))
    return DueLine(d.id, "waits", "; ".join(against)) if against else None


def _missed(ports: Ports, d: Deployment, step: Missed, by: str) -> DueLine:
    """Record the plan's choice for a missed start on the journal, once."""
    if d.schedule.missed_start is None or d.schedule.missed_start.choice != step.choice:
        signal(ports, d.id, e.StartMissed(late=step.late, choice=step.choice, reason=step.reason, by=by))
    if step.choice != "skip":
        return DueLine(d.id, "asks", _ask_words(d, step.reason))
    reason = f"its start was missed: {step.reason}; the plan says to skip it then"
    signal(ports, d.id, e.DeploymentCancelled(by=by, reason=reason), signed=False)
    return DueLine(d.id, "skipped", step.reason)


def _running_against(ports: Ports, d: Deployment, now: datetime) -> tuple[str, ...]:
    """What it shares with each running deployment: machines, configuration items, services and dependencies."""
    deployments = list(every(ports.journal))
    machines = known_machines(deployments)
    ahead = {o.id for o in deployments if is_due(o, now)}
    ones = [o for o in deployments if o.id in ahead or state_of(o) == "running"]
    shared = shared_from_now(d, ones, machines, now, service_needs(ports))
    # A due deployment with a driver is about to run: that driver has outlived the process that started it.
    return tuple(
        runs_words(conflict)
        for conflict in shared
        if conflict.other not in ahead or driven(ports, conflict.other)
    )


def _calendar_of(d: Deployment) -> Calendar:
    policy = policy_for(d.authority.policy, d.plan) if d.authority.policy is not None else None
    return binding_calendar(policy, d.authority.change, d.authority.environment)


def _ask_words(d: Deployment, reason: str) -> str:
    return f"{reason}; start it now: orch resume {d.id}, or withdraw it: orch schedule withdraw {d.id} --reason WHY"
