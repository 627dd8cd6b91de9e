"""Logins by a provider: who comes in by an account and its groups, and what is refused on the way back."""

from __future__ import annotations

import re
import shlex
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.people.openid import OpenIdProvider
from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import Grant
from orchestrator.domain.authority.service_file import Provider
from orchestrator.engine.lookup.known_people import known_people
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import people as use
from orchestrator.web.pages.provider_pages import BACK
from tests.fakes.clock import FakeClock
from tests.fakes.login_provider import ISSUER, FakeLoginProvider
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.login_provider import SECRET, came_back, login_provider
from tests.worlds.read_pages import as_read
from tests.worlds.served_people import ADDRESS, browser, ports_of, served_people, with_person

PEOPLE = {
    "u-1": {"name": "Grace Hopper", "preferred_username": "Grace.Hopper@navy.example", "groups": ["release"]},
    "u-2": {"name": "Nobody Special", "preferred_username": "nobody", "groups": ["lunch"]},
    "u-3": {"name": "Ada", "preferred_username": "ada", "groups": ["release"]},
    "u 4; $(id)": {"name": "Mallory", "preferred_username": "mallory", "groups": []},
}
GRANT = Grant(role="practitioner", environment="live")


@pytest.fixture
def ports() -> Ports:
    ports = ports_of(FakeClock())
    with_person(ports, "ada", "administrator")
    use.change_people(ports, p.GroupGiven(group="release", grant=GRANT), by="Ada")
    return ports


@pytest.fixture
def provider() -> FakeLoginProvider:
    return FakeLoginProvider(PEOPLE)


@pytest.fixture
def client(ports: Ports, provider: FakeLoginProvider) -> TestClient:
    return browser(served_people(ports, provider=provider))


def question(client: TestClient, to: str = "/") -> dict[str, str]:
    answer = client.get("/login/provider", params={"to": to})
    assert answer.headers["location"].startswith(f"{ISSUER}/auth?")
    return {name: value for name, [value] in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def come_back(client: TestClient, provider: FakeLoginProvider, subject: str, **changed: str) -> int:
    asked = question(client)
    code = provider.code_for(subject, ADDRESS + BACK, asked["nonce"], asked["challenge"])
    query = {"code": code, "state": asked["state"], "iss": ISSUER, **changed}
    return int(client.get(BACK, params=query).status_code)


def test_somebody_in_a_group_with_a_role_is_added(
    ports: Ports, client: TestClient, provider: FakeLoginProvider
) -> None:
    assert come_back(client, provider, "u-1") == 303
    person = known_people(ports.journal).persons["grace.hopper"]
    assert (person.name, person.grants, person.identity) == (
        "Grace Hopper",
        (),
        p.Identity(issuer=ISSUER, subject="u-1"),
    )
    assert "practitioner of every service in live" in client.get("/account").text


def test_a_group_that_gives_nothing_any_more_counts_at_once(
    ports: Ports, client: TestClient, provider: FakeLoginProvider
) -> None:
    come_back(client, provider, "u-1")
    assert client.get("/").status_code == 200
    use.change_people(ports, p.GroupTaken(group="release", grant=GRANT), by="Ada")
    assert client.get("/").status_code == 403


def test_somebody_in_no_such_group_stays_out(
    ports: Ports, client: TestClient, provider: FakeLoginProvider
) -> None:
    assert come_back(client, provider, "u-2") == 403
    assert list(known_people(ports.journal).persons) == ["ada"]
    assert ports.people.refusals(1)[0].why == "an account of the provider that lets nobody in"


@pytest.mark.parametrize("subject", ["u-2", "u 4; $(id)"])
def test_the_command_that_the_page_prints_lets_the_account_in(
    ports: Ports, client: TestClient, provider: FakeLoginProvider, subject: str
) -> None:
    asked = question(client)
    code = provider.code_for(subject, ADDRESS + BACK, asked["nonce"], asked["challenge"])
    page = client.get(BACK, params={"code": code, "state": asked["state"], "iss": ISSUER}).text
    printed = re.search(r"orch (people link LOGIN --issuer [^<\n]*)", as_read(page))
    assert printed is not None
    words = ["ada" if word == "LOGIN" else word for word in shlex.split(printed[1])]
    fleet = Fleet()
    fleet.ports = ports
    assert orch(fleet, words) == 0
    assert known_people(ports.journal).persons["ada"].identity == p.Identity(issuer=ISSUER, subject=subject)
    assert come_back(client, provider, subject) == 303


def test_an_account_does_not_take_the_login_of_somebody_else(
    ports: Ports, client: TestClient, provider: FakeLoginProvider
) -> None:
    """Names are what the provider says they are; who somebody is, is the account alone."""
    assert come_back(client, provider, "u-3") == 409
    assert known_people(ports.journal).persons["ada"].identity is None
    use.change_people(
        ports, p.IdentityLinked(login="ada", identity=p.Identity(issuer=ISSUER, subject="u-3")), by="Ada"
    )
    assert come_back(client, provider, "u-3") == 303
    assert "administrator everywhere" in client.get("/account").text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"state": "0" * 64}, 400),
        ({"state": ""}, 400),
        ({"code": ""}, 400),
        ({"code": "another"}, 409),
        ({"error": "access_denied"}, 400),
        ({"iss": "https://evil.test"}, 400),
    ],
)
def test_a_way_back_that_does_not_fit_lets_nobody_in(
    client: TestClient, provider: FakeLoginProvider, changed: dict[str, str], status: int
) -> None:
    assert come_back(client, provider, "u-1", **changed) == status
    assert client.get("/").status_code == 303


