"""A real Chromium with a virtual authenticator (WebAuthn, 11), on a page of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.worlds.browser import CHROMIUM

_SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_PAGE = b"<!doctype html><meta charset=utf-8><title>passkeys</title>"
_CREATE = """async options => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
  return JSON.stringify(await navigator.credentials.create({publicKey}));
}"""
_GET = """async options => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
  return JSON.stringify(await navigator.credentials.get({publicKey}));
}"""


class _OnePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server calls it so)
        """Nothing is logged."""


@dataclass
class PasskeyBrowser:
    """A page at `origin`, in a browser with one authenticator."""

    page: Page
    devtools: CDPSession
    origin: str
    authenticator: str

    def create(self, options: str) -> bytes:
        """What the browser answers when it is asked to make a passkey."""
        return str(self.page.evaluate(_CREATE, options)).encode()

    def sign(self, options: str) -> bytes:
        """What the browser answers when it is asked to sign."""
        return str(self.page.evaluate(_GET, options)).encode()

    def another_authenticator(self, **options: Any) -> None:
        """Put another one in its place; `options` are those of `addVirtualAuthenticator`."""
        self.devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.authenticator})
        self.authenticator = _added(self.devtools, options)

    def is_verified(self, *, verified: bool) -> None:
        """Whether the authenticator verifies the person from now on."""
        whose = {"authenticatorId": self.authenticator, "isUserVerified": verified}
        self.devtools.send("WebAuthn.setUserVerified", whose)


def _added(devtools: CDPSession, options: Mapping[str, Any]) -> str:
    usual: Mapping[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**usual, **options}})
    return str(added["authenticatorId"])


@contextmanager
def passkey_browser() -> Iterator[PasskeyBrowser]:
    """Chromium on http://localhost, with a virtual authenticator that verifies its person."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OnePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://localhost:{server.server_address[1]}"
    try:
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=list(_SWITCHES))
            try:
                page = browser.new_page()
                page.goto(origin)
                devtools = page.context.new_cdp_session(page)
                devtools.send("WebAuthn.enable")
                yield PasskeyBrowser(page, devtools, origin, _added(devtools, {}))
            finally:
                browser.close()
    finally:
        server.shutdown()
        server.server_close()
