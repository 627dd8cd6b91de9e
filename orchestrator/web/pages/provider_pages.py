"""The login by a provider: to it, and back."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from orchestrator.domain.authority import people as p
from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.use_cases.people import change_people
from orchestrator.errors import Refused
from orchestrator.web.cookies import FLOW, cookie, drop_cookie, set_cookie
from orchestrator.web.forms import path_within
from orchestrator.web.logging_in import logged_in
from orchestrator.web.own_words import unsigned_ports
from orchestrator.web.passkey_login import LASTS, begin_flow, end_flow
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.sessions import SessionBody

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.engine.people_ports import Account, LoginProvider
    from orchestrator.web.request_context import Asked

OPEN = "who logs in is not known before"
BACK = "/login/provider/back"


def _provider(asked: Asked) -> LoginProvider:
    provider = asked.service.provider
    if provider is None:
        raise Problem(404, "not_found", "There is no provider here. Log in with your password.")
    return provider


def _derived(secret: str, purpose: str) -> str:
    """State, nonce and verifier are of the secret that only this browser has (RFC 6749 10.12, RFC 7636)."""
    return hmac.new(secret.encode(), f"orch {purpose}".encode(), hashlib.sha256).hexdigest()


def _begin(asked: Asked) -> Response:
    provider = _provider(asked)
    secret = begin_flow(asked, "provider", to=path_within(asked.request.query_params.get("to", "/")))
    parts = [_derived(secret, purpose) for purpose in ("state", "nonce", "verifier")]
    answer = RedirectResponse(provider.question(asked.service.address + BACK, *parts), status_code=303)
    set_cookie(answer, FLOW, secret, https=asked.service.https, lasts=LASTS)
    return answer


def _back(asked: Asked) -> Response:
    provider, query = _provider(asked), asked.request.query_params
    shown = cookie(asked.request, FLOW, https=asked.service.https)
    if not hmac.compare_digest(query.get("state", "").encode(), _derived(shown, "state").encode()):
        raise _refused(asked, "the answer of a provider is not to a login of this browser")
    secret, known = end_flow(asked, "provider")
    named = asked.service.ways.provider
    if named is not None and query.get("iss", named.issuer) != named.issuer:
        raise _refused(asked, "the answer is of another provider")
    if "error" in query or not query.get("code"):
        raise _refused(asked, "the provider gave no code")
    try:
        account = provider.account(
            asked.service.address + BACK,
            query["code"],
            _derived(secret, "nonce"),
            _derived(secret, "verifier"),
        )
    except Refused as fault:
        asked.service.doors.refused(asked.request, None, None, str(fault))
        raise
    person = _person(asked, account)
    body = SessionBody(epoch=person.epoch, way="provider", groups=account.groups)
    answer = logged_in(asked, person, body, path_within(str(known.get("to", "/"))))
    drop_cookie(answer, FLOW, https=asked.service.https)
    return answer


def _refused(asked: Asked, why: str) -> Problem:
    asked.service.doors.refused(asked.request, None, None, why)
    return Problem(400, "login_refused", f"Nobody was logged in: {why}. Begin again at the login.")


def _person(asked: Asked, account: Account) -> p.Person:
    """Whose account it is; somebody new where a group gives a role. Raises Problem, Refused."""
    people = known_people(asked.ports.journal)
    identity = p.Identity(issuer=account.issuer, subject=account.subject)
    person = people.by_identity(identity)
    if person is None and asked.service.newcomers and people.grants_of(p.Person("", ""), account.groups):
        person = _added(asked, account, identity)
    if person is None or person.disabled:
        asked.service.doors.refused(
            asked.request, None, None, "an account of the provider that lets nobody in"
        )
        raise Problem(
            403,
            "not_known",
            f"Your account is {account.subject}, and nobody here has it, or they are disabled. An administrator lets you in: "
            f"orch people link LOGIN --issuer {command_word(account.issuer)} --subject {command_word(account.subject)}",
        )
    return person


def _added(asked: Asked, account: Account, identity: p.Identity) -> p.Person:
    login = (
        re.sub(r"[^a-z0-9._-]+", "-", account.login.partition("@")[0].lower()).strip("-._")[:64] or "person"
    )
    name = account.name
    added = p.PersonAdded.model_validate({"login": login, "name": name, "identity": identity})
    by = f"{login} by {account.issuer}"
    return change_people(unsigned_ports(asked, name), added, by=by).persons[login]


ROUTES = (
    Route("GET", "/login/provider", None, _begin, open_because=OPEN),
    Route("GET", BACK, None, _back, open_because=OPEN),
)
