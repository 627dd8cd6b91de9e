"""Logins and people in Chromium: with and without script, by passkey, by keyboard, and by the rules of axe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from orchestrator.engine.ports import Ports
from orchestrator.web.listening import Place, bound
from tests.fakes.clock import FakeClock
from tests.worlds.browser import CHROMIUM
from tests.worlds.served_people import PASSWORD, ports_of, served_people, with_person

pytestmark = pytest.mark.slow
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class Site(NamedTuple):
    address: str
    ports: Ports
    browser: Browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed here (Debian: chromium).")
    ports = ports_of(FakeClock())
    with_person(ports, "ada", "administrator", name="Ada Lovelace")
    with_person(ports, "bo", "viewer")
    listener = bound(Place("127.0.0.1", 0))
    address = f"http://localhost:{listener.getsockname()[1]}"
    config = uvicorn.Config(served_people(ports, address), log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield Site(address, ports, browser)
        browser.close()
    server.should_exit = True
    thread.join(10)


def new_page(site: Site, **how: object) -> Page:
    page = site.browser.new_context(base_url=site.address, **how).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    return page


def log_in(page: Page, login: str = "ada") -> None:
    page.goto("/login")
    page.get_by_label("Name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/")


def test_without_script_a_password_lets_in_and_out(site: Site) -> None:
    page = new_page(site, java_script_enabled=False)
    log_in(page)
    assert page.get_by_role("heading", name="Overview").is_visible()
    page.get_by_role("button", name="Log out").click()
    assert page.get_by_role("heading", name="Log in").is_visible()


def test_by_keyboard_alone(site: Site) -> None:
    page = new_page(site)
    page.goto("/login")
    page.get_by_label("Name").focus()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def test_a_wrong_password_is_told(site: Site) -> None:
    page = new_page(site)
    page.goto("/login")
    page.get_by_label("Name").fill("bo")
    page.get_by_label("Password").fill("another one altogether")
    page.get_by_role("button", name="Log in", exact=True).click()
    assert "do not belong together" in page.get_by_role("alert").inner_text()


def test_a_passkey_is_made_and_lets_in(site: Site) -> None:
    page = new_page(site)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page)
    page.goto("/account")
    page.get_by_label("Name of the new passkey").fill("laptop")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("row", name="laptop").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/")
    assert page.get_by_role("link", name="Ada Lovelace").is_visible()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    whose = {"authenticatorId": added["authenticatorId"], "isUserVerified": False}
    devtools.send("WebAuthn.setUserVerified", whose)
    page.get_by_role("button", name="Log in with a passkey").click()
    page.get_by_text("Nothing was chosen").wait_for()


PAGES = ("/login", "/account", "/people", "/people/bo", "/people/tokens", "/audit")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 390])
def test_no_page_breaks_a_rule_of_axe_or_is_too_wide(
    site: Site, width: int, scheme: str, tmp_path: Path
) -> None:
    page = new_page(site, viewport={"width": width, "height": 900}, color_scheme=scheme)
    faults = []
    for path in PAGES:
        if path == "/account":
            log_in(page)
        page.goto(path)
        looked = Axe().run(page)
        faults += [
            f"{path}: {each['id']}: {each['nodes'][0]['html']}" for each in looked.response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{path} is wider than {width}")
        page.screenshot(
            path=tmp_path / f"{path.strip('/').replace('/', '-')}-{width}-{scheme}.png", full_page=True
        )
    assert faults == []