def test_another_browser_does_not_finish_a_login(
    ports: Ports, client: TestClient, provider: FakeLoginProvider
) -> None:
    """Whoever sends somebody the way back of their own login does not log them in (login forgery)."""
    asked = question(client)
    code = provider.code_for("u-1", ADDRESS + BACK, asked["nonce"], asked["challenge"])
    victim = browser(served_people(ports, provider=provider))
    question(victim)
    assert victim.get(BACK, params={"code": code, "state": asked["state"]}).status_code == 400


def test_a_way_back_is_good_once_and_for_five_minutes(
    ports: Ports, client: TestClient, provider: FakeLoginProvider
) -> None:
    asked = question(client)
    code = provider.code_for("u-1", ADDRESS + BACK, asked["nonce"], asked["challenge"])
    ports.clock.sleep(301)
    assert client.get(BACK, params={"code": code, "state": asked["state"]}).status_code == 400


def test_a_disabled_person_stays_out(ports: Ports, client: TestClient, provider: FakeLoginProvider) -> None:
    come_back(client, provider, "u-1")
    use.disable(ports, "grace.hopper", by="Ada")
    assert come_back(client, provider, "u-1") == 403


def test_without_a_provider_there_is_none(ports: Ports) -> None:
    client = browser(served_people(ports))
    assert client.get("/login/provider").status_code == 404
    assert client.get(BACK).status_code == 404


def test_a_provider_that_is_silent_is_said_to_be(client: TestClient, provider: FakeLoginProvider) -> None:
    provider.silent = True
    assert client.get("/login/provider").status_code == 501


@pytest.mark.slow
def test_a_real_provider_lets_in_and_adds() -> None:
    ports = ports_of(FakeClock(SystemClock().now()))
    use.change_people(ports, p.GroupGiven(group="release", grant=GRANT), by="Ada")
    with login_provider(ADDRESS + BACK, PEOPLE) as issuer:
        settings = Provider(issuer=issuer, client_id="orch")
        client = browser(
            served_people(ports, provider=OpenIdProvider(settings, lambda: SECRET, ports.clock.now))
        )
        url = client.get("/login/provider?to=/account").headers["location"]
        answer = client.get(BACK, params=came_back(url, issuer, ADDRESS + BACK))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "Grace Hopper" in client.get("/account").text
