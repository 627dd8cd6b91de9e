"""Passkeys to log in with: the login itself, and one's own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from orchestrator.domain.authority.people import LoginKeyRemoved
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.use_cases.people import change_people
from orchestrator.errors import NotFound
from orchestrator.web.cookies import FLOW, drop_cookie, set_cookie
from orchestrator.web.forms import form_of, path_within
from orchestrator.web.logging_in import logged_in
from orchestrator.web.own_words import own_access, unsigned_ports
from orchestrator.web.pages.account_page import OPEN
from orchestrator.web.passkey_login import (
    LASTS,
    begin_flow,
    login_question,
    new_key,
    new_key_question,
    person_by_passkey,
)
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.sessions import SessionBody

if TYPE_CHECKING:
    from orchestrator.domain.authority.people import Person
    from orchestrator.web.request_context import Asked

OPEN_LOGIN = "who logs in is not known before"


def _question(asked: Asked) -> Response:
    if not asked.service.ways.passkey:
        raise Problem(404, "not_found", "Nobody logs in with a passkey here.")
    secret = begin_flow(asked, "passkey")
    return _asking(asked, login_question(asked, secret), secret)


def _asking(asked: Asked, question: str, secret: str) -> Response:
    answer = Response(question, media_type="application/json")
    set_cookie(answer, FLOW, secret, https=asked.service.https, lasts=LASTS)
    return answer


async def _log_in(asked: Asked) -> Response:
    form = await form_of(asked.request)
    return await run_in_threadpool(_by_passkey, asked, form.get("answer", ""), form.get("to", "/"))


def _by_passkey(asked: Asked, given: str, to: str) -> Response:
    if not asked.service.ways.passkey:
        raise Problem(404, "not_found", "Nobody logs in with a passkey here.")
    person = person_by_passkey(asked, known_people(asked.ports.journal), given)
    answer = logged_in(asked, person, SessionBody(epoch=person.epoch, way="passkey"), path_within(to))
    drop_cookie(answer, FLOW, https=asked.service.https)
    return answer


def _own(asked: Asked) -> Person:
    person = known_people(asked.ports.journal).persons.get(own_access(asked).login)
    if person is None:
        raise NotFound("You are not among the people of this service any more.")
    return person


def _new_question(asked: Asked) -> Response:
    secret, question = new_key_question(asked, _own(asked))
    return _asking(asked, question, secret)


async def _new(asked: Asked) -> Response:
    own_access(asked)
    form = await form_of(asked.request)
    return await run_in_threadpool(_add, asked, form.get("answer", ""), form.get("label", "").strip())


def _add(asked: Asked, given: str, label: str) -> Response:
    person = _own(asked)
    try:
        key = new_key(asked, person, given, label or "passkey")
    except ValidationError:
        raise Problem(422, "label", "Give the passkey a name of at most 100 characters.") from None
    change_people(unsigned_ports(asked), key, by=person.name)
    answer = RedirectResponse("/account", status_code=303)
    drop_cookie(answer, FLOW, https=asked.service.https)
    return answer


async def _remove(asked: Asked) -> Response:
    own_access(asked)
    form = await form_of(asked.request)
    return await run_in_threadpool(_removed, asked, form.get("key", ""))


def _removed(asked: Asked, key: str) -> Response:
    """One's sessions end with it: whoever had the passkey may have one of them."""
    person = _own(asked)
    if key not in person.keys:
        raise NotFound("You have no such passkey.")
    change_people(unsigned_ports(asked), LoginKeyRemoved(login=person.login, key=key), by=person.name)
    asked.ports.people.remove_all("session", person.login)
    return RedirectResponse("/login?to=/account", status_code=303)


ROUTES = (
    Route("POST", "/login/passkey/question", None, _question, open_because=OPEN_LOGIN),
    Route("POST", "/login/passkey", None, _log_in, open_because=OPEN_LOGIN),
    Route("POST", "/account/passkeys/question", None, _new_question, open_because=OPEN),
    Route("POST", "/account/passkeys", None, _new, open_because=OPEN),
    Route("POST", "/account/passkeys/remove", None, _remove, open_because=OPEN),
)
