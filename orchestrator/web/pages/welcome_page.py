"""Where an invited person sets a password, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from orchestrator.adapters.people.passwords import password_digest
from orchestrator.adapters.people.secret_texts import LONGEST, digest_of_secret
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.use_cases.people import set_password
from orchestrator.policy.authority.password_rules import password_faults
from orchestrator.web.forms import form_of
from orchestrator.web.logging_in import logged_in
from orchestrator.web.own_words import unsigned_ports
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.sessions import SessionBody
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from orchestrator.domain.authority.people import Person
    from orchestrator.web.request_context import Asked

OPEN = "whoever is invited has no other way in yet; the code is random, and good once"


def _invited(asked: Asked) -> tuple[Person, str]:
    """The invited person, and the digest of the code. Raises Problem."""
    code = asked.request.path_params["code"]
    digest = digest_of_secret(code)
    mark = asked.ports.people.mark(digest, "invitation") if len(code) <= LONGEST else None
    person = known_people(asked.ports.journal).persons.get(mark.login) if mark is not None else None
    if mark is None or mark.ends <= asked.ports.clock.now() or person is None or person.disabled:
        raise Problem(
            404, "not_found", "This invitation is over, or was used. Ask an administrator for a new link."
        )
    return person, digest


def _welcome(asked: Asked) -> Response:
    return _page(asked, _invited(asked)[0])


def _page(asked: Asked, person: Person, fault: str = "") -> Response:
    made = page("welcome.html.j2", request=asked.request, person=person, fault=fault, mark=asked.csrf)
    made.status_code = 422 if fault else 200
    return made


async def _set(asked: Asked) -> Response:
    form = await form_of(asked.request)
    return await run_in_threadpool(_password, asked, form)


def _password(asked: Asked, form: Mapping[str, str]) -> Response:
    person, digest = _invited(asked)
    new = form.get("new", "")
    faults = password_faults(new, (person.login, person.name))
    if new != form.get("again", ""):
        faults = (*faults, "expected the same password twice")
    if faults:
        return _page(asked, person, f"The password does not do: {'; '.join(faults)}.")
    if asked.ports.people.take(digest, "invitation") is None:
        raise Problem(
            404, "not_found", "This invitation was used meanwhile. Ask an administrator for a new link."
        )
    set_password(unsigned_ports(asked, person.name), person.login, password_digest(new), by=person.name)
    renewed = known_people(asked.ports.journal).persons[person.login]
    return logged_in(asked, renewed, SessionBody(epoch=renewed.epoch, way="invitation"), "/")


ROUTES = (
    Route("GET", "/welcome/{code}", None, _welcome, open_because=OPEN),
    Route("POST", "/welcome/{code}", None, _set, open_because=OPEN),
)
