"""Logins, sessions and tokens: who comes in, and every way in which somebody does not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from orchestrator.adapters.people.passwords import password_digest
from orchestrator.adapters.people.secret_texts import digest_of_secret, new_token
from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import Grant, Right
from orchestrator.domain.authority.login_try import LoginTry
from orchestrator.engine.people_ports import Mark
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import people as use
from orchestrator.web.logging_in import WRONG
from orchestrator.web.passkey_login import MOST_WAITING
from tests.fakes.clock import FakeClock
from tests.worlds.read_pages import as_read
from tests.worlds.served_people import (
    ADDRESS,
    PASSWORD,
    TIMES,
    browser,
    csrf_of,
    log_in,
    ports_of,
    served_people,
    with_person,
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ports(clock: FakeClock) -> Ports:
    ports = ports_of(clock)
    with_person(ports, "ada", "administrator")
    with_person(ports, "bo", "practitioner")
    return ports


@pytest.fixture
def client(ports: Ports) -> TestClient:
    return browser(served_people(ports))


def is_in(client: TestClient) -> bool:
    return bool(client.get("/").status_code == 200)


def test_a_right_password_lets_in_and_leads_on(client: TestClient) -> None:
    assert client.get("/people?x=1").headers["location"] == "/login?to=%2Fpeople%3Fx%3D1"
    answer = log_in(client, to="/people?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people?x=1")
    assert is_in(client)


WRONG_TRIES = {
    "wrong password": ({"login": "ada", "password": "another one altogether"}, 401),
    "no such person": ({"login": "eve", "password": PASSWORD}, 401),
    "password of another": ({"login": "zoe", "password": PASSWORD}, 401),
    "nothing": ({}, 400),
    "no password": ({"login": "ada"}, 400),
    "no name": ({"password": PASSWORD}, 400),
    "markup": ({"login": "<script>alert(1)</script>", "password": "x"}, 401),
    "long name": ({"login": "a" * 9000, "password": "x"}, 401),
    "long password": ({"login": "ada", "password": "x" * 9000}, 401),
    "too long": ({"login": "ada", "password": "x" * 20000}, 413),
    "NUL": ({"login": "ada\0", "password": PASSWORD}, 400),
    "a digest": ({"login": "ada", "password": "$argon2id$v=19$m=65536,t=3,p=4$a$b"}, 401),
}


@pytest.mark.parametrize("case", WRONG_TRIES)
def test_a_wrong_try_lets_nobody_in(ports: Ports, client: TestClient, case: str) -> None:
    fields, status = WRONG_TRIES[case]
    answer = client.post("/login", data=fields)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers
    assert "<script>alert" not in answer.text.replace("<wbr>", "")
    assert not is_in(client)


def test_an_unknown_name_is_answered_in_the_same_words(client: TestClient) -> None:
    known, unknown = log_in(client, "ada", "wrong"), log_in(client, "eve", "wrong")
    assert WRONG in as_read(known.text)
    assert known.text.replace("ada", "NAME") == unknown.text.replace("eve", "NAME")


def test_an_unknown_name_takes_as_long(ports: Ports) -> None:
    """Medians of five, with real digests, each from its own address: without the digest of nobody they differ a hundredfold."""

    ports.people.keep_password("ada", password_digest(PASSWORD))

    def median(login: str, net: int) -> float:
        taken = []
        for number in range(5):
            client = browser(served_people(ports), peer=f"198.51.{net}.{number}")
            began = time.perf_counter()
            log_in(client, login, "wrong")
            taken.append(time.perf_counter() - began)
        return sorted(taken)[2]

    known, unknown = median("ada", 100), median("eve", 101)
    assert 0.25 < unknown / known < 4


def test_other_forms_are_refused(client: TestClient) -> None:
    assert client.post("/login", json={"login": "ada", "password": PASSWORD}).status_code == 415
    files = {"password": ("x.txt", PASSWORD)}
    assert client.post("/login", data={"login": "ada"}, files=files).status_code == 415


@pytest.mark.parametrize(
    "to",
    [
        "//evil.test/",
        "https://evil.test/",
        "/\\evil.test",
        "javascript:alert(1)",
        "evil",
        "/a\r\nX: y",
        "/\t/evil.test",
    ],
)
def test_the_login_leads_to_no_other_site(client: TestClient, to: str) -> None:
    assert log_in(client, to=to).headers["location"] == "/"


def test_cookies_are_of_the_server_alone(ports: Ports) -> None:
    plain = log_in(browser(served_people(ports))).headers.get_list("set-cookie")
    assert all("HttpOnly" in each and "SameSite=lax" in each and "Path=/" in each for each in plain)
    assert not any("Domain" in each or "Secure" in each for each in plain)
    address = "https://orch.test"
    encrypted = log_in(browser(served_people(ports, address), address)).headers.get_list("set-cookie")
    assert [each.split("=")[0] for each in encrypted] == ["__Host-orch", "__Host-orch-browser"]
    assert all("Secure" in each for each in encrypted)


def test_the_session_is_new_with_each_login(ports: Ports, client: TestClient) -> None:
    """Whoever planted a session, or had one before, has none afterwards (session fixation)."""
    planted = log_in(client, headers={"cookie": "orch=planted"})
    first = planted.headers["set-cookie"].partition(";")[0]
    assert first != "orch=planted"
    assert is_in(client)
    client.post("/logout", data={"csrf": csrf_of(client)})
    assert log_in(client).headers["set-cookie"].partition(";")[0] != first
    assert not browser(served_people(ports)).get("/", headers={"cookie": first}).is_success


def test_no_secret_is_in_the_store(ports: Ports, client: TestClient) -> None:
    log_in(client)
    marks = ports.people.marks("session", "ada")
    assert [mark.digest for mark in marks] == [digest_of_secret(client.cookies["orch"])]
    assert client.cookies["orch"] not in repr(marks)
    assert PASSWORD not in repr(ports.people.password("ada"))


def test_a_logout_ends_the_session_everywhere(ports: Ports, client: TestClient) -> None:
    log_in(client)
    copied = browser(served_people(ports))
    copied.cookies.set("orch", client.cookies["orch"])
    assert is_in(copied)
    assert client.post("/logout", data={"csrf": csrf_of(client)}).headers["location"] == "/login"
    assert not is_in(copied)


@pytest.mark.parametrize("forged", ["no mark", "another's mark", "other site", "other origin"])
def test_a_forged_form_changes_nothing(ports: Ports, client: TestClient, forged: str) -> None:
    log_in(client)
    other = browser(served_people(ports))
    log_in(other, "bo")
    data, headers = {"csrf": csrf_of(client), "login": "eve", "name": "Eve"}, {}
    match forged:
        case "no mark":
            del data["csrf"]
        case "another's mark":
            data["csrf"] = csrf_of(other)
        case "other site":
            headers = {"sec-fetch-site": "cross-site"}
        case "other origin":
            headers = {"origin": "http://evil.test"}
    assert client.post("/people", data=data, headers=headers).status_code == 403
    assert client.get("/people/eve").status_code == 404
    assert ports.people.refusals(1)[0].why.startswith("the request was not made")


def test_a_login_from_another_site_is_refused(client: TestClient) -> None:
    data = {"login": "ada", "password": PASSWORD}
    assert client.post("/login", data=data, headers={"origin": "http://evil.test"}).status_code == 403


ENDINGS: dict[str, Callable[[Ports], object]] = {
    "disabled": lambda ports: use.disable(ports, "bo", by="Ada"),
    "role given": lambda ports: use.change_people(
        ports, p.RoleGiven(login="bo", grant=Grant(role="viewer")), by="Ada"
    ),
    "role taken": lambda ports: use.change_people(
        ports, p.RoleTaken(login="bo", grant=Grant(role="practitioner")), by="Ada"
    ),
    "password changed": lambda ports: use.set_password(ports, "bo", None, by="Ada"),
    "idle": lambda ports: ports.clock.sleep(TIMES.idle.total_seconds()),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_ends_when_it_must(ports: Ports, client: TestClient, ending: str) -> None:
    log_in(client, "bo")
    assert is_in(client)
    ENDINGS[ending](ports)
    assert not is_in(client)


def test_a_session_in_use_ends_in_the_end(clock: FakeClock, client: TestClient) -> None:
    log_in(client)
    for _ in range(int(TIMES.longest / timedelta(hours=1)) - 1):
        clock.sleep(3600)
        assert is_in(client)
    clock.sleep(3600)
    assert not is_in(client)


def test_a_disabled_person_gets_no_new_session(ports: Ports, client: TestClient) -> None:
    use.disable(ports, "bo", by="Ada")
    assert log_in(client, "bo").status_code == 401


def test_a_damaged_session_lets_nobody_in(ports: Ports, client: TestClient) -> None:
    log_in(client)
    [mark] = ports.people.marks("session", "ada")
    for body in ("", "[]", '{"epoch": "0", "way": "password"}', '{"way": "magic", "epoch": 1}'):
        ports.people.take(mark.digest, "session")
        ports.people.add(mark._replace(body=body))
        assert not is_in(client)


def token_for(ports: Ports, *scopes: Right, days: int = 1, login: str = "bo") -> tuple[str, p.TokenMade]:
    secret, until = new_token(), ports.clock.now() + timedelta(days=days)
    made = p.TokenMade(
        login=login, token="0123456789ab", label="ci", scopes=scopes, until=until, ending=secret[-4:]
    )
    use.make_token(ports, made, digest_of_secret(secret), by="Bo")
    return secret, made


def shows(ports: Ports, header: str, path: str = "/") -> int:
    return int(browser(served_people(ports)).get(path, headers={"authorization": header}).status_code)


def test_a_token_reads(ports: Ports) -> None:
    secret, _ = token_for(ports, "see")
    assert shows(ports, f"Bearer {secret}") == 200


def test_a_token_that_ended_lets_nobody_in(ports: Ports, clock: FakeClock) -> None:
    secret, made = token_for(ports, "see")
    use.revoke_token(ports, "bo", made.token, by="Bo")
    assert shows(ports, f"Bearer {secret}") == 303
    secret, _ = token_for(ports, "see")
    clock.sleep(86400)
    assert shows(ports, f"Bearer {secret}") == 303


def test_a_token_of_a_disabled_person_lets_nobody_in(ports: Ports) -> None:
    secret, _ = token_for(ports, "see")
    use.disable(ports, "bo", by="Ada")
    assert shows(ports, f"Bearer {secret}") == 303


def test_a_token_does_what_it_is_for_and_no_more(ports: Ports) -> None:
    secret, _ = token_for(ports, "pause")
    assert shows(ports, f"Bearer {secret}") == 403
    administrators, _ = token_for(ports, "see", login="ada")
    assert shows(ports, f"Bearer {administrators}") == 200
    assert shows(ports, f"Bearer {administrators}", "/people") == 403
    assert shows(ports, f"Bearer {administrators}", "/account") == 403


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer orch_", "Basic YTpi", "Bearer x" * 99, "Bearer orch_\xff"]
)
def test_what_is_no_token_lets_nobody_in_even_beside_a_session(
    ports: Ports, client: TestClient, header: str
) -> None:
    log_in(client)
    assert client.get("/", headers={"authorization": header.encode("latin-1")}).status_code == 303


def test_the_session_secret_is_no_token(ports: Ports, client: TestClient) -> None:
    log_in(client)
    assert shows(ports, f"Bearer {client.cookies['orch']}") == 303


def test_guessing_is_slowed_and_then_forgiven(ports: Ports, client: TestClient, clock: FakeClock) -> None:
    assert [log_in(client, password="wrong").status_code for _ in range(4)] == [401, 401, 401, 429]
    slowed = log_in(client)
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) <= 3
    clock.sleep(3)
    assert log_in(client).status_code == 303


def test_guessing_shuts_nobody_else_out(ports: Ports, client: TestClient) -> None:
    """Somebody guesses for an hour from everywhere; the person comes in from where they are, and from a known browser."""
    app = served_people(ports)
    log_in(client)
    for number in range(110):
        ports.people.note_try(
            LoginTry(ports.clock.now(), digest_of_secret("ada"), f"{number:064d}", good=False)
        )
    client.cookies.delete("orch")
    assert log_in(client).status_code == 303
    assert log_in(browser(app, peer="203.0.113.9")).status_code == 429
    assert log_in(browser(app, peer="203.0.113.9"), "bo").status_code == 303


def test_what_was_refused_is_kept_and_shown_to_administrators(ports: Ports, client: TestClient) -> None:
    log_in(client, "bo")
    assert client.get("/audit").status_code == 403
    client.cookies.delete("orch")
    log_in(client, "ada", "wrong")
    log_in(client)
    shown = client.get("/audit").text
    assert "GET /audit" in shown
    assert "a wrong name or password" in shown
    assert "wrong" not in json.dumps([each.login for each in ports.people.refusals(9)])


def test_an_invitation_is_good_once(ports: Ports, client: TestClient, clock: FakeClock) -> None:
    log_in(client)
    made = client.post("/people/bo/invite", data={"csrf": csrf_of(client)})
    link = unquote(as_read(made.text).split(f"{ADDRESS}/welcome/")[1].split("<")[0])
    guest = browser(served_people(ports))
    assert "Welcome, Bo" in as_read(guest.get(f"/welcome/{link}").text)
    short = guest.post(f"/welcome/{link}", data={"new": "short", "again": "short"})
    assert short.status_code == 422
    new = {"new": "a wholly new long password", "again": "a wholly new long password"}
    assert guest.post(f"/welcome/{link}", data=new).status_code == 303
    assert is_in(guest)
    again = {**new, "csrf": csrf_of(guest)}
    assert guest.post(f"/welcome/{link}", data=again).status_code == 404
    assert log_in(browser(served_people(ports)), "bo").status_code == 401
    assert log_in(browser(served_people(ports)), "bo", new["new"]).status_code == 303


def test_a_person_changes_their_password_knowing_the_old_one(ports: Ports, client: TestClient) -> None:
    log_in(client, "bo")
    elsewhere = browser(served_people(ports))
    log_in(elsewhere, "bo")
    new = {"new": "a wholly new long password", "again": "a wholly new long password"}
    assert (
        client.post("/account/password", data={"csrf": csrf_of(client), "old": "no", **new}).status_code
        == 422
    )
    assert (
        client.post("/account/password", data={"csrf": csrf_of(client), "old": PASSWORD, **new}).status_code
        == 303
    )
    assert is_in(client)
    assert not is_in(elsewhere)


def test_a_token_is_shown_once(ports: Ports, client: TestClient) -> None:
    log_in(client, "bo")
    form = {"csrf": csrf_of(client), "label": "ci", "scope": ["see"], "days": "7"}
    made = client.post("/account/tokens", data=form).text
    secret = as_read(made).split('<code class="secret">')[1].split("<")[0]
    assert secret.startswith("orch_")
    assert shows(ports, f"Bearer {secret}") == 200
    assert secret not in as_read(client.get("/account").text)
    assert client.post("/account/tokens", data={**form, "scope": ["approve"]}).status_code == 409
    assert client.post("/account/tokens", data={**form, "scope": []}).status_code == 422


def test_an_administrator_manages_people(ports: Ports, client: TestClient) -> None:
    log_in(client)
    csrf = csrf_of(client)
    made = client.post(
        "/people", data={"csrf": csrf, "login": "Cy", "name": "Cy B", "role": "viewer", "environment": "live"}
    )
    assert made.headers["location"] == "/people/cy"
    assert "viewer of every service in live" in as_read(client.get("/people/cy").text)
    again = client.post("/people", data={"csrf": csrf, "login": "cy"})
    assert (again.status_code, "known already" in as_read(again.text)) == (409, True)
    last = client.post("/people/ada/disable", data={"csrf": csrf})
    assert (last.status_code, "last administrator" in as_read(last.text)) == (409, True)
    bad = client.post("/people", data={"csrf": csrf, "login": "no spaces"})
    assert bad.status_code == 422
    assert client.post("/people/cy/disable", data={"csrf": csrf}).status_code == 303
    assert "disabled" in as_read(client.get("/people/cy").text)


def test_an_administrator_gives_roles_to_groups_of_the_provider(ports: Ports, client: TestClient) -> None:
    log_in(client)
    csrf = csrf_of(client)
    group = {"csrf": csrf, "group": "ops-team", "role": "practitioner", "environment": "live"}
    assert client.post("/people/groups", data=group).status_code == 303
    assert "ops-team: practitioner of every service in live" in as_read(client.get("/people").text)
    nobody = client.post("/people/groups", data={"csrf": csrf, "group": "", "role": "viewer"})
    assert (nobody.status_code, "group" in as_read(nobody.text)) == (422, True)
    assert client.post("/people/groups", data={**group, "do": "take"}).status_code == 303
    assert "No group gives a role yet." in as_read(client.get("/people").text)


def test_questions_that_wait_for_a_passkey_take_no_more_than_their_room(
    ports: Ports, clock: FakeClock
) -> None:
    address = "https://orch.test"
    ask = TestClient(served_people(ports, address), base_url=address, headers={"origin": address})
    for number in range(MOST_WAITING + 5):
        now = clock.now() - timedelta(microseconds=MOST_WAITING + 5 - number)
        ports.people.add(Mark(f"f{number}", "flow", "", now, now, now + timedelta(minutes=5)))
    assert ask.post("/login/passkey/question").status_code == 200
    waiting = [number for number in range(MOST_WAITING + 5) if ports.people.mark(f"f{number}", "flow")]
    assert (len(waiting), waiting[-1]) == (MOST_WAITING - 1, MOST_WAITING + 4)
