"""Logins by passkey: a question that is good once and for five minutes, and whose answer is by a known passkey."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from orchestrator.adapters.keys.passkey_registration import Site, register, registration_question
from orchestrator.adapters.keys.passkeys import signature_of
from orchestrator.adapters.people.secret_texts import LONGEST, digest_of_secret, new_secret
from orchestrator.domain.authority.people import LoginKeyAdded, People, Person
from orchestrator.domain.authority.webauthn_form import challenge_of
from orchestrator.domain.authority.webauthn_key import from_base64url, in_base64url, passkey
from orchestrator.engine.people_ports import Mark
from orchestrator.errors import Refused
from orchestrator.web.cookies import FLOW, cookie
from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from orchestrator.web.request_context import Asked, Service

LASTS = timedelta(minutes=5)
MOST_WAITING = 10_000
"""Logins and passkeys under way that are kept: whoever begins more of them, without a login, takes no more room. The oldest go,
so that a person who touches their key within seconds is shut out by nobody who begins fewer in that time."""
NOT_KNOWN = "That passkey lets nobody in here. Log in by another way, and add it under your account."


def begin_flow(asked: Asked, purpose: str, login: str = "", **more: str) -> str:
    """The secret of something that this browser has begun; it is good once, for five minutes."""
    secret, now = new_secret(), asked.ports.clock.now()
    asked.ports.people.sweep(now)
    body = json.dumps({"purpose": purpose, **more})
    asked.ports.people.add(Mark(digest_of_secret(secret), "flow", login, now, now, now + LASTS, body))
    asked.ports.people.keep_newest("flow", MOST_WAITING)
    return secret


def end_flow(asked: Asked, purpose: str, login: str = "") -> tuple[str, dict[str, Any]]:
    """What this browser has begun, which is over now: its secret and what it knows. Raises Problem."""
    secret = cookie(asked.request, FLOW, https=asked.service.https)
    over = Problem(
        400, "login_over", "It took longer than five minutes, or was begun elsewhere. Begin again."
    )
    mark = asked.ports.people.take(digest_of_secret(secret), "flow") if 0 < len(secret) <= LONGEST else None
    if mark is None or mark.ends <= asked.ports.clock.now() or mark.login != login:
        raise over
    known: dict[str, Any] = json.loads(mark.body)
    if known.get("purpose") != purpose:
        raise over
    return secret, known


def site_of(service: Service) -> Site:
    """The service as passkeys know it. Raises UsageFault where its address has no name."""
    return Site(urlsplit(service.address).hostname or "", service.address)


def login_question(asked: Asked, secret: str) -> str:
    """What the browser is asked: any passkey of this service, with the person verified (WebAuthn, 7.2). Raises UsageFault."""
    return json.dumps(
        {
            "challenge": in_base64url(challenge_of(_payload(secret))),
            "rpId": site_of(asked.service).rp_id,
            "allowCredentials": [],
            "userVerification": "required",
            "timeout": int(LASTS.total_seconds() * 1000),
        }
    )


def person_by_passkey(asked: Asked, people: People, answer: str) -> Person:
    """Whose passkey gave this answer. Raises Problem in the same words whatever was wrong."""
    secret, _ = end_flow(asked, "passkey")
    try:
        person, key = _asserted(people, answer)
        signature_of(answer.encode(), key.public, _payload(secret))
    except (Refused, LookupError, ValueError):
        asked.service.doors.refused(asked.request, None, None, "a passkey that lets nobody in")
        raise Problem(401, "wrong_passkey", NOT_KNOWN) from None
    if person.disabled:
        asked.service.doors.refused(asked.request, None, None, "a passkey of a disabled person")
        raise Problem(401, "wrong_passkey", NOT_KNOWN)
    return person


def _asserted(people: People, answer: str) -> tuple[Person, LoginKeyAdded]:
    whole = json.loads(answer)
    credential = (
        from_base64url(whole["rawId"])
        if isinstance(whole, dict) and isinstance(whole.get("rawId"), str)
        else None
    )
    for person in people.persons.values():
        for key in person.keys.values():
            if credential and passkey(key.public).credential == credential:
                return person, key
    raise LookupError(answer[:100])


def _payload(secret: str) -> bytes:
    """What is signed, which is no statement that counts anywhere else."""
    return b"orch login 1\n" + secret.encode()


def new_key_question(asked: Asked, person: Person) -> tuple[str, str]:
    """The secret and the question for a new passkey that can be chosen without a name. Raises MachineLacks, UsageFault."""
    secret = begin_flow(asked, "new passkey", person.login)
    known = [key.public for key in person.keys.values()]
    site = site_of(asked.service)
    options = json.loads(
        registration_question(site, person.login, challenge_of(_payload(secret)), known).options
    )
    options["authenticatorSelection"] |= {"residentKey": "required", "requireResidentKey": True}
    return secret, json.dumps(options)


def new_key(asked: Asked, person: Person, answer: str, label: str) -> LoginKeyAdded:
    """The passkey that the browser made. Raises Problem, Refused, ValidationError."""
    secret, _ = end_flow(asked, "new passkey", person.login)
    card = register(answer.encode(), challenge_of(_payload(secret)), site_of(asked.service))
    return LoginKeyAdded(login=person.login, key=card.key, public=card.public, label=label)
