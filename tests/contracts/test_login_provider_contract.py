"""The contract of a provider of logins: a code is good once, for the browser that began, and says whose account it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.people.openid import OpenIdProvider
from orchestrator.domain.authority.service_file import Provider
from orchestrator.engine.people_ports import Account, LoginProvider
from orchestrator.errors import MachineLacks, Refused
from tests.fakes.login_provider import FakeLoginProvider
from tests.worlds.login_provider import SECRET, came_back, login_provider

BACK = "http://localhost:9/login/provider/back"
PEOPLE = {"u-1": {"name": "Ada Lovelace", "preferred_username": "ada", "groups": ["release team", "all"]}}
STATE, NONCE, VERIFIER = "s" * 64, "n" * 64, "v" * 64


class Given(NamedTuple):
    provider: LoginProvider
    issuer: str
    fake: bool


@pytest.fixture(params=["fake", pytest.param("node", marks=pytest.mark.slow)])
def given(request: pytest.FixtureRequest) -> Iterator[Given]:
    if request.param == "fake":
        fake = FakeLoginProvider(PEOPLE)
        yield Given(fake, fake.issuer, fake=True)
        return
    with login_provider(BACK, PEOPLE) as issuer:
        settings = Provider(issuer=issuer, client_id="orch")
        yield Given(OpenIdProvider(settings, lambda: SECRET, SystemClock().now), issuer, fake=False)


def code_of(given: Given, nonce: str = NONCE, verifier: str = VERIFIER) -> str:
    """The code with which a browser comes back."""
    url = given.provider.question(BACK, STATE, nonce, verifier)
    query = parse_qs(urlsplit(url).query)
    assert query["state"] == [STATE]
    if isinstance(given.provider, FakeLoginProvider):
        return given.provider.code_for("u-1", BACK, nonce, query["challenge"][0])
    assert query["code_challenge_method"] == ["S256"]
    return came_back(url, given.issuer, BACK)["code"]


def test_a_code_says_whose_account_it_is(given: Given) -> None:
    account = given.provider.account(BACK, code_of(given), NONCE, VERIFIER)
    assert account == Account(given.issuer, "u-1", "Ada Lovelace", "ada", ("release team", "all"))


def test_a_code_is_good_once(given: Given) -> None:
    code = code_of(given)
    given.provider.account(BACK, code, NONCE, VERIFIER)
    with pytest.raises(Refused):
        given.provider.account(BACK, code, NONCE, VERIFIER)


@pytest.mark.parametrize("wrong", ["code", "nonce", "verifier", "place"])
def test_a_code_of_another_login_is_refused(given: Given, wrong: str) -> None:
    parts = {"back": BACK, "code": code_of(given), "nonce": NONCE, "verifier": VERIFIER}
    changed = {"code": "none", "nonce": "m" * 64, "verifier": "w" * 64, "place": BACK + "2"}[wrong]
    parts["back" if wrong == "place" else wrong] = changed
    with pytest.raises(Refused):
        given.provider.account(**parts)


def test_a_provider_that_is_not_there_is_silent() -> None:
    settings = Provider(issuer="http://127.0.0.1:9", client_id="orch")
    with pytest.raises(MachineLacks, match="does not answer"):
        OpenIdProvider(settings, lambda: None, SystemClock().now).question(BACK, STATE, NONCE, VERIFIER)
