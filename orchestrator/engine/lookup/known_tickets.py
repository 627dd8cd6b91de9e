"""Which change was opened for an effective plan, as the journal of the house knows it; and where it is asked for."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from orchestrator.domain.authority.change_ticket import PATIENCE, TicketPlace
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import HOUSE, TicketOpened
from orchestrator.domain.plan.http_fields import CredentialFile
from orchestrator.domain.plan.planned_ticket import USUAL_TYPE, PlannedTicket
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.text.names import same_name
from orchestrator.engine.ports import Journal


class OpenedAt(NamedTuple):
    """An opening on the journal of the house, and when."""

    event: TicketOpened
    at: datetime


def openings(journal: Journal, ticket: PlannedTicket) -> Iterator[OpenedAt]:
    """What was opened in the system of this ticket, newest first."""
    for record in reversed(journal.read(HOUSE)):
        event = record.event
        if isinstance(event, TicketOpened) and (event.system, event.url) == (ticket.system, ticket.url):
            yield OpenedAt(event, record.at)


def number_of(journal: Journal, ticket: PlannedTicket, effective: str) -> str | None:
    """The number of the plan, else that of the change that was last opened for this effective plan."""
    if ticket.number is not None:
        return ticket.number
    known = openings(journal, ticket)
    return next((each.event.number for each in known if _names(each.event, effective)), None)


def last_of_release(journal: Journal, ticket: PlannedTicket, plan: ReleasePlan) -> str | None:
    """The number of the change that was last opened for this release in this environment, whatever the plan said then."""
    release, environment = plan.release, plan.resources.environment
    return next(
        (
            each.event.number
            for each in openings(journal, ticket)
            if each.event.number is not None
            and same_name(each.event.release, release.name)
            and each.event.version == release.version
            and same_name(each.event.environment, environment)
        ),
        None,
    )


def place_of_plan(ticket: PlannedTicket, project: Path, number: str | None) -> TicketPlace:
    """Where the ticket of a plan is asked for; its files are those of the project."""
    return _place(ticket, number, lambda file: _below(project, file))


def place_of_deployment(
    d: Deployment, ticket: PlannedTicket, number: str | None, patience: float = PATIENCE
) -> TicketPlace:
    """Where the ticket of a deployment is asked for. Credentials are never in a private copy, which may be gone at the end."""
    places = _place(
        ticket, number, lambda file: _below(Path(d.project), file) if d.over else d.place_of(file)
    )
    return places._replace(patience=patience)


def _place(ticket: PlannedTicket, number: str | None, place_of: Callable[[str], str]) -> TicketPlace:
    def placed(file: CredentialFile | None) -> str | None:
        return None if file is None else place_of(file.file)

    return TicketPlace(
        system=ticket.system,
        url=ticket.url,
        number=number or "",
        basic_auth=placed(ticket.basic_auth),
        bearer=placed(ticket.bearer),
        ca_file=None if ticket.ca_file is None else place_of(ticket.ca_file),
        project=ticket.project,
        issue_type=ticket.issue_type or USUAL_TYPE,
    )


def _below(project: Path, file: str) -> str:
    """A file of the plan; one of somebody's home is found there when it is read."""
    return file if file.startswith(("/", "~")) else str(project / file)


def _names(event: TicketOpened, effective: str) -> bool:
    return event.effective == effective and event.number is not None
