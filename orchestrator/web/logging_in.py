"""A login by name and password: its limits, one answer to every wrong try, and the session that it begins."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from orchestrator.adapters.people.passwords import password_matches
from orchestrator.adapters.people.secret_texts import digest_of_secret
from orchestrator.domain.authority.login_try import LoginTry
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.policy.authority.login_limits import free_at
from orchestrator.web.cookies import DEVICE, SESSION, cookie, set_cookie
from orchestrator.web.problems import Problem
from orchestrator.web.sessions import SessionBody, address_of, begin_session, known_device, remember_device

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from orchestrator.domain.authority.people import Person
    from orchestrator.web.request_context import Asked, Service


A_DAY = timedelta(days=1)
WRONG = "That name and password do not belong together."
"""Said to every wrong try, whether somebody has that name or not."""


def by_password(asked: Asked, login: str, password: str) -> Person:
    """The person with this login and this password. Raises Problem in the same words and time whatever was wrong."""
    ports, request, now = asked.ports, asked.request, asked.ports.clock.now()
    name, place, known = _pair(asked.service, request, login, now)
    _refuse_early(asked, free_at(ports.people.tries(now - A_DAY), name, place, now, known=known), now)
    # Noted as wrong before it is known: tries at the same time see one another.
    ports.people.note_try(LoginTry(now, name, place, good=False))
    others = ports.people.tries(now - A_DAY)[1:]
    _refuse_early(asked, free_at(others, name, place, now, known=known), now)
    person = known_people(ports.journal).persons.get(login)
    good = password_matches(password, ports.people.password(login))
    if person is None or person.disabled or not good:
        asked.service.doors.refused(request, None, None, "a wrong name or password")
        raise Problem(401, "wrong_password", WRONG)
    ports.people.note_try(LoginTry(now, name, place, good=True))
    return person


def _pair(service: Service, request: Request, login: str, now: datetime) -> tuple[str, str, bool]:
    """Digests of the name and of the place, and whether the place is a browser that is known."""
    shown = cookie(request, DEVICE, https=service.https)
    known = known_device(service.ports, shown, login, now)
    place = digest_of_secret(shown) if known else digest_of_secret(_network_of(address_of(request)))
    return digest_of_secret(login), place, known


def _network_of(address: str) -> str:
    """An address of IPv6 stands for its network of 64 bits, which one person has."""
    from ipaddress import IPv6Address, ip_address, ip_network

    try:
        host = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(host, IPv6Address) and host.ipv4_mapped is None:
        return str(ip_network(f"{host}/64", strict=False))
    return str(host)


def _refuse_early(asked: Asked, free: datetime, now: datetime) -> None:
    if free <= now:
        return
    seconds = int((free - now).total_seconds()) + 1
    asked.service.doors.refused(asked.request, None, None, "too many tries to log in")
    raise Problem(
        429,
        "too_many_tries",
        f"Too many wrong tries from here. Try again in {seconds} s, or log in with a passkey.",
        headers={"Retry-After": str(seconds)},
    )


def logged_in(asked: Asked, person: Person, body: SessionBody, to: str) -> Response:
    """The answer that begins the session of this person, and leads on."""
    service = asked.service
    secret = begin_session(service.ports, service.times, asked.request, person, body, https=service.https)
    answer = RedirectResponse(to, status_code=303)
    set_cookie(answer, SESSION, secret, https=service.https)
    remember_device(service.ports, asked.request, answer, person.login, https=service.https)
    return answer
