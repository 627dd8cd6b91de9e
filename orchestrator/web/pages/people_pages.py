"""People of the service: who comes in, with which role. Changing that takes the right to administer, and gives no signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from orchestrator.adapters.people.secret_texts import digest_of_secret, new_secret
from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import EVERYWHERE, Grant
from orchestrator.domain.text.names import BY_HAND
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.use_cases import people as use
from orchestrator.errors import OrchError
from orchestrator.policy.authority.access import RIGHTS
from orchestrator.web.forms import form_of
from orchestrator.web.own_words import unsigned_ports
from orchestrator.web.problems import Problem, problem_of
from orchestrator.web.routes import Route
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.text.model_base import Noun
    from orchestrator.web.request_context import Asked
    from orchestrator.web.routes import Answer

    Form = Mapping[str, str]
    N = TypeVar("N", bound=Noun)


def _list(asked: Asked) -> Response:
    return _people(asked)


def _people(asked: Asked, *, fault: str = "", status: int = 200) -> Response:
    made = page(
        "people.html.j2",
        request=asked.request,
        asked=asked,
        people=known_people(asked.ports.journal),
        roles=RIGHTS,
        fault=fault,
    )
    made.status_code = status
    return made


def _one(asked: Asked) -> Response:
    return _person_page(asked)


def _person_page(asked: Asked, *, fault: str = "", status: int = 200, invitation: str = "") -> Response:
    person = _named(asked)
    made = page(
        "person.html.j2",
        request=asked.request,
        asked=asked,
        person=person,
        roles=RIGHTS,
        fault=fault,
        invitation=invitation,
        now=asked.ports.clock.now(),
    )
    made.status_code = status
    return made


def _named(asked: Asked) -> p.Person:
    person = known_people(asked.ports.journal).persons.get(asked.request.path_params["login"])
    if person is None:
        raise Problem(404, "not_found", "There is no such person.")
    return person


def _tokens(asked: Asked) -> Response:
    people = known_people(asked.ports.journal)
    rows = [(person, token) for person in people.persons.values() for token in person.tokens.values()]
    return page("tokens.html.j2", request=asked.request, asked=asked, rows=rows, now=asked.ports.clock.now())


def _valid(kind: type[N], fields: Mapping[str, object]) -> N:
    try:
        return kind.model_validate(fields, context=BY_HAND)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        words = (
            f"{'.'.join(map(str, each['loc']))}: expected {each.get('ctx', {}).get('expected', each['msg'])}"
            for each in faults
        )
        raise Problem(422, "faulty", "; ".join(words) + ". Nothing was changed.") from None


def _grant(form: Form) -> Grant:
    places = {name: form.get(name, "").strip() or EVERYWHERE for name in ("service", "environment")}
    return _valid(Grant, {"role": form.get("role", "").strip(), **places})


def _add(asked: Asked, form: Form) -> Response:
    login = form.get("login", "").strip().lower()
    person = _valid(p.PersonAdded, {"login": login, "name": form.get("name", "").strip() or login})
    roles = [p.RoleGiven(login=login, grant=_grant(form))] if form.get("role", "").strip() else []
    use.change_people(unsigned_ports(asked), person, *roles, by=asked.person)
    return RedirectResponse(f"/people/{login}", status_code=303)


def _role(asked: Asked, form: Form) -> Response:
    login, grant = _named(asked).login, _grant(form)
    change = (p.RoleTaken if form.get("do") == "take" else p.RoleGiven)(login=login, grant=grant)
    use.change_people(unsigned_ports(asked), change, by=asked.person)
    return _back(login)


def _group(asked: Asked, form: Form) -> Response:
    fields = {"group": form.get("group", "").strip(), "grant": _grant(form)}
    change: p.OfGroup = (
        _valid(p.GroupTaken, fields) if form.get("do") == "take" else _valid(p.GroupGiven, fields)
    )
    use.change_people(unsigned_ports(asked), change, by=asked.person)
    return RedirectResponse("/people", status_code=303)


def _rename(asked: Asked, form: Form) -> Response:
    login = _named(asked).login
    change = _valid(p.PersonRenamed, {"login": login, "name": form.get("name", "").strip()})
    use.change_people(unsigned_ports(asked), change, by=asked.person)
    return _back(login)


def _disable(asked: Asked, form: Form) -> Response:
    login, ports = _named(asked).login, unsigned_ports(asked)
    if form.get("do") == "enable":
        use.change_people(ports, p.PersonEnabled(login=login), by=asked.person)
    else:
        use.disable(ports, login, by=asked.person)
    return _back(login)


def _invite(asked: Asked, form: Form) -> Response:
    secret = new_secret()
    use.invite(unsigned_ports(asked), _named(asked).login, digest_of_secret(secret), by=asked.person)
    return _person_page(asked, invitation=f"{asked.service.address}/welcome/{secret}")


def _revoke(asked: Asked, form: Form) -> Response:
    login = _named(asked).login
    use.revoke_token(unsigned_ports(asked), login, form.get("token", ""), by=asked.person)
    return RedirectResponse("/people/tokens", status_code=303) if form.get("to") == "tokens" else _back(login)


def _back(login: str) -> Response:
    return RedirectResponse(f"/people/{login}", status_code=303)


def _formed(act: Callable[[Asked, Form], Response], shown: Callable[..., Response]) -> Answer:
    """The answer to a form: what was refused is shown on the page that it came from."""

    async def answer(asked: Asked) -> Response:
        form = await form_of(asked.request)

        def acted() -> Response:
            try:
                return act(asked, form)
            except (Problem, OrchError) as fault:
                problem = fault if isinstance(fault, Problem) else problem_of(fault)
                if problem.status in {404, 503}:
                    raise
                return shown(asked, fault=problem.detail, status=problem.status)

        return await run_in_threadpool(acted)

    return answer


ROUTES = (
    Route("GET", "/people", "see_people", _list),
    Route("POST", "/people", "administer", _formed(_add, _people)),
    Route("POST", "/people/groups", "administer", _formed(_group, _people)),
    Route("GET", "/people/tokens", "administer", _tokens),
    Route("GET", "/people/{login}", "see_people", _one),
    Route("POST", "/people/{login}/role", "administer", _formed(_role, _person_page)),
    Route("POST", "/people/{login}/name", "administer", _formed(_rename, _person_page)),
    Route("POST", "/people/{login}/disable", "administer", _formed(_disable, _person_page)),
    Route("POST", "/people/{login}/invite", "administer", _formed(_invite, _person_page)),
    Route("POST", "/people/{login}/tokens/revoke", "administer", _formed(_revoke, _person_page)),
)
