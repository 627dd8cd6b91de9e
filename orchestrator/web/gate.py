"""Lets a request in or refuses it: known person, right at that place, and no forged form. All routes pass here."""

from __future__ import annotations

import hmac
from asyncio import wait_for
from dataclasses import replace
from inspect import isawaitable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from orchestrator.domain.authority.access import Place
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.errors import OrchError
from orchestrator.policy.authority.access import may
from orchestrator.web.problems import Problem, answer_of, to_login
from orchestrator.web.request_context import Asked, Service

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from orchestrator.web.doors import Entered
    from orchestrator.web.routes import Route

LARGEST = 1 << 20
"""Bytes of a request's body; forms and words are small."""
SLOWEST = 20.0
"""Seconds for a body to arrive."""
SAFE = frozenset({"GET", "HEAD"})


async def passed(service: Service, route: Route, request: Request) -> Response:
    """The answer of the route, where this request may have it; else a problem that says why not. Never raises an OrchError."""
    try:
        asked = await run_in_threadpool(_let_in, service, route, request)
        if route.method not in SAFE:
            asked = replace(asked, body=_without_nul(request, await _body(request)))
            await _refuse_forged(asked, route)
        made = await run_in_threadpool(route.answer, asked)
        return await made if isawaitable(made) else made
    except (Problem, OrchError) as fault:
        return answer_of(fault, request, of_api=route.of_api)


def _let_in(service: Service, route: Route, request: Request) -> Asked:
    if any("\0" in str(part) for part in request.path_params.values()):
        # No name has one, and PostgreSQL refuses to be asked for it.
        raise Problem(404, "not_found", "There is no such page.")
    entered = service.doors.entered(request)
    if entered is not None:
        request.scope["orch.person"] = entered.access.login
    if route.right is None:
        return Asked(
            request, service, entered.access if entered else None, csrf=entered.csrf if entered else ""
        )
    if entered is None:
        service.doors.refused(request, None, route.right, "nobody is logged in")
        raise to_login(request, of_api=route.of_api)
    place = _place(service, route, request, entered)
    if not may(entered.access, route.right, place):
        service.doors.refused(request, entered.access, route.right, "the role does not allow it")
        raise Problem(403, "refused", f"{entered.access.person} may not do this here ({route.name}).")
    return Asked(request, service, entered.access, place, entered.csrf)


def _place(service: Service, route: Route, request: Request, entered: Entered) -> Place | None:
    """Where the deployment of this path belongs. Whoever may see nothing of it learns not even that it exists."""
    if route.about != "deployment":
        return None
    nothing = Problem(404, "not_found", "There is no such deployment, or you may not see it.")
    name = request.path_params["deployment"]
    if name not in service.ports.journal.deployments():
        raise nothing
    place = place_of(folded(service.ports.journal, name))
    if not may(entered.access, "see", place):
        service.doors.refused(request, entered.access, route.right, "not seen from here")
        raise nothing
    return place


def place_of(d: Deployment | Brief) -> Place:
    """The service and the environment of a deployment; its release stands for a service that its plan does not name."""
    if isinstance(d, Deployment):
        return Place(
            service=d.plan.release.service or d.plan.release.name, environment=d.plan.resources.environment
        )
    return Place(service=d.service or d.release, environment=d.environment)


async def _refuse_forged(asked: Asked, route: Route) -> None:
    """A browser sends cookies with requests that other sites make; those are refused (OWASP, cross-site request forgery).

    A request by bearer token carries none, and is not forged by a browser.
    """
    if asked.access is not None and asked.access.channel == "token":
        return
    if not _of_this_site(asked) or (asked.access is not None and not await _has_mark(asked)):
        why = "the request was not made by a page of this service"
        asked.service.doors.refused(asked.request, asked.access, route.right, why)
        raise Problem(403, "forged", f"Refused: {why}. {_move(asked)}")


def _move(asked: Asked) -> str:
    """The same server under another name, such as 127.0.0.1 for localhost, is another site to a browser."""
    own, origin = asked.service.address, asked.request.headers.get("origin", "")
    if not origin or origin == own:
        return "Load the page again, and repeat it."
    return f"Its pages are at {own}, and the request comes from {plain(origin, 200)}: open {own}/ and repeat it there."


async def _body(request: Request) -> bytes:
    """The whole body, which the form of a page is read from later too. Raises Problem for one that is too large or too slow."""
    size = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers or not size.isdigit():
        raise Problem(411, "length_required", "Say in Content-Length how many bytes the body has.")
    if int(size) > LARGEST:
        raise Problem(413, "too_large", f"The body has more than {LARGEST} bytes.")
    try:
        return await wait_for(request.body(), SLOWEST)
    except TimeoutError:
        raise Problem(408, "too_slow", f"The body did not come within {SLOWEST:.0f} s.") from None
    except ClientDisconnect:
        raise Problem(400, "broken_off", "The body broke off.") from None


def _without_nul(request: Request, body: bytes) -> bytes:
    """The fields of a form; a NUL in them is in no text that anybody types. Raises Problem."""
    of_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if of_form and (b"%00" in body or b"\0" in body):
        raise Problem(400, "usage", "A field holds a character that no text has (NUL).")
    return body


def _of_this_site(asked: Asked) -> bool:
    """What the browser itself says of where the request comes from (Fetch Metadata, and Origin of RFC 6454)."""
    headers, own = asked.request.headers, urlsplit(asked.service.address)
    if headers.get("origin", f"{own.scheme}://{own.netloc}") != f"{own.scheme}://{own.netloc}":
        return False
    return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


async def _has_mark(asked: Asked) -> bool:
    """Whether it carries the mark of the session, which no other site can read."""
    request = asked.request
    given = request.headers.get("x-orch-csrf", "")
    if not given and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        given = str((await request.form()).get("csrf", ""))
    return bool(asked.csrf) and hmac.compare_digest(given.encode(), asked.csrf.encode())
