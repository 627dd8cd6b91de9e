"""Every page in Chromium at three widths, light and dark: nothing is wider than the page, and axe-core finds nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.worlds.browser import CHROMIUM
from tests.worlds.long_names import PERSON, nodes, with_long_names
from tests.worlds.served import OpenDoors, access
from tests.worlds.served_home import RUNNING, addresses, home_with_history, listening, project_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; setup/machine.sh --tests installs it"),
]
WIDTHS = (1280, 768, 390)
OF_PEOPLE = ("/people", f"/people/{PERSON}", "/people/tokens", "/account", "/approvals", "/audit", "/nothing")
WORDS = tuple(
    f"/deployments/{RUNNING}{rest}"
    for rest in (
        "",
        "/waves/1",
        *(f"/words/{word}" for word in ("pause", "hold", "rollback", "abort", "exclude")),
    )
)
WIDER = """() => {
  const root = document.documentElement, found = [];
  if (root.scrollWidth > root.clientWidth)
    for (const each of document.querySelectorAll("body *"))
      if (!each.closest(".scroll") && each.getBoundingClientRect().right > root.clientWidth + 1)
        found.push(`${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 60)}`);
  return found;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("browsed")
    who = access("deployment manager", "change manager", "administrator")
    home = home_with_history(folder)
    with_long_names(home)
    with listening(home, OpenDoors(who), (project_of(folder),), nodes()) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_fits_and_is_accessible(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, printed = context.new_page(), []
    page.set_default_timeout(120_000)
    page.on("console", lambda message: printed.append(message.text))
    wrong: dict[str, list[Any]] = {}
    for path in (*addresses(), *OF_PEOPLE, *WORDS):
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status in {200, 404}, path
        faults = [
            *page.evaluate(WIDER),
            *_violations(page),
            *(each for each in printed if answer.status == 200),
        ]
        _keep(page, path, width, scheme)
        printed.clear()
        if faults:
            wrong[path] = faults
    context.close()
    assert wrong == {}


def _violations(page: Any) -> list[str]:
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}"
        for each in Axe().run(page).response["violations"]
    ]


def _keep(page: Any, path: str, width: int, scheme: str) -> None:
    """A picture for whoever looks at the pages: ORCH_PICTURES names the folder."""
    folder = os.environ.get("ORCH_PICTURES")
    if folder:
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "overview"
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.timeout(300)
def test_the_keyboard_reaches_the_page_first_and_every_page_by_links(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator("nav.desk").is_visible()
    page.get_by_role("link", name="All pages").click()
    assert page.get_by_role("navigation", name="All pages").get_by_role("link", name="Keys").is_visible()
    page.close()


@pytest.mark.timeout(300)
def test_paper_has_the_page_and_no_navigation(browser: Browser, address: str) -> None:
    page = browser.new_page(color_scheme="dark")
    page.set_default_timeout(120_000)
    page.emulate_media(media="print")
    page.goto(f"{address}/records/residue")
    assert page.locator("h1").is_visible()
    assert [page.locator(each).is_visible() for each in ("header.top", "nav.foot", ".screen")] == [False] * 3
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
