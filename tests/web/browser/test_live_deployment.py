"""A person at a browser: sees a deployment move, decides and signs with a passkey, and is told when nothing is live."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from orchestrator.adapters.keys.passkeys import passkey_verifies
from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.approval import payload as approval_payload
from orchestrator.domain.authority.signing import Keyring, Signature
from orchestrator.domain.authority.word import PresentedWord, SignedWord
from orchestrator.domain.authority.word import payload as word_payload
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import resume
from tests.fakes.authority import FakeKeys
from tests.worlds.browsed_service import Running, Visitor, chromium, running, visitor
from tests.worlds.browser import CHROMIUM
from tests.worlds.fleet import Fleet, quiet
from tests.worlds.held_deployment import held
from tests.worlds.people import DEPLOYER
from tests.worlds.plans import plan_tree
from tests.worlds.served import OpenDoors, access, served

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed"
)
MANAGER, OWNER = ("change manager", "Bo Lind"), ("service owner", "Cy Ray")
SOON = 30_000
"""Milliseconds; a machine that many share is slow."""
SIZES = [(1280, "light"), (768, "dark"), (390, "light"), (390, "dark")]


class VerifyingKeys(FakeKeys):
    """Signatures of passkeys are verified; those of other keys are as the test says."""

    def present(self, approvals: Sequence[SignedApproval], keyring: Keyring) -> tuple[PresentedApproval, ...]:
        good = (_good(each.signature, approval_payload(each.approval), keyring) for each in approvals)
        return tuple(
            PresentedApproval(signed=each, answer="good" if fits else "bad")
            for each, fits in zip(approvals, good, strict=True)
        )

    def heard(self, words: Sequence[SignedWord], keyring: Keyring) -> tuple[PresentedWord, ...]:
        good = (_good(each.signature, word_payload(each.word), keyring) for each in words)
        return tuple(
            PresentedWord(signed=each, answer="good" if fits else "bad")
            for each, fits in zip(words, good, strict=True)
        )


def _good(signature: Signature, payload: bytes, keyring: Keyring) -> bool:
    key = keyring.find(signature.key)
    if key is None or key.kind != "webauthn":
        return key is not None
    return passkey_verifies(key.public, signature.signature, payload)


class Desk:
    """A fleet with a real store, its service, and a browser; who is logged in can be changed."""

    def __init__(self, fleet: Fleet, service: Running, doors: OpenDoors, browser: Browser) -> None:
        self.fleet, self.service, self.doors, self.browser = fleet, service, doors, browser

    def log_in(self, role: str, person: str) -> None:
        self.doors.access = access(role).model_copy(update={"person": person, "login": person.lower()})

    def visit(self, d: Deployment | None = None, **context: object) -> Visitor:
        made = visitor(self.browser, self.service.address, **context)
        made.page.set_default_timeout(SOON)
        if d is not None:
            made.page.goto(self.at(d))
        return made

    def at(self, d: Deployment, rest: str = "") -> str:
        return f"{self.service.address}/deployments/{d.id}{rest}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=SOON)
    with chromium() as started:
        yield started


@pytest.fixture
def desk(tmp_path: Path, browser: Browser) -> Iterator[Desk]:
    gate = {"confirm": "service owner", "soak": "0s"}
    fleet = Fleet(
        plan_tree(kind="phased", waves=[{"count": 1, "gate": gate}, "rest"]), home=tmp_path / "home"
    )
    doors = OpenDoors(access("deployment manager"))
    made: Callable[[str], object] = lambda address: served(  # noqa: E731
        fleet.ports, doors, drivers=fleet.drivers, address=address
    )
    with running(made) as service:  # type: ignore[arg-type]
        yield Desk(fleet, service, doors, browser)


def sign(visit: Visitor) -> None:
    expect(visit.page.get_by_role("heading", name=re.compile("^Sign: "))).to_be_visible()
    visit.page.get_by_role("button", name=re.compile("Sign with passkey")).click()


def test_the_page_moves_with_the_deployment_and_keeps_the_focus(desk: Desk) -> None:
    d = desk.fleet.deploy()
    page = desk.visit(d).page
    expect(page.locator("#headline")).to_contain_text("confirmation by service owner")
    expect(page.locator("#live")).to_have_attribute("data-changes", re.compile(r"\d+"))
    page.get_by_role("link", name="Abort").focus()
    desk.fleet.say(d, e.Paused(by="ann", reason="lunch"))
    expect(page.locator("#headline")).to_contain_text("Paused")
    expect(page.locator("#spoken")).to_contain_text("Paused")
    expect(page.get_by_role("link", name="Go on")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "Abort"


@pytest.mark.slow
def test_words_of_one_browser_are_seen_in_another(desk: Desk) -> None:
    d = desk.fleet.deploy()
    watcher, speaker = desk.visit(d).page, desk.visit(d).page
    speaker.get_by_role("link", name="Confirm the gate").click()
    speaker.get_by_label("What you looked at").fill("all graphs are calm")
    speaker.get_by_role("button", name="Confirm").click()
    expect(speaker.get_by_text("The gate is confirmed.")).to_be_visible()
    expect(watcher.locator("#headline")).to_contain_text("verified on all 3 hosts")
    expect(watcher.locator("#live")).to_have_attribute("data-over", "yes")
    assert desk.fleet.now(d.id).state is State.COMPLETED


def approve(desk: Desk, visit: Visitor, role: str, person: str) -> None:
    """Approve, from the list of what waits, with the passkey of this browser."""
    desk.log_in(role, person)
    page = visit.page
    page.goto(f"{desk.service.address}/approvals")
    page.get_by_role("link", name=re.compile("See what is signed")).first.click()
    page.get_by_role("link", name="Approve", exact=True).click()
    page.get_by_label("Your role in this").select_option(role)
    page.get_by_label(re.compile("Reason")).fill("read and understood")
    page.get_by_role("button", name="Show what is signed").click()
    sign(visit)
    expect(page.get_by_text("Your decision is on the journal")).to_be_visible()


def abort(desk: Desk, visit: Visitor, d: Deployment) -> None:
    """Abort, with the passkey of this browser."""
    page = visit.page
    page.goto(desk.at(d))
    page.get_by_role("link", name="Abort").click()
    expect(page.get_by_text("1 host is backed out: h1.")).to_be_visible()
    page.get_by_label("Reason").fill("prices are wrong")
    page.get_by_role("button", name="Show what is signed").click()
    sign(visit)
    expect(page.locator("#headline")).to_contain_text("backed out")


def test_two_approve_with_passkeys_then_one_starts_it_confirms_and_aborts(desk: Desk) -> None:
    fleet = desk.fleet
    fleet.rule()
    fleet.keys.__class__ = VerifyingKeys
    now = fleet.clock.now()
    bo, cy = desk.visit(), desk.visit()
    people = (
        bo.passkey(now, MANAGER[1], MANAGER[0], "deployment manager"),
        cy.passkey(now, OWNER[1], OWNER[0]),
    )
    fleet.keys.ring = Keyring(keys=(*people, DEPLOYER))
    fleet.drivers.drive = lambda name, by: resume(fleet.ports, name, by="ann", watch=quiet)
    d = fleet.deploy()
    approve(desk, bo, *MANAGER)
    approve(desk, cy, *OWNER)
    given = fleet.events(d, e.ApprovalGiven)
    assert {each.signed.signature.kind for each in given} == {"webauthn"}
    desk.log_in("deployment manager", MANAGER[1])
    bo.page.goto(desk.at(d))
    bo.page.get_by_role("link", name="Go on", exact=True).click()
    bo.page.get_by_role("button", name="Go on").click()
    expect(bo.page.locator("#headline")).to_contain_text("confirmation by service owner")
    desk.log_in("service owner", OWNER[1])
    abort(desk, cy, d)
    asked = fleet.events(d, e.AbortRequested)[-1]
    assert asked.spoken.signed.signature.key == people[1].key
    assert fleet.now(d.id).state is State.BACKED_OUT


@pytest.mark.slow
def test_a_page_that_shows_another_text_than_is_signed_signs_nothing(desk: Desk) -> None:
    fleet = desk.fleet
    d = fleet.deploy()
    visit = desk.visit()
    fleet.keys.ring = Keyring(keys=(visit.passkey(fleet.clock.now(), "Ann", "service owner"),))
    page = visit.page
    page.route(
        "**/words/pause",
        lambda route: _altered(route) if route.request.method == "POST" else route.continue_(),
    )
    page.goto(desk.at(d, "/words/pause"))
    page.get_by_role("button", name="Show what is signed").click()
    expect(page.locator("#sign-state")).to_contain_text("Sign nothing")
    expect(page.get_by_role("button", name=re.compile("Sign with passkey"))).to_be_disabled()


def _altered(route: object) -> None:
    answer = route.fetch()  # type: ignore[attr-defined]
    route.fulfill(response=answer, body=answer.text().replace("pause", "PAUSE"))  # type: ignore[attr-defined]


@pytest.mark.slow
def test_when_the_connection_is_lost_the_page_says_so(desk: Desk) -> None:
    d = desk.fleet.deploy()
    page = desk.visit(d).page
    expect(page.locator("#live")).to_have_attribute("data-changes", re.compile(r"\d+"))
    expect(page.locator("#connection")).to_be_hidden()
    desk.service.stop()
    expect(page.locator("#connection")).to_contain_text("The connection is lost")


@pytest.mark.slow
def test_without_script_it_is_all_there(desk: Desk) -> None:
    d = desk.fleet.deploy()
    page = desk.visit(d, java_script_enabled=False).page
    expect(page.locator("#headline")).to_contain_text("confirmation by service owner")
    page.get_by_role("link", name="Pause").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#headline")).to_contain_text("Paused")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_pages_fit_and_axe_finds_nothing(desk: Desk, tmp_path: Path, width: int, scheme: str) -> None:
    desk.fleet.rule()
    waiting = desk.fleet.deploy()
    ring = desk.fleet.keys.ring
    stuck, other = held()
    visit = desk.visit(viewport={"width": width, "height": 900}, color_scheme=scheme)
    key = visit.passkey(desk.fleet.clock.now(), MANAGER[1], MANAGER[0])
    desk.log_in("deployment manager", MANAGER[1])
    desk.fleet.keys.ring = Keyring(keys=(key, *(each for each in ring.keys if each.person != MANAGER[1])))
    page, folder = visit.page, tmp_path / "shots"
    for name, place in {
        "deployment": desk.at(waiting),
        "wave": desk.at(waiting, "/waves/1"),
        "abort": desk.at(waiting, "/words/abort"),
        "approvals": f"{desk.service.address}/approvals",
        "approval": desk.at(waiting, "/approval"),
        "approve": desk.at(waiting, "/approval/approve"),
    }.items():
        page.goto(place)
        _fits(page, folder, f"{name}-{width}-{scheme}")
    page.get_by_label(re.compile("Reason")).fill("read")
    page.get_by_role("button", name="Show what is signed").click()
    expect(page.get_by_role("heading", name=re.compile("^Sign: "))).to_be_visible()
    _fits(page, folder, f"sign-{width}-{scheme}")
    with running(lambda address: served(stuck.ports, desk.doors, address=address)) as second:
        page.goto(f"{second.address}/deployments/{other.id}")
        _fits(page, folder, f"held-{width}-{scheme}")
        page.goto(f"{second.address}/deployments/{other.id}/words/exclude")
        _fits(page, folder, f"exclude-{width}-{scheme}")


def _fits(page: object, folder: Path, name: str) -> None:
    page.screenshot(path=str(folder / f"{name}.png"), full_page=True)  # type: ignore[attr-defined]
    violations = Axe().run(page)
    assert violations.violations_count == 0, f"{name}: {violations.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")  # type: ignore[attr-defined]
    assert wide <= 0, f"{name} is {wide} pixels wider than its window"
