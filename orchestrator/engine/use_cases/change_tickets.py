"""The change of a plan in its ticket system: opened, updated, looked at, and told how its deployment ended."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from orchestrator.domain.authority.change_ticket import TicketDeed, TicketDraft, TicketLook, TicketPlace
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import TicketOpened
from orchestrator.domain.plan.planned_ticket import PlannedTicket
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.deployment_lookup import find, find_to_change
from orchestrator.engine.lookup.known_tickets import (
    last_of_release,
    number_of,
    openings,
    place_of_deployment,
    place_of_plan,
)
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.practices.deliver_receipt import deliver_receipt
from orchestrator.engine.use_cases.ticket_check import PlanSubject, check_ticket, subject_of
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.authority.ticket_admission import TicketAnswer
from orchestrator.policy.authority.ticket_draft import ticket_draft
from orchestrator.policy.authority.ticket_reasons import SHOWN
from orchestrator.policy.telling.words.ticket_words import TROUBLE_WORDS

UNCERTAIN = timedelta(minutes=5)
"""After an opening without an end: Jira's search shows what was created after seconds, or after minutes."""
_REFUSED = frozenset({"refused", "missing", "nonsense", "vaulted"})
"""Troubles after which certainly nothing was opened."""


class PlannedChange(NamedTuple):
    """A checked plan with the change that it names, what that approves, and what it is to say."""

    plan: PreparedPlan
    ticket: PlannedTicket
    subject: PlanSubject
    draft: TicketDraft

    def place(self, number: str | None) -> TicketPlace:
        """Where the change with this number is asked for."""
        return place_of_plan(self.ticket, Path(self.plan.project), number)


class SeenChange(NamedTuple):
    """A change as its system answers, with what it lacks for a start now."""

    number: str
    look: TicketLook
    answer: TicketAnswer


def planned_change(checked: PreparedPlan) -> PlannedChange:
    """The change of a checked plan. Raises PlanFault where that has faults, Refused where it names no ticket or no host."""
    subject, ticket = subject_of(checked), checked.plan.approval.ticket
    if ticket is None:
        raise Refused(
            "The plan names no ticket system: add `approval: {ticket: {system: ..., url: ...}}` (docs/change-tickets.md)."
        )
    return PlannedChange(
        checked, ticket, subject, ticket_draft(checked.plan, subject.effective, checked.waves)
    )


def open_change(ports: Ports, change: PlannedChange, *, by: str) -> TicketDeed:
    """Open the change of a plan, once. Raises Refused where the system does not, or where it may have been opened moments ago.

    What is intended is on the journal of the house before the system is asked.
    """
    ticket = change.ticket
    _refuse_to_open(change)
    place = change.place(None)
    known = ports.tickets.find(place, change.draft.correlation)
    _raise_trouble(known)
    if known.did == "none":
        _refuse_uncertain(ports, change)
        _note(ports, change, "intended", None, by)
        known = ports.tickets.open(place, change.draft)
    if known.trouble in _REFUSED:
        _note(ports, change, "not opened", None, by)
    _raise_trouble(known)
    if number_of(ports.journal, ticket, change.subject.effective) != known.number:
        _note(ports, change, "found" if known.did == "found" else "opened", known.number, by)
    return known


def update_change(ports: Ports, change: PlannedChange, *, by: str) -> TicketDeed:
    """Let the change say what the plan says now. Raises Refused where there is none, or it is no draft any more."""
    number = change.ticket.number or last_of_release(ports.journal, change.ticket, change.plan.plan)
    if number is None:
        raise Refused(
            "No change of this release was opened from here. "
            f"Open one: orch change open {command_word(change.plan.named or change.plan.plan_file)}."
        )
    deed = ports.tickets.update(change.place(number), change.draft)
    _raise_trouble(deed)
    _note(ports, change, "updated", number, by)
    return deed


