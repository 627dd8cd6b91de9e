"""The service on this machine, and a real Chromium with a virtual authenticator that looks at it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from orchestrator.adapters.keys.passkey_registration import (
    OpenChallenges,
    Site,
    register,
    registration_question,
)
from orchestrator.domain.authority.signing import TrustedKey
from tests.worlds.browser import CHROMIUM
from tests.worlds.people import TRUSTED_AT

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.applications import Starlette

_SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_CREATE = """async options => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
  return JSON.stringify(await navigator.credentials.create({publicKey}));
}"""
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Running:
    """A service that runs on a thread of this process, until it is stopped."""

    def __init__(self, made: Callable[[str], Starlette]) -> None:
        """`made` makes the application for the address that people use."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            made(self.address), log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        until = time.time() + 20
        while not self._server.started and time.time() < until:
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()


@dataclass
class Visitor:
    """A page of the service in a browser, whose device can sign."""

    page: Page
    site: Site

    def passkey(self, now: datetime, person: str, *roles: str) -> TrustedKey:
        """Make a passkey in this browser, and trust it for a person in these roles."""
        question = registration_question(self.site, person, OpenChallenges().new("session", now))
        answer = str(self.page.evaluate(_CREATE, question.options)).encode()
        card = register(answer, question.challenge, self.site, person, roles)
        return TrustedKey(
            key=card.key,
            public=card.public,
            kind="webauthn",
            person=person,
            roles=roles,
            trusted_at=TRUSTED_AT,
            trusted_by="Ada",
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(_SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def running(made: Callable[[str], Starlette]) -> Iterator[Running]:
    """The service of an application, stopped in the end."""
    service = Running(made)
    try:
        yield service
    finally:
        service.stop()


def visitor(browser: Browser, address: str, **context: Any) -> Visitor:
    """A new visitor of the service at this address."""
    page = browser.new_context(**context).new_page()
    page.goto(f"{address}/healthz")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    return Visitor(page, Site("localhost", address))
