"""The login, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from orchestrator.engine.lookup.known_people import known_people
from orchestrator.web.cookies import SESSION, cookie, drop_cookie
from orchestrator.web.forms import form_of, path_within
from orchestrator.web.logging_in import by_password, logged_in
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.sessions import SessionBody, end_session
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.web.request_context import Asked


def _login(asked: Asked) -> Response:
    to = path_within(asked.request.query_params.get("to", "/"))
    if asked.access is not None:
        return RedirectResponse(to, status_code=303)
    return _page(asked, to)


def _page(asked: Asked, to: str, *, login: str = "", fault: Problem | None = None) -> Response:
    made = page(
        "login.html.j2",
        request=asked.request,
        to=to,
        login=login,
        mark=asked.csrf,
        ways=asked.service.ways,
        fault=fault.detail if fault is not None else "",
        nobody=not known_people(asked.ports.journal).persons,
    )
    if fault is not None:
        made.status_code = fault.status
        made.headers.update(fault.headers)
    return made


async def _log_in(asked: Asked) -> Response:
    form = await form_of(asked.request)
    return await run_in_threadpool(
        _by_password, asked, form.get("login", ""), form.get("password", ""), form.get("to", "/")
    )


def _by_password(asked: Asked, typed: str, password: str, to: str) -> Response:
    login, to = typed.strip().lower()[:64], path_within(to)
    try:
        if not asked.service.ways.password:
            raise Problem(404, "not_found", "Nobody logs in with a password here.")
        if not login or not password:
            raise Problem(400, "incomplete", "Type your name and your password.")
        person = by_password(asked, login, password)
    except Problem as fault:
        return _page(asked, to, login=login, fault=fault)
    return logged_in(asked, person, SessionBody(epoch=person.epoch, way="password"), to)


def _log_out(asked: Asked) -> Response:
    https = asked.service.https
    end_session(asked.ports, cookie(asked.request, SESSION, https=https))
    answer = RedirectResponse("/login", status_code=303)
    drop_cookie(answer, SESSION, https=https)
    return answer


ROUTES = (
    Route("GET", "/login", None, _login, open_because="who logs in is not known before"),
    Route("POST", "/login", None, _log_in, open_because="who logs in is not known before"),
    Route(
        "POST",
        "/logout",
        None,
        _log_out,
        open_because="it ends the session that it is sent with, and nothing else",
    ),
)