def look_at_change(ports: Ports, change: PlannedChange) -> SeenChange:
    """The change of a plan as its system answers now. Raises Refused where none was opened."""
    number = number_of(ports.journal, change.ticket, change.subject.effective)
    if number is None:
        raise Refused(
            "No change was opened for this effective plan. "
            f"Open one: orch change open {command_word(change.plan.named or change.plan.plan_file)}."
        )
    look, answer = check_ticket(ports, change.subject, change.place(number))
    return SeenChange(number, look, answer)


def look_of_deployment(ports: Ports, d: Deployment) -> TicketLook:
    """The change of a deployment as its system answers now. Raises Refused where it has none."""
    ticket, number = d.plan.approval.ticket, d.ticket.number
    if ticket is None or number is None:
        raise Refused(f"{d.id} has no change ticket.")
    return ports.tickets.look(place_of_deployment(d, ticket, number), ports.clock.now())


def deliver_owed(ports: Ports, deployment: str, *, by: str) -> Deployment:
    """Deliver what is owed to the ticket of a deployment, in one try. Raises Refused where nothing is, or Conflict."""
    current = find_to_change(ports, deployment)
    if not current.receipt_owed:
        raise Refused(f"{current.id} owes nothing to a change ticket.")
    with ports.journal.drive_alone(current.id):
        journal = JournalWriter(ports.journal, current.id, lambda record: None, driver="")
        deliver_receipt(ports, journal, by)
        return journal.deployment


def deployments_that_owe(ports: Ports) -> Iterator[Deployment]:
    """Every deployment whose ticket was not told how it ended, newest first."""
    for brief in briefs(ports.journal):
        if brief.receipt_owed:
            yield folded(ports.journal, brief.id)


def deployment_named(ports: Ports, name: str) -> Deployment | None:
    """The deployment with this id, or beginning of one; None where there is none, or several."""
    try:
        return find(ports, name)
    except NotFound:
        return None


def _refuse_to_open(change: PlannedChange) -> None:
    ticket = change.ticket
    if ticket.number is not None:
        raise Refused(
            f"The plan names {ticket.number}, which people opened. Let it say what the plan says: "
            f"orch change update {command_word(change.plan.named or change.plan.plan_file)}."
        )
    if ticket.system == "servicenow" and change.draft.change == "standard":
        raise Refused(
            "A standard change is made from a template in ServiceNow: open it there, and add its number to approval.ticket."
        )
    if ticket.system == "jira" and ticket.project is None:
        raise Refused(
            "The plan does not say in which project of Jira the change is opened: add `project` to approval.ticket."
        )


def _refuse_uncertain(ports: Ports, change: PlannedChange) -> None:
    """Raises Refused while what an earlier opening created may not be found yet."""
    earlier = (
        each
        for each in openings(ports.journal, change.ticket)
        if each.event.effective == change.subject.effective
    )
    last = next(earlier, None)
    if change.ticket.system != "jira" or last is None or last.event.did != "intended":
        return
    certain = last.at + UNCERTAIN
    if ports.clock.now() < certain:
        raise Refused(
            "An earlier opening did not come to its end, and Jira may not show yet what it created. "
            f"Try again after {certain:%H:%M:%S} UTC: then it is found, or was never created."
        )


def _raise_trouble(deed: TicketDeed) -> None:
    if deed.trouble is not None:
        detail = f" ({plain(deed.detail, SHOWN)})" if deed.detail else ""
        raise Refused(f"{deed.number or 'The change'}: {TROUBLE_WORDS[deed.trouble]}{detail}.")


def _note(
    ports: Ports,
    change: PlannedChange,
    did: Literal["intended", "not opened", "opened", "found", "updated"],
    number: str | None,
    by: str,
) -> None:
    plan = change.plan.plan
    event = TicketOpened(
        system=change.ticket.system,
        url=change.ticket.url,
        number=number,
        effective=change.subject.effective,
        release=plan.release.name,
        version=plan.release.version,
        environment=plan.resources.environment,
        did=did,
        by=by,
    )
    append_to_house(ports.journal, event)
