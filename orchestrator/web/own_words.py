"""Ports that speak as whoever asks: their name, where they are, and their session stand beside the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.adapters.speaker import through_service
from orchestrator.bootstrap.browser_voice import BrowserVoice
from orchestrator.web.cookies import SESSION, cookie
from orchestrator.web.problems import Problem, to_login
from orchestrator.web.sessions import address_of

if TYPE_CHECKING:
    from orchestrator.domain.authority.access import Access
    from orchestrator.engine.ports import Ports
    from orchestrator.web.request_context import Asked


def unsigned_ports(asked: Asked, person: str | None = None) -> Ports:
    """Ports for words that need no key, by whoever asks; `person` where nobody is logged in yet."""
    secret = cookie(asked.request, SESSION, https=asked.service.https)
    speaker = through_service(person or asked.person, address_of(asked.request) or None, secret or None)
    return asked.service.speaking(BrowserVoice(speaker, None, asked.ports.clock.now))


def own_access(asked: Asked) -> Access:
    """Who is logged in. Raises Problem: nobody, or a program, which manages no ways in."""
    if asked.access is None:
        problem = to_login(asked.request, of_api=False)
        raise Problem(
            303, "login", problem.detail, headers={"Location": problem.headers.get("Location", "/login")}
        )
    if asked.access.channel == "token":
        raise Problem(403, "refused", "A token manages no ways in. Log in with a browser.")
    return asked.access
