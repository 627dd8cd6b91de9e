"""Sessions of browsers and tokens of programs: the doors of the service over the store, so that several servers share them."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from orchestrator.adapters.people.secret_texts import (
    LONGEST,
    TOKEN,
    digest_of_secret,
    mark_against_forgery,
    new_secret,
)
from orchestrator.domain.authority.access import Access
from orchestrator.domain.authority.people import Group, Person
from orchestrator.domain.text.model_base import Many, Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.known_people import PeopleBook
from orchestrator.engine.people_ports import Mark, RefusalSeen
from orchestrator.errors import OrchError
from orchestrator.web.cookies import DEVICE, SESSION, cookie, set_cookie
from orchestrator.web.doors import Doors, Entered

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from orchestrator.domain.authority.access import Right
    from orchestrator.domain.authority.people import People
    from orchestrator.engine.ports import Ports
    from orchestrator.web.session_times import SessionTimes

LOG = logging.getLogger("orch.web")
DEVICE_LASTS = timedelta(days=180)
SEEN_EVERY = timedelta(minutes=1)
"""How often the store learns that a session is in use."""


class SessionBody(Noun):
    """What a session knows: the person's epoch at the login, by which way, and what the provider said."""

    epoch: int
    way: str = Field(pattern=r"^(password|passkey|provider|invitation)$")
    groups: Many[Group] = ()
    address: str = ""
    browser: str = ""


class SessionDoors(Doors):
    """People by their session or token, as the journal knows them at this moment."""

    def __init__(
        self, ports: Ports, times: SessionTimes, address: str, allowed: tuple[Right, ...] = ()
    ) -> None:
        """`allowed`: what tokens may do beside what any token may."""
        self._ports, self._times, self._allowed = ports, times, allowed
        self._book = PeopleBook(ports.journal)
        self.https = address.startswith("https://")

    def entered(self, request: Request) -> Entered | None:
        """See the port. A request that shows a token is known by that or not at all."""
        shown = request.headers.get("authorization")
        if shown is not None:
            return self._by_token(shown)
        secret = cookie(request, SESSION, https=self.https)
        mark = session_mark(self._ports, self._times, secret)
        body = session_body(mark) if mark is not None else None
        if mark is None or body is None:
            return None
        people = self._book.now()
        person = people.persons.get(mark.login)
        if person is None or person.disabled or person.epoch != body.epoch:
            return None
        now = self._ports.clock.now()
        if now - mark.seen > SEEN_EVERY:
            self._ports.people.touch(mark.digest, now)
        return Entered(_access(people, person, groups=body.groups), mark_against_forgery(secret))

    def _by_token(self, shown: str) -> Entered | None:
        scheme, _, secret = shown.partition(" ")
        if scheme.lower() != "bearer" or not secret.startswith(TOKEN) or len(secret) > LONGEST:
            return None
        mark = self._ports.people.mark(digest_of_secret(secret), "token")
        now = self._ports.clock.now()
        if mark is None or mark.ends <= now:
            return None
        people = self._book.now()
        person = people.persons.get(mark.login)
        token = person.tokens.get(_token_of(mark)) if person is not None else None
        if person is None or person.disabled or token is None or token.until <= now:
            return None
        if now - mark.seen > SEEN_EVERY:
            self._ports.people.touch(mark.digest, now)
        access = _access(people, person)
        limits = {"channel": "token", "scopes": token.scopes, "allowed": self._allowed}
        return Entered(access.model_copy(update=limits), "")

    def refused(self, request: Request, access: Access | None, right: Right | None, why: str) -> None:
        """See the port."""
        login, address = (access.login if access is not None else ""), address_of(request)
        path = plain(request.url.path, 300)
        seen = RefusalSeen(
            self._ports.clock.now(), login, address, request.method[:16], path, right or "", plain(why, 300)
        )
        LOG.warning(
            "refused: %s", seen.why, extra={"of_request": seen._asdict() | {"at": seen.at.isoformat()}}
        )
        try:
            self._ports.people.note_refusal(seen)
        except OrchError as fault:
            LOG.error("the refusal is in this log alone: %s", fault)


def _access(people: People, person: Person, groups: tuple[str, ...] = ()) -> Access:
    return Access(person=person.name, login=person.login, grants=people.grants_of(person, groups))


def _token_of(mark: Mark) -> str:
    try:
        return str(json.loads(mark.body)["token"])
    except (ValueError, KeyError, TypeError):
        return ""


def session_mark(ports: Ports, times: SessionTimes, secret: str) -> Mark | None:
    """The session of this secret, where it is not over."""
    if not secret or len(secret) > LONGEST:
        return None
    mark, now = ports.people.mark(digest_of_secret(secret), "session"), ports.clock.now()
    if mark is None or mark.ends <= now or mark.seen + times.idle <= now:
        return None
    return mark


def session_body(mark: Mark) -> SessionBody | None:
    """What the session knows; None where the row is damaged, which lets nobody in."""
    try:
        return SessionBody.model_validate_json(mark.body)
    except ValidationError:
        return None


def begin_session(
    ports: Ports, times: SessionTimes, request: Request, person: Person, body: SessionBody, *, https: bool
) -> str:
    """A new session of this person; an earlier one of this browser is over, whoever made it. Returns its secret."""
    end_session(ports, cookie(request, SESSION, https=https))
    secret, now = new_secret(), ports.clock.now()
    whole = body.model_copy(
        update={
            "address": address_of(request),
            "browser": plain(request.headers.get("user-agent", ""), 200),
        }
    )
    ports.people.sweep(now)
    ports.people.add(
        Mark(
            digest_of_secret(secret),
            "session",
            person.login,
            now,
            now,
            now + times.longest,
            whole.model_dump_json(),
        )
    )
    return secret


def end_session(ports: Ports, secret: str) -> None:
    """The session of this secret lets nobody in any more."""
    if secret:
        ports.people.take(digest_of_secret(secret), "session")


def known_device(ports: Ports, secret: str, login: str, now: datetime) -> bool:
    """Whether this person was logged in before in the browser that shows this."""
    mark = ports.people.mark(digest_of_secret(secret), "device") if secret else None
    return mark is not None and mark.login == login and mark.ends > now


def remember_device(ports: Ports, request: Request, answer: Response, login: str, *, https: bool) -> None:
    """The browser is known from now on, as one in which this person was logged in."""
    now, shown = ports.clock.now(), cookie(request, DEVICE, https=https)
    if known_device(ports, shown, login, now):
        return
    secret = new_secret()
    ports.people.add(Mark(digest_of_secret(secret), "device", login, now, now, now + DEVICE_LASTS))
    set_cookie(answer, DEVICE, secret, https=https, lasts=DEVICE_LASTS)


def address_of(request: Request) -> str:
    """Where the request comes from; what stands before the service is answered for by web/listening.py."""
    return plain(request.client.host, 64) if request.client is not None else ""
