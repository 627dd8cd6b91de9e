"""Who may come into the service is changed: on the journal of the house, and what is secret of it in the store."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.domain.authority import people as p
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.engine.lookup.known_people import PeopleBook, known_people, person_called
from orchestrator.engine.people_ports import Mark
from orchestrator.engine.ports import Ports
from orchestrator.engine.speaking import unsigned
from orchestrator.errors import Conflict, NotFound, Refused
from orchestrator.policy.authority.people_rules import faults_in

RETRIES = 50
INVITED = timedelta(days=2)
"""How long a link to set the first password is good."""


def change_people(ports: Ports, *changes: p.OfPerson | p.OfGroup, by: str) -> p.People:
    """Make these changes together; who is known after them. Raises Refused with every reason, Conflict, StoreFault.

    They let in, and sign nothing, so whoever may write the home says them without a key.
    """
    book = PeopleBook(ports.journal)
    for _ in range(RETRIES):
        people, last = book.numbered()
        _refuse_faults(people, changes, ports.clock.now())
        events = [unsigned(ports, e.PeopleChanged(change=change, by=by)) for change in changes]
        try:
            ports.journal.append(HOUSE, last, events)
        except Conflict:
            continue
        return book.now()
    raise Conflict("The journal of the house is written to by others without end; try again.")


def _refuse_faults(people: p.People, changes: Sequence[p.OfPerson | p.OfGroup], now: datetime) -> None:
    faults: list[str] = []
    for change in changes:
        faults += faults_in(people, change, now)
        people = p.people_after(people, change, 0)
    if faults:
        raise Refused(
            "\n".join(f"{fault[0].upper()}{fault[1:]}." for fault in faults) + "\nNothing was changed."
        )


def set_password(ports: Ports, login: str, digest: str | None, *, by: str) -> None:
    """Keep the digest of a new password, None for none, and end the person's sessions. Raises what `change_people` raises."""
    change_people(ports, p.PasswordSet(login=login, present=digest is not None), by=by)
    ports.people.keep_password(login, digest)
    ports.people.remove_all("invitation", login)


def disable(ports: Ports, login: str, *, by: str) -> None:
    """Let the person in no more, by whatever way. Raises what `change_people` raises."""
    change_people(ports, p.PersonDisabled(login=login), by=by)
    for kind in ("session", "token", "invitation", "device"):
        ports.people.remove_all(kind, login)


def invite(ports: Ports, login: str, digest: str, *, by: str) -> datetime:
    """Whoever has the secret of this digest sets the person's password with it, once. Returns until when."""
    now = ports.clock.now()
    until = now + INVITED
    change_people(ports, p.InvitationMade(login=login, until=until), by=by)
    ports.people.remove_all("invitation", login)
    ports.people.add(Mark(digest, "invitation", login, now, now, until))
    return until


def make_token(ports: Ports, token: p.TokenMade, digest: str, *, by: str) -> None:
    """Keep a token of which only this digest is known. Raises what `change_people` raises."""
    now = ports.clock.now()
    change_people(ports, token, by=by)
    ports.people.add(
        Mark(digest, "token", token.login, now, now, token.until, f'{{"token": "{token.token}"}}')
    )


def revoke_token(ports: Ports, login: str, token: str, *, by: str) -> None:
    """Let nobody in by this token any more. Raises NotFound, and what `change_people` raises."""
    if token not in person_called(known_people(ports.journal), login).tokens:
        raise NotFound(f"{login} has no token {token[:40]!a}.")
    change_people(ports, p.TokenRevoked(login=login, token=token), by=by)
    for mark in ports.people.marks("token", login):
        if f'"{token}"' in mark.body:
            ports.people.take(mark.digest, "token")
