"""A real Chromium with a virtual authenticator (WebAuthn, 11), on a page of this machine."""

from __future__ import annotations

import json
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

    def log_message(self, format: str, *args: object) -> None:
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

    def is_verified(self, *, verified: bool) -> None:
        """Whether the authenticator verifies the person from now on."""
        whose = {"authenticatorId": self.authenticator, "isUserVerified": verified}
        self.devtools.send("WebAuthn.setUserVerified", whose)


@contextmanager
def passkey_browser(**authenticator: Any) -> Iterator[PasskeyBrowser]:
    """Chromium on http://localhost, with a virtual authenticator that verifies; options of `addVirtualAuthenticator` change it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OnePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://localhost:{server.server_address[1]}"
    usual: Mapping[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    try:
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=list(_SWITCHES))
            try:
                page = browser.new_page()
                page.goto(origin)
                devtools = page.context.new_cdp_session(page)
                devtools.send("WebAuthn.enable")
                added = devtools.send(
                    "WebAuthn.addVirtualAuthenticator", {"options": {**usual, **authenticator}}
                )
                yield PasskeyBrowser(page, devtools, origin, json.loads(json.dumps(added))["authenticatorId"])
            finally:
                browser.close()
    finally:
        server.shutdown()
        server.server_close()
