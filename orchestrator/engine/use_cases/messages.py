"""Sends the messages that deployments owe, and puts each try on the record."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.messages import OwedMessage
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.messaging_ports import Message
from orchestrator.engine.ports import DriverClaim, Ports
from orchestrator.errors import Conflict, OrchError
from orchestrator.policy.course.messages import due, tried_again
from orchestrator.policy.telling.message_facts import message_facts

CLAIM = "orch.messages."
LONGEST_CLAIM = 100
PATIENCE = 60.0
"""Seconds to wait for another process that sends for the same deployment."""
LOOK = 0.5


def owing(ports: Ports) -> list[str]:
    """The deployments with messages that are to be sent now, newest first."""
    now = ports.clock.now()
    return [d.id for d in briefs(ports.journal) if d.message_due is not None and d.message_due <= now]


def send_due(ports: Ports, deployment: str) -> Iterator[e.MessageTry]:
    """Send what is due, one message after the other, also what becomes due meanwhile; each try as it was recorded.

    A channel that failed is not asked again in this call: what else is owed by it stays owed. Two processes never send for
    one deployment at the same time; one that dies between sending and recording sends that message again, with its id.
    Raises Conflict while another process sends for a minute.
    """
    name = find_to_change(ports, deployment).id
    with _alone(ports, name):
        journal = JournalWriter(ports.journal, name, lambda record: None, driver="")
        down: set[str] = set()
        while (message := _next(ports, journal.deployment, down)) is not None:
            failure = _send(ports, journal.deployment, message)
            if failure:
                down.add(message.notify.by)
            tried = _tried(journal.deployment.id, message, failure, ports.clock.now())
            journal.note(e.MessagesTried(tries=(tried,)))
            yield tried


def _next(ports: Ports, d: Deployment, down: set[str]) -> OwedMessage | None:
    return next((each for each in due(d, ports.clock.now()) if each.notify.by not in down), None)


def _send(ports: Ports, d: Deployment, owed: OwedMessage) -> str:
    """Why it could not be sent; empty where it was."""
    facts = message_facts(d, owed)
    try:
        text = ports.texts.written(owed.reached.moment, facts, Path(d.workplace))
    except OrchError as fault:
        return str(fault)
    message = Message(owed.id_in(d.id), owed.reached.moment, owed.notify.to, text, facts)
    return ports.channels.send(owed.notify.by, message)


def _tried(deployment: str, owed: OwedMessage, failure: str, now: datetime) -> e.MessageTry:
    return e.MessageTry(
        message=owed.id_in(deployment),
        moment=owed.reached.moment,
        audience=owed.audience,
        channel=owed.notify.by,
        to=owed.notify.to,
        result="failed" if failure else "sent",
        reason=plain(failure, 300),
        again=tried_again(owed.tries + 1, now) if failure else None,
    )


def _alone(ports: Ports, name: str) -> DriverClaim:
    until = ports.clock.now() + timedelta(seconds=PATIENCE)
    while True:
        try:
            return ports.journal.drive_alone(f"{CLAIM}{name}"[:LONGEST_CLAIM])
        except Conflict:
            if ports.clock.now() >= until:
                raise Conflict(f"Another process sends the messages of {name}; try again later.") from None
            ports.clock.sleep(LOOK)
