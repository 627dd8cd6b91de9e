"""One's own ways in: password, passkeys, sessions and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from orchestrator.adapters.people.passwords import password_digest, password_matches
from orchestrator.adapters.people.secret_texts import digest_of_secret, new_token, new_token_id
from orchestrator.domain.authority.people import TokenMade
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.use_cases import people as use
from orchestrator.policy.authority.access import TOKEN_SCOPES
from orchestrator.policy.authority.password_rules import password_faults
from orchestrator.web.cookies import SESSION, cookie
from orchestrator.web.forms import form_of
from orchestrator.web.logging_in import logged_in
from orchestrator.web.own_words import own_access, unsigned_ports
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.sessions import SessionBody, session_body
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.responses import Response

    from orchestrator.domain.authority.people import Person
    from orchestrator.web.request_context import Asked

OPEN = "whoever is logged in manages their own ways in, in whatever role; nobody else gets further than the login"
DAYS = ("7", "30", "90", "365")


class SessionRow(NamedTuple):
    """A session as its person sees it."""

    digest: str
    at: datetime
    seen: datetime
    way: str
    address: str
    browser: str
    here: bool


def _account(asked: Asked) -> Response:
    return _page(asked)


def _page(asked: Asked, *, token: str = "", fault: str = "", status: int = 200) -> Response:
    access = own_access(asked)
    person = _person(asked)
    here = digest_of_secret(cookie(asked.request, SESSION, https=asked.service.https))
    bodies = ((mark, session_body(mark)) for mark in asked.ports.people.marks("session", access.login))
    sessions = [
        SessionRow(m.digest, m.at, m.seen, body.way, body.address, body.browser, m.digest == here)
        for m, body in bodies
        if body is not None and body.epoch == person.epoch
    ]
    made = page(
        "account.html.j2",
        request=asked.request,
        asked=asked,
        person=person,
        sessions=sessions,
        token=token,
        fault=fault,
        scopes=sorted(TOKEN_SCOPES),
        days=DAYS,
        now=asked.ports.clock.now(),
    )
    made.status_code = status
    return made


def _person(asked: Asked) -> Person:
    person = known_people(asked.ports.journal).persons.get(own_access(asked).login)
    if person is None:
        raise Problem(404, "not_found", "You are not among the people of this service any more.")
    return person


async def _set_password(asked: Asked) -> Response:
    own_access(asked)
    form = await form_of(asked.request)
    return await run_in_threadpool(_password, asked, form)


def _password(asked: Asked, form: Mapping[str, str]) -> Response:
    person, new = _person(asked), form.get("new", "")
    if person.password and not password_matches(
        form.get("old", ""), asked.ports.people.password(person.login)
    ):
        return _page(asked, fault="The present password is another one. Nothing was changed.", status=422)
    faults = password_faults(new, (person.login, person.name))
    if new != form.get("again", ""):
        faults = (*faults, "expected the same password twice")
    if faults:
        return _page(asked, fault=f"The new password does not do: {'; '.join(faults)}.", status=422)
    use.set_password(unsigned_ports(asked), person.login, password_digest(new), by=person.name)
    renewed = _person(asked)
    return logged_in(asked, renewed, SessionBody(epoch=renewed.epoch, way="password"), "/account")


async def _end_session(asked: Asked) -> Response:
    access, form = own_access(asked), await form_of(asked.request)
    own = await run_in_threadpool(asked.ports.people.marks, "session", access.login)
    if form.get("session") in {mark.digest for mark in own}:
        await run_in_threadpool(asked.ports.people.take, form["session"], "session")
    return RedirectResponse("/account", status_code=303)


async def _new_token(asked: Asked) -> Response:
    own_access(asked)
    form = await asked.request.form()
    scopes = [str(scope) for scope in form.getlist("scope")]
    return await run_in_threadpool(
        _token, asked, str(form.get("label", "")), str(form.get("days", "")), scopes
    )


def _token(asked: Asked, label: str, days: str, scopes: list[str]) -> Response:
    person, secret = _person(asked), new_token()
    if days not in DAYS:
        return _page(asked, fault="Choose how long the token is good.", status=422)
    fields = {
        "login": person.login,
        "token": new_token_id(),
        "label": label.strip(),
        "scopes": scopes,
        "until": asked.ports.clock.now() + timedelta(days=int(days)),
        "ending": secret[-4:],
    }
    try:
        made = TokenMade.model_validate(fields)
    except ValidationError:
        words = (
            "Give the token a name of at most 100 characters, and choose at least one thing that it is for."
        )
        return _page(asked, fault=words, status=422)
    if not made.scopes:
        return _page(asked, fault="Choose at least one thing that the token is for.", status=422)
    use.make_token(unsigned_ports(asked), made, digest_of_secret(secret), by=person.name)
    return _page(asked, token=secret)


async def _revoke_token(asked: Asked) -> Response:
    access, form = own_access(asked), await form_of(asked.request)
    token = form.get("token", "")
    await run_in_threadpool(
        lambda: use.revoke_token(unsigned_ports(asked), access.login, token, by=access.person)
    )
    return RedirectResponse("/account", status_code=303)


ROUTES = (
    Route("GET", "/account", None, _account, open_because=OPEN),
    Route("POST", "/account/password", None, _set_password, open_because=OPEN),
    Route("POST", "/account/sessions/end", None, _end_session, open_because=OPEN),
    Route("POST", "/account/tokens", None, _new_token, open_because=OPEN),
    Route("POST", "/account/tokens/revoke", None, _revoke_token, open_because=OPEN),
)
